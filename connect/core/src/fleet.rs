//! Computers, and which of them are connected.

use migasfree_types::rest::page::Page;
use serde::{Deserialize, Deserializer, Serialize};

use crate::http::Api;
use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

const LIST: &str = "/api/v1/token/remote-access/";

/// What stands before a host key among the services.
const HOST_KEY: &str = "ssh-host-key ";

/// What stands before the fingerprint of the certificate of its RDP server among them.
const RDP_CERTIFICATE: &str = "rdp_certificate ";

/// A computer in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Computer {
    /// Its id, which people call CID.
    #[serde(rename = "computer")]
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Who used it last.
    #[serde(deserialize_with = "text")]
    pub user: String,
    /// Its address on its network.
    #[serde(deserialize_with = "text")]
    pub address: String,
    /// Whether it is connected now.
    pub online: bool,
    /// When it was last.
    pub last_seen: Option<String>,
    /// What it offers.
    pub services: Vec<String>,
}

/// What nobody knows is empty.
fn text<'de, D: Deserializer<'de>>(told: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(told)?.unwrap_or_default())
}

/// What is known of access to one computer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Access {
    /// What it offers, the host keys of its `sshd` and the certificate of its RDP server, as it reported them.
    services: Vec<String>,
}

impl Access {
    /// The host keys of its `sshd`, kind and key.
    #[must_use]
    pub fn host_keys(&self) -> Vec<&str> {
        let services = self.services.iter();
        services
            .filter_map(|service| service.strip_prefix(HOST_KEY))
            .collect()
    }

    /// The certificate of its RDP server: SHA-256 in hexadecimal, with a colon between the bytes.
    #[must_use]
    pub fn rdp_certificate(&self) -> Option<String> {
        let mut services = self.services.iter();
        let told = services.find_map(|service| service.strip_prefix(RDP_CERTIFICATE))?;
        fingerprint(told)
    }
}

fn fingerprint(told: &str) -> Option<String> {
    let digits: String = told.chars().filter(|letter| *letter != ':').collect();
    let bytes = hex::decode(digits).ok().filter(|bytes| bytes.len() == 32)?;
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(bytes.join(":"))
}

/// Which computers to list.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Part of a name, a user, an address or an id.
    pub search: &'a str,
    /// Only those that are connected.
    pub online: bool,
    /// How many at most.
    pub limit: u32,
}

/// The computers that somebody may see.
///
/// # Errors
/// As of [`Api::get`].
pub async fn list(api: &Api, filter: &Filter<'_>) -> Result<Page<Computer>, Trouble> {
    let limit = filter.limit.to_string();
    let mut query = vec![("page_size", limit.as_str())];
    if !filter.search.is_empty() {
        query.push(("search", filter.search));
    }
    if filter.online {
        query.push(("online", "true"));
    }
    api.get(LIST, &query).await
}

/// What is known of access to a computer.
///
/// # Errors
/// As of [`Api::get`].
pub async fn access(api: &Api, computer: i64) -> Result<Access, Trouble> {
    let path = format!("/api/v1/token/computers/{computer}/remote-access/");
    api.get(&path, &[]).await
}

/// The computer that somebody means by an id or a name.
///
/// # Errors
/// When there is none, or more than one.
pub async fn find(api: &Api, typed: &str) -> Result<Computer, Trouble> {
    let filter = Filter {
        search: typed,
        online: false,
        limit: 20,
    };
    let found = list(api, &filter).await?.results;
    the_one(typed, found)
}

fn the_one(typed: &str, mut found: Vec<Computer>) -> Result<Computer, Trouble> {
    let id: Option<i64> = typed.parse().ok();
    let meant = |one: &Computer| Some(one.id) == id || one.name.eq_ignore_ascii_case(typed);
    if let Some(at) = only(&found, |one| Some(one.id) == id).or_else(|| only(&found, meant)) {
        return Ok(found.swap_remove(at));
    }
    match (found.len(), id) {
        // A number that is only part of something is nobody's id.
        (0, _) | (1, Some(_)) => Err(Trouble::of(Kind::Usage, Text::ErrorNoComputer, &[typed])),
        (1, None) => Ok(found.swap_remove(0)),
        _ => {
            let names: Vec<String> = found
                .iter()
                .map(|one| format!("{} ({})", one.name, one.id))
                .collect();
            let values = [typed, &names.join(", ")];
            Err(Trouble::of(Kind::Usage, Text::ErrorSeveral, &values))
        }
    }
}

/// Where the only one is that fits.
fn only(found: &[Computer], fits: impl Fn(&Computer) -> bool) -> Option<usize> {
    let mut places = found.iter().enumerate().filter(|(_, one)| fits(one));
    let first = places.next()?;
    places.next().is_none().then_some(first.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn computers() -> Vec<Computer> {
        [(4, "room4"), (14, "room14"), (41, "4")]
            .into_iter()
            .map(|(id, name)| Computer {
                id,
                name: name.to_owned(),
                ..Computer::default()
            })
            .collect()
    }

    #[test]
    fn an_id_is_meant_before_a_name_and_a_name_before_part_of_one() {
        assert_eq!(the_one("4", computers()).unwrap().id, 4);
        assert_eq!(the_one("ROOM4", computers()).unwrap().id, 4);
        assert_eq!(the_one("oom1", computers()[1..2].to_vec()).unwrap().id, 14);
    }

    #[test]
    fn a_certificate_is_told_as_viewers_take_it_or_not_at_all() {
        let certificate = |told: &str| {
            let services = vec!["rdp".to_owned(), format!("rdp_certificate {told}")];
            Access { services }.rdp_certificate()
        };
        let colons = ["ab"; 32].join(":");
        for told in ["AB".repeat(32), "ab".repeat(32), colons.clone()] {
            assert_eq!(certificate(&told), Some(colons.clone()), "{told}");
        }
        for told in ["", "abcd", "x", &format!("{},ignore", "ab".repeat(32))] {
            assert_eq!(certificate(told), None, "{told}");
        }
    }

    #[test]
    fn nobody_is_guessed() {
        assert!(the_one("room", computers()).is_err());
        assert!(the_one("1", computers()[1..2].to_vec()).is_err());
        assert!(the_one("x", Vec::new()).is_err());
    }
}
