//! The certificate that is shown now, and the answers to challenges of an authority.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::certificate::Certificate;
use crate::acceptor::CHALLENGE;

/// Holds them for handshakes and for requests. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holder(Arc<Held>);

#[derive(Debug, Default)]
struct Held {
    current: RwLock<Option<Certificate>>,
    /// By name: what is shown to an authority that speaks [`CHALLENGE`].
    handshakes: RwLock<HashMap<String, Arc<CertifiedKey>>>,
    /// By token: what is answered below `/.well-known/acme-challenge/`.
    answers: RwLock<HashMap<String, String>>,
}

impl Holder {
    /// What every handshake from now on shows.
    pub(super) fn show(&self, certificate: Certificate) {
        *write(&self.0.current) = Some(certificate);
    }

    pub(super) fn current(&self) -> Option<Certificate> {
        read(&self.0.current).clone()
    }

    /// What an authority gets that asks for this token.
    pub(super) fn answer(&self, token: &str) -> Option<String> {
        read(&self.0.answers).get(token).cloned()
    }

    /// Answers a request for a token until the guard goes.
    pub(super) fn answer_requests(&self, token: String, answer: String) -> Challenge {
        write(&self.0.answers).insert(token.clone(), answer);
        Challenge {
            holder: self.clone(),
            at: At::Request(token),
        }
    }

    /// Shows a certificate to who looks for the answer to a challenge until the guard goes.
    pub(super) fn answer_handshakes(&self, name: String, shown: CertifiedKey) -> Challenge {
        write(&self.0.handshakes).insert(name.clone(), Arc::new(shown));
        Challenge {
            holder: self.clone(),
            at: At::Handshake(name),
        }
    }
}

impl ResolvesServerCert for Holder {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let challenge = hello
            .alpn()
            .is_some_and(|mut protocols| protocols.all(|protocol| protocol == CHALLENGE));
        if challenge {
            let name = hello.server_name()?;
            return read(&self.0.handshakes).get(name).cloned();
        }
        let current = read(&self.0.current);
        current
            .as_ref()
            .map(|certificate| Arc::clone(&certificate.shown))
    }
}

/// A challenge that is being answered.
#[derive(Debug)]
pub(super) struct Challenge {
    holder: Holder,
    at: At,
}

#[derive(Debug)]
enum At {
    Request(String),
    Handshake(String),
}

impl Drop for Challenge {
    fn drop(&mut self) {
        match &self.at {
            At::Request(token) => {
                write(&self.holder.0.answers).remove(token);
            }
            At::Handshake(name) => {
                write(&self.holder.0.handshakes).remove(name);
            }
        }
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
