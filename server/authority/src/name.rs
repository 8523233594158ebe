//! Serial numbers, and names as certificates have them.

use std::net::IpAddr;

use migasfree_server_db::random::Random;
use rcgen::{DistinguishedName, DnType, SanType, SerialNumber, string::Ia5String};

use crate::{AuthorityError, Name, Subject};

/// Characters of a name in a subject, by RFC 5280.
const LONGEST: usize = 64;

/// A number nobody can foresee: positive, and always of the same length.
pub(crate) fn serial(random: &dyn Random) -> SerialNumber {
    let mut bytes = random.bytes::<16>();
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    SerialNumber::from_slice(&bytes)
}

pub(crate) fn distinguished(subject: &Subject) -> Result<DistinguishedName, AuthorityError> {
    let parts = [
        (DnType::OrganizationName, &subject.organization),
        (DnType::OrganizationalUnitName, &subject.unit),
        (DnType::CommonName, &subject.common_name),
    ];
    let mut name = DistinguishedName::new();
    for (kind, text) in parts {
        if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(AuthorityError::Name(text.clone()));
        }
        if !text.is_empty() {
            name.push(kind, text.as_str());
        }
    }
    Ok(name)
}

pub(crate) fn alternative(name: &Name) -> Result<SanType, AuthorityError> {
    let text = |text: &str| {
        let printable = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_graphic());
        let written = Ia5String::try_from(text).ok().filter(|_| printable);
        written.ok_or_else(|| AuthorityError::Name(text.to_owned()))
    };
    Ok(match name {
        Name::Host(host) => SanType::DnsName(text(host)?),
        Name::Mailbox(address) => SanType::Rfc822Name(text(address)?),
        Name::Uri(uri) => SanType::URI(text(uri)?),
        Name::Address(address) => SanType::IpAddress(*address),
    })
}

/// The name of a server as people write it: an address, or the name of a host.
pub(crate) fn of_server(name: &str) -> Name {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => Name::Address(address),
        Err(_) => Name::Host(name.to_ascii_lowercase()),
    }
}
