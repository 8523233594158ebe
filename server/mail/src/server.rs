//! The address of a mail server.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use url::{Host, Url};

/// Ports of mail servers: encrypted from the beginning, and with STARTTLS.
const IMPLICIT: u16 = 465;
const SUBMISSION: u16 = 587;
/// On the machine itself.
const LOCAL: u16 = 25;

/// A mail server, and how the way there is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Under TLS from the beginning.
    Implicit,
    /// STARTTLS before anything is said.
    StartTls,
    /// In the clear, on the machine itself.
    Plain,
}

impl MailServer {
    /// The way there; these authorities (PEM) are believed besides the system's.
    pub(crate) fn tls(&self, authorities: Option<&[u8]>) -> Result<Tls, Error> {
        let parameters = || {
            let mut builder = TlsParameters::builder(self.host.clone());
            if let Some(pem) = authorities {
                builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
            }
            builder.build()
        };
        Ok(match self.way {
            Way::Implicit => Tls::Wrapper(parameters()?),
            Way::StartTls => Tls::Required(parameters()?),
            Way::Plain => Tls::None,
        })
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

impl FromStr for MailServer {
    type Err = String;

    /// `smtps://host:port` is encrypted from the beginning, `smtp://host:port` with STARTTLS, without which nothing is sent;
    /// to the machine itself it is in the clear.
    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || {
            format!(
                "{text:?} is not an address such as smtps://mail.example or smtp://mail.example:587"
            )
        };
        let url = Url::parse(text).map_err(|_| wanted())?;
        let is_bare = matches!(url.path(), "" | "/")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let host = url.host_str().filter(|host| is_bare && !host.is_empty());
        let host = host.ok_or_else(wanted)?;
        // The standard knows no hosts of this scheme: addresses are read as such here.
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let known = match bare.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => Host::Ipv4(address),
            Ok(IpAddr::V6(address)) => Host::Ipv6(address),
            Err(_) => Host::Domain(bare),
        };
        let (way, port) = match url.scheme() {
            "smtps" => (Way::Implicit, IMPLICIT),
            "smtp" if is_this_machine(&known) => (Way::Plain, LOCAL),
            "smtp" => (Way::StartTls, SUBMISSION),
            _ => return Err(wanted()),
        };
        Ok(Self {
            host: bare.to_owned(),
            port: url.port().unwrap_or(port),
            way,
        })
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.way {
            Way::Implicit => "smtps",
            Way::StartTls | Way::Plain => "smtp",
        };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_machine_itself_is_spoken_to_in_the_clear() {
        for (text, shown, way) in [
            (
                "smtps://mail.example",
                "smtps://mail.example:465",
                Way::Implicit,
            ),
            (
                "smtp://mail.example",
                "smtp://mail.example:587",
                Way::StartTls,
            ),
            (
                "smtp://mail.example:25",
                "smtp://mail.example:25",
                Way::StartTls,
            ),
            (
                "smtp://192.0.2.7:2525",
                "smtp://192.0.2.7:2525",
                Way::StartTls,
            ),
            ("smtp://localhost", "smtp://localhost:25", Way::Plain),
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525", Way::Plain),
            ("smtp://[::1]", "smtp://[::1]:25", Way::Plain),
        ] {
            let server: MailServer = text.parse().expect(text);
            assert_eq!(
                (server.to_string().as_str(), server.way),
                (shown, way),
                "{text}"
            );
        }
        for refused in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://user:password@mail.example",
            "smtp://mail.example/path",
        ] {
            assert!(refused.parse::<MailServer>().is_err(), "{refused}");
        }
    }
}
