//! The way to the relay.

use std::sync::Arc;
use std::time::Duration;

use migasfree_carrier::{Greeting, Transport, Word, websocket};
use migasfree_dbus::{Error, RemoteProxy};
use migasfree_tunnel::message::{AgentHello, Hello, LiveSession, Who};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::certificate::Shown;
use super::sessions::Sessions;
use crate::clock::{Clock as _, SystemClock};

const PATH: &str = "/api/native/1/relay/agent/";
/// How long the relay has for its first word.
const FIRST_WORD: Duration = Duration::from_secs(10);
/// What the relay may ask for as signs of life, seconds.
const KEEP_ALIVE: std::ops::RangeInclusive<u16> = 15..=120;

/// Why there is no connection.
pub(super) enum Trouble {
    /// There is no remote support here.
    Off,
    /// Not now.
    Later {
        why: String,
        again_after: Option<Duration>,
    },
}

/// A connection on which both have said hello, and how often to give a sign of life.
pub(super) async fn greeted(
    daemon: &RemoteProxy<'static>,
    sessions: &Sessions,
    live: Vec<LiveSession>,
) -> Result<(impl Transport, Duration), Trouble> {
    let (base, authorities) = daemon.server().await.map_err(judged)?;
    let (proxy, certificate) = daemon.way().await.map_err(judged)?;
    let shown = Shown::new(daemon, &certificate).filter(|_| base.starts_with("https://"));
    let tls = tls(&authorities, shown).map_err(later)?;
    let proxy = Some(proxy.as_str()).filter(|proxy| !proxy.is_empty());
    let (address, headers) = (address(&base), Default::default());
    let socket = websocket::connect_by(&address, tls, headers, proxy).await;
    let mut greeting = Greeting::new(socket.map_err(unconnected)?);
    let word = greeting.hear(FIRST_WORD).await.map_err(later)?;
    let (nonce, keep_alive) = challenge(word)?;
    let made = SystemClock.now().unix_timestamp();
    let signed = daemon.sign_hello(&nonce, made).await.map_err(judged)?;
    let (computer, key, signature, server_key, _, services) = signed;
    sessions.trust(&server_key);
    let hello = AgentHello {
        computer,
        key,
        nonce,
        made,
        signature,
        services,
        live,
    };
    let hello = Hello::new(Who::Agent(hello), env!("CARGO_PKG_VERSION"), "linux");
    greeting.hello(&hello).await.map_err(later)?;
    Ok((greeting, keep_alive))
}

/// The challenge in the relay's first word, and how often it wants signs of life.
fn challenge(word: Word) -> Result<(String, Duration), Trouble> {
    let hello = match word {
        Word::Hello(hello) if hello.is_understood() => *hello,
        Word::GoAway(go_away) => {
            let again_after = go_away.again_after;
            return Err(Trouble::Later {
                why: go_away.failure.text,
                again_after: again_after.map(|seconds| Duration::from_secs(seconds.into())),
            });
        }
        _ => return Err(later("the relay speaks another version")),
    };
    match hello.who {
        Who::Relay(welcome) => {
            let nonce = welcome.nonce;
            let nonce = nonce.ok_or_else(|| later("the relay does not challenge"))?;
            let keep_alive = welcome
                .keep_alive
                .clamp(*KEEP_ALIVE.start(), *KEEP_ALIVE.end());
            Ok((nonce, Duration::from_secs(keep_alive.into())))
        }
        _ => Err(later("this is no relay")),
    }
}

/// What the system trusts, and what the daemon does. The daemon proves with TLS 1.3 alone that a certificate is ours.
fn tls(
    authorities: &str,
    shown: Option<Shown>,
) -> Result<Arc<ClientConfig>, tokio_rustls::rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let own = CertificateDer::pem_slice_iter(authorities.as_bytes());
    roots.add_parsable_certificates(own.filter_map(Result::ok));
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = match shown {
        Some(shown) => config
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(roots)
            .with_client_cert_resolver(Arc::new(shown)),
        None => config
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

/// Where the relay of a server is: `https://…` becomes `wss://…`.
fn address(base: &str) -> String {
    let rest = base.strip_prefix("http").unwrap_or(base);
    format!("ws{}{PATH}", rest.trim_end_matches('/'))
}

fn judged(error: Error) -> Trouble {
    let code = error.message().code;
    match code.as_ref() {
        "RemoteOff" | "RemoteNotOffered" => Trouble::Off,
        _ => later(error),
    }
}

fn unconnected(error: websocket::ConnectError) -> Trouble {
    let again_after = match &error {
        websocket::ConnectError::Refused { again_after, .. } => *again_after,
        _ => None,
    };
    Trouble::Later {
        why: error.to_string(),
        again_after: again_after.map(|seconds| Duration::from_secs(seconds.into())),
    }
}

fn later(why: impl ToString) -> Trouble {
    Trouble::Later {
        why: why.to_string(),
        again_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relay_is_where_the_server_is_and_as_safe() {
        let relay = "wss://city.example:8443/api/native/1/relay/agent/";
        assert_eq!(address("https://city.example:8443"), relay);
        assert!(address("http://localhost/").starts_with("ws://localhost/api/"));
    }
}
