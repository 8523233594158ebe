//! Where a request comes from.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use crate::app::AppState;

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

impl FromRequestParts<AppState> for Connection {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(*known);
        }
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| {
                info.0.ip().to_canonical()
            });
        let settings = &state.settings;
        let trusted = settings.trusted_proxies.0.contains(&peer);
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .filter(|_| trusted)
                .and_then(|value| value.to_str().ok())
        };
        let forwarded = header("x-forwarded-for")
            .and_then(|list| list.split(',').next())
            .and_then(|first| first.trim().parse::<IpAddr>().ok());
        let secure = header("x-forwarded-proto").map_or_else(
            || {
                settings
                    .public_url
                    .as_ref()
                    .is_some_and(|url| url.0.scheme() == "https")
            },
            |scheme| scheme.eq_ignore_ascii_case("https"),
        );
        let proxied = ["x-forwarded-for", "forwarded", "via", "x-real-ip"]
            .iter()
            .any(|name| parts.headers.contains_key(*name));
        let connection = Self {
            client: forwarded.unwrap_or(peer),
            secure,
            local: peer.is_loopback() && !proxied,
        };
        parts.extensions.insert(connection);
        Ok(connection)
    }
}

/// The address of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Connection::from_request_parts(parts, state)
            .await
            .map(|connection| Self(connection.client))
    }
}
