//! Where the server is.

use std::fmt;
use std::net::IpAddr;

use url::Url;

use super::error::ConfigError;
use crate::sync::EngineText;

/// Scheme of the server's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The server: scheme, host and, when it is not the scheme's own, port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    pub scheme: Scheme,
    pub host: String,
    pub port: Option<u16>,
}

impl ServerAddress {
    /// Reads a host, `host:port` or an http(s) address. Without a scheme it is https, unless the older keys
    /// `Protocol` and `Port` say otherwise.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] naming the key `Server`.
    pub fn parse(
        text: &str,
        protocol: Option<&str>,
        port: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let invalid = || ConfigError::invalid("Server", text, EngineText::ConfigAddress);
        let full = if text.contains("://") {
            text.to_owned()
        } else {
            let protocol = protocol.unwrap_or("https").to_lowercase();
            if !["http", "https"].contains(&protocol.as_str()) {
                let expected = EngineText::ConfigProtocol;
                return Err(ConfigError::invalid("Protocol", &protocol, expected));
            }
            format!("{protocol}://{text}")
        };
        let url = Url::parse(&full).map_err(|_| invalid())?;
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(invalid()),
        };
        let clean = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let host = url
            .host_str()
            .filter(|host| clean && !host.is_empty())
            .ok_or_else(invalid)?;
        let port = match (url.port(), port) {
            (Some(port), _) => Some(port),
            (None, Some(text)) => Some(
                text.parse()
                    .map_err(|_| ConfigError::invalid("Port", text, EngineText::ConfigPort))?,
            ),
            (None, None) => None,
        };
        Ok(Self {
            scheme,
            host: host.to_owned(),
            port: port.filter(|port| *port != scheme.default_port()),
        })
    }

    /// `scheme://host[:port]`, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.authority())
    }

    /// `host[:port]`.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether the server is this computer itself, so that what is said to it takes no way.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    /// Whether what is said to the server can be read and changed on the way.
    #[must_use]
    pub fn is_unsafe(&self) -> bool {
        self.scheme == Scheme::Http && !self.is_loopback()
    }

    /// Whether an address is one of this server: same scheme, host and port.
    #[must_use]
    pub fn is_origin_of(&self, url: &Url) -> bool {
        url.scheme() == self.scheme.as_str()
            && url.host_str() == Some(self.host.as_str())
            && url.port() == self.port
    }

    /// The name of the folder that keeps what belongs to this server.
    #[must_use]
    pub fn folder_name(&self) -> String {
        let safe = |c: char| {
            if c.is_ascii_alphanumeric() || ".-".contains(c) {
                c
            } else {
                '_'
            }
        };
        let name: String = self.authority().chars().map(safe).collect();
        name.trim_start_matches('.').replace("..", "_")
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.base())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn base(text: &str, protocol: Option<&str>, port: Option<&str>) -> String {
        ServerAddress::parse(text, protocol, port).unwrap().base()
    }

    #[test]
    fn both_ways_to_write_the_server_are_read() {
        assert_eq!(base("m.example", None, None), "https://m.example");
        assert_eq!(base("m.example:8080", None, None), "https://m.example:8080");
        assert_eq!(base("http://m.example:80/", None, None), "http://m.example");
        assert_eq!(
            base("m.example", Some("http"), Some("8000")),
            "http://m.example:8000"
        );
    }

    #[test]
    fn only_addresses_of_this_computer_are_loopback_and_only_the_same_origin_is_the_server() {
        let address = |text| ServerAddress::parse(text, None, None).unwrap();
        for text in [
            "127.0.0.1",
            "127.8.0.1:81",
            "http://[::1]:8080",
            "localhost",
        ] {
            assert!(address(text).is_loopback(), "{text}");
        }
        for text in [
            "m.example",
            "10.0.0.1",
            "[2001:db8::1]",
            "127.0.0.1.example",
        ] {
            assert!(!address(text).is_loopback(), "{text}");
        }
        let server = address("http://m.example:8080");
        let is_there = |text| server.is_origin_of(&Url::parse(text).unwrap());
        assert!(is_there("http://m.example:8080/x"));
        for text in [
            "https://m.example:8080/",
            "http://m.example/",
            "http://m.example.evil:8080/",
            "http://evil@elsewhere:8080/",
        ] {
            assert!(!is_there(text), "{text}");
        }
        let plain = address("https://m.example:443");
        assert!(plain.is_origin_of(&Url::parse("https://m.example/x").unwrap()));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "ftp://x", "http://", "http://u:p@h", "a b", "h:99999"] {
            assert!(ServerAddress::parse(text, None, None).is_err(), "{text}");
        }
    }

    #[test]
    fn the_folder_never_leaves_its_parent() {
        let address = ServerAddress::parse("http://[::1]:8080", None, None).unwrap();
        assert_eq!(address.folder_name(), "___1__8080");
        let address = ServerAddress {
            scheme: Scheme::Http,
            host: "../..".into(),
            port: None,
        };
        assert!(!address.folder_name().contains(".."));
    }
}
