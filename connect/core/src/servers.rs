//! The servers that Connect knows, and how their addresses are written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::texts::Text;
use crate::trouble::{Kind, Trouble};

/// What is remembered between two runs; nothing of it is secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Servers {
    /// The one that is meant where none is named.
    pub current: Option<String>,
    /// All of them by their addresses.
    pub known: BTreeMap<String, Known>,
}

/// What is known of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// The certificates of an authority of its own, as PEM.
    pub authority: Option<String>,
}

/// A server to speak to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its address, without a path.
    pub address: String,
    /// The certificates of an authority of its own, as PEM.
    pub authority: Option<String>,
}

impl Servers {
    /// The server that is named, else the current one.
    ///
    /// # Errors
    /// When it is no address, or none is named and none known.
    pub fn find(&self, named: Option<&str>) -> Result<Server, Trouble> {
        let address = match (named, &self.current) {
            (Some(named), _) => address(named)?,
            (None, Some(current)) => current.clone(),
            (None, None) => return Err(Trouble::of(Kind::Usage, Text::ErrorNoServer, &[])),
        };
        let known = self.known.get(&address);
        Ok(Server {
            authority: known.and_then(|known| known.authority.clone()),
            address,
        })
    }

    /// Remembers a server, which is the current one from now on.
    pub fn remember(&mut self, server: &Server) {
        let known = Known {
            authority: server.authority.clone(),
        };
        self.known.insert(server.address.clone(), known);
        self.current = Some(server.address.clone());
    }

    /// Forgets a server.
    pub fn forget(&mut self, address: &str) {
        self.known.remove(address);
        if self.current.as_deref() == Some(address) {
            self.current = self.known.keys().next().cloned();
        }
    }
}

/// An address as somebody typed it: https, unless it is this very computer. What is said over http anybody could read.
///
/// # Errors
/// When it is no address of a server.
pub fn address(typed: &str) -> Result<String, Trouble> {
    let wrong = || Trouble::of(Kind::Usage, Text::ErrorAddress, &[typed]);
    let text = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    let url = Url::parse(&text).map_err(|_| wrong())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    match url.scheme() {
        "https" if plain && url.has_host() => Ok(url.origin().ascii_serialization()),
        "http" if plain && is_here(&url) => Ok(url.origin().ascii_serialization()),
        "http" => Err(Trouble::of(Kind::Usage, Text::ErrorInsecure, &[typed])),
        _ => Err(wrong()),
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_is_https_unless_it_is_this_computer() {
        for (typed, address_of_it) in [
            ("fleet.example.org", "https://fleet.example.org"),
            ("fleet.example.org:8443", "https://fleet.example.org:8443"),
            ("https://Fleet.example.org/", "https://fleet.example.org"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(address(typed).unwrap(), address_of_it, "{typed}");
        }
        for typed in [
            "http://fleet.example.org",
            "ftp://fleet.example.org",
            "https://ana:secret@fleet.example.org",
            "https://fleet.example.org/console",
            "https://fleet.example.org?x=1",
            "https://",
            "",
        ] {
            assert_eq!(address(typed).unwrap_err().kind, Kind::Usage, "{typed}");
        }
    }

    #[test]
    fn the_last_server_is_meant_where_none_is_named() {
        let mut servers = Servers::default();
        assert!(servers.find(None).is_err());
        let own = Server {
            address: "https://own.example.org".to_owned(),
            authority: Some("PEM".to_owned()),
        };
        servers.remember(&own);
        assert_eq!(servers.find(None).unwrap(), own);
        assert_eq!(servers.find(Some("own.example.org")).unwrap(), own);
        let other = servers.find(Some("other.example.org")).unwrap();
        assert_eq!(other.authority, None);
        servers.forget("https://own.example.org");
        assert!(servers.find(None).is_err());
    }
}
