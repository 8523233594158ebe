//! Where a request comes from.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::{Auth, Networks, Peer};

/// How the request reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// The client: the peer, or what a trusted proxy says about it.
    pub client: IpAddr,
    /// Whether the client speaks TLS, as far as we can know.
    pub secure: bool,
    /// Whether the peer is this machine and no proxy stands between.
    pub local: bool,
}

impl Connection {
    /// Whose requests are counted together with these.
    pub fn bucket(&self) -> String {
        bucket(self.client)
    }

    /// Whose bad tokens are counted together. Apart from guesses of passwords: a program with an old token keeps nobody
    /// behind its address from signing in.
    pub fn bad_tokens(&self) -> String {
        format!("tokens from {}", self.bucket())
    }

    /// Whose requests without a token or a session that holds are counted together; apart from guesses, too.
    pub fn nobody(&self) -> String {
        format!("nobody from {}", self.bucket())
    }
}

/// Who is counted as one: an address, or the network of an IPv6 address. Whoever has one of those has all 2^64 addresses
/// in it, and would never be counted twice.
pub fn bucket(address: IpAddr) -> String {
    const NETWORK: u128 = u128::MAX << 64;
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from(u128::from(address) & NETWORK)),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Connection
where
    Arc<Auth>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(*known);
        }
        let known = parts.extensions.get::<Peer>();
        let encrypted = known.is_some_and(|peer| peer.tls.is_some());
        let peer = known.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| {
            peer.address.ip().to_canonical()
        });
        let auth = Arc::<Auth>::from_ref(state);
        let settings = &auth.settings;
        let trusted = settings.trusted_proxies.contains(peer);
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .filter(|_| trusted)
                .and_then(|value| value.to_str().ok())
        };
        let secure = header("x-forwarded-proto").map_or_else(
            || {
                let public = settings.public_url.as_ref().filter(|_| !settings.ends_tls);
                encrypted || public.is_some_and(|url| url.scheme() == "https")
            },
            |scheme| scheme.eq_ignore_ascii_case("https"),
        );
        let proxied = ["x-forwarded-for", "forwarded", "via", "x-real-ip"]
            .iter()
            .any(|name| parts.headers.contains_key(*name));
        let connection = Self {
            client: client(peer, &parts.headers, &settings.trusted_proxies),
            secure,
            local: peer.is_loopback() && !proxied,
        };
        parts.extensions.insert(connection);
        Ok(connection)
    }
}

/// Who is at the other end of the named proxies. Each proxy writes whom it spoke to behind what it was given, so what
/// the last of them that is named found is true, and everything before that is the caller's own word.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    let entries: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|line| line.to_str().unwrap_or_default())
        .flat_map(|line| line.split(','))
        .collect();
    let mut client = peer;
    for entry in entries.into_iter().rev() {
        if !trusted.contains(client) {
            break;
        }
        let Some(address) = address(entry.trim()) else {
            break;
        };
        client = address;
    }
    client
}

/// An address, also with a port behind it.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>().ok();
    let with_port = || entry.parse::<SocketAddr>().ok().map(|at| at.ip());
    address.or_else(with_port).map(|ip| ip.to_canonical())
}

/// The address of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress
where
    Arc<Auth>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Connection::from_request_parts(parts, state)
            .await
            .map(|connection| Self(connection.client))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    #[test]
    fn a_network_of_ipv6_addresses_is_counted_as_one_address_of_the_other_kind_is() {
        let of = |address: &str| bucket(address.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }

    #[test]
    fn the_client_is_the_last_that_no_named_proxy_wrote() {
        for (trusted, peer, lines, expected) in [
            ("127.0.0.1", "127.0.0.1", &["192.0.2.7"][..], "192.0.2.7"),
            (
                "127.0.0.1",
                "127.0.0.1",
                &["6.6.6.6, 192.0.2.7"],
                "192.0.2.7",
            ),
            (
                "127.0.0.1",
                "127.0.0.1",
                &["6.6.6.6", "192.0.2.7"],
                "192.0.2.7",
            ),
            (
                "127.0.0.1,10.0.0.0/8",
                "127.0.0.1",
                &["6.6.6.6, 192.0.2.7, 10.1.2.3"],
                "192.0.2.7",
            ),
            (
                "127.0.0.1,10.0.0.0/8",
                "127.0.0.1",
                &["10.9.9.9, 10.1.2.3"],
                "10.9.9.9",
            ),
            (
                "127.0.0.1",
                "127.0.0.1",
                &["6.6.6.6, nonsense"],
                "127.0.0.1",
            ),
            (
                "127.0.0.1,10.1.2.3",
                "127.0.0.1",
                &["6.6.6.6, , 10.1.2.3"],
                "10.1.2.3",
            ),
            ("127.0.0.1", "127.0.0.1", &["192.0.2.7:4711"], "192.0.2.7"),
            ("::1", "::1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            (
                "2001:db8::/32",
                "2001:db8::1",
                &["[2001:db9::7]"],
                "2001:db9::7",
            ),
            ("127.0.0.1", "127.0.0.1", &["::ffff:192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", "192.0.2.9", &["6.6.6.6"], "192.0.2.9"),
            ("", "127.0.0.1", &["6.6.6.6"], "127.0.0.1"),
            ("127.0.0.1", "127.0.0.1", &[], "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            let found = client(peer.parse().unwrap(), &headers, &trusted.parse().unwrap());
            assert_eq!(
                found,
                expected.parse::<IpAddr>().unwrap(),
                "{trusted} {peer} {lines:?}"
            );
        }
    }
}
