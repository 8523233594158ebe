//! What can be set about signing in.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

/// Permissions that another one brings: the first of each pair by the second.
pub type Proxies = &'static [(&'static str, &'static str)];

/// What signing in goes by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Start of every link to the server, without a slash at the end.
    pub base: String,
    /// Address under which people reach the server.
    pub public_url: Option<Url>,
    /// Proxies that are believed whom they spoke to.
    pub trusted_proxies: Networks,
    /// Whether the server itself speaks TLS: then a connection without it is none, whatever the public address says.
    pub ends_tls: bool,
    /// How long a session lives without requests.
    pub session: Duration,
    /// Failed logins for one name from one address in 5 minutes; 0 means no limit.
    pub login_failures: u32,
    /// Wrong passwords from one address in a minute, as many bad tokens, and as many requests without either; 0 means no limit.
    pub rate_anonymous: u32,
    /// Requests of one operator in a minute; 0 means no limit.
    pub rate_operator: u32,
    /// Whether `Authorization: Token …` is taken, and such tokens are made.
    pub legacy_tokens: bool,
    /// Whether who has domains and prefers none of them sees everything.
    pub no_preference_sees_all: bool,
    /// Folder the first password is left in.
    pub folder: PathBuf,
    /// Permissions that come with others.
    pub proxies: Proxies,
}

/// IP addresses and networks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Whether an address is one of them, or in one.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<&'a Networks> for Networks {
    fn from_iter<I: IntoIterator<Item = &'a Self>>(several: I) -> Self {
        let all = several.into_iter().flat_map(|networks| &networks.0);
        Self(all.copied().collect())
    }
}

impl FromStr for Networks {
    type Err = String;

    /// From a comma list.
    fn from_str(text: &str) -> Result<Self, String> {
        let network = |item: &str| {
            let address = item.parse::<IpAddr>().ok();
            address
                .map(|address| IpNet::from(address.to_canonical()))
                .or_else(|| item.parse::<IpNet>().ok())
                .ok_or_else(|| {
                    format!("{item:?} is neither an IP address nor a network such as 10.0.0.0/8")
                })
        };
        let items = text.split(',').map(str::trim);
        let items = items.filter(|item| !item.is_empty());
        items.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, network) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            if network.prefix_len() == network.max_prefix_len() {
                network.addr().fmt(f)?;
            } else {
                network.fmt(f)?;
            }
        }
        Ok(())
    }
}
