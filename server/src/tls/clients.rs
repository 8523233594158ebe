//! Certificates of those who call: who has to show one, and whom a proxy is believed about.

use std::path::Path;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};
use migasfree_server_auth::{Handshake, Networks, Peer};
use migasfree_server_db::Ts;
use migasfree_types::message::Message;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;

use super::TransportError;
use super::certificate::{CertificateError, certificates, parse};
use super::forwarded;
use super::routes::Whose;
use crate::acceptor::{ClientCertificates, unix_time, verifier};
use crate::config::{Settings, TlsClients};
use crate::messages;

/// Judges certificates.
#[derive(Debug)]
pub(super) struct Clients {
    demanded: TlsClients,
    verifier: Arc<dyn ClientCertVerifier>,
    header: Option<HeaderName>,
    proxies: Networks,
}

impl Clients {
    pub(super) fn new(settings: &Settings) -> Result<Self, TransportError> {
        let authorities = match &settings.clients_authority {
            Some(path) if settings.tls_clients != TlsClients::Nobody => {
                ClientCertificates::Asked(read(path)?)
            }
            _ => ClientCertificates::Unasked,
        };
        Ok(Self {
            demanded: settings.tls_clients,
            verifier: verifier(authorities)?,
            header: settings.clients_header.clone(),
            proxies: settings.trusted_proxies.networks(),
        })
    }

    /// What checks certificates during handshakes.
    pub(super) fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        Arc::clone(&self.verifier)
    }

    /// Refuses whoever has to show a certificate and shows no good one. What is good is known of the request's peer from
    /// here on, wherever it was shown.
    pub(super) fn judge(
        &self,
        request: &mut Request,
        whose: Whose,
        now: Ts,
    ) -> Result<(), Message> {
        if self.demanded == TlsClients::Nobody {
            return Ok(());
        }
        let known = self.known(request, now);
        if let Some(peer) = request.extensions_mut().get_mut::<Peer>() {
            let certificate = known.as_ref().ok().cloned().flatten();
            match &mut peer.tls {
                Some(handshake) => handshake.certificate = certificate,
                none if certificate.is_some() => *none = Some(Handshake { certificate }),
                None => {}
            }
        }
        if !self.is_demanded_of(whose) {
            return Ok(());
        }
        let shown = known?.ok_or_else(messages::certificate_needed)?;
        if whose == Whose::Operators && is_marked_as_computers(&shown) {
            return Err(messages::certificate_of_computer());
        }
        Ok(())
    }

    fn is_demanded_of(&self, whose: Whose) -> bool {
        match whose {
            Whose::Anybodys => false,
            Whose::Computers => self.demanded.are_computers(),
            Whose::Operators => self.demanded.are_operators(),
        }
    }

    /// The certificate of whoever calls, if they show one, or why it is not good.
    fn known(&self, request: &Request, now: Ts) -> Result<Option<Arc<[u8]>>, Message> {
        let Some(peer) = request.extensions().get::<Peer>() else {
            return Ok(None);
        };
        let shown = match &self.header {
            // A proxy's own certificate says nothing of whom it speaks for.
            Some(header) if self.proxies.contains(peer.address.ip()) => {
                let passed_on = passed_on(request.headers(), header)?;
                if let Some(certificate) = &passed_on {
                    self.check(certificate, now)?;
                }
                passed_on
            }
            _ => peer.tls.as_ref().and_then(|tls| tls.certificate.clone()),
        };
        // A handshake that goes on where an earlier one ended checks nothing again.
        if shown.as_ref().is_some_and(|shown| !holds(shown, now)) {
            return Err(messages::certificate_expired());
        }
        Ok(shown)
    }

    fn check(&self, certificate: &[u8], now: Ts) -> Result<(), Message> {
        let now = unix_time(now).ok_or_else(messages::certificate_expired)?;
        let certificate = CertificateDer::from(certificate);
        let checked = self.verifier.verify_client_cert(&certificate, &[], now);
        checked
            .map(|_| ())
            .map_err(|error| messages::certificate_refused(error.to_string()))
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    let pem = std::fs::read(path).map_err(CertificateError::file(path));
    pem.and_then(|pem| certificates(&pem))
        .map_err(TransportError::Authorities)
}

/// The one certificate that a proxy passes on; two would leave open whose they are.
fn passed_on(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Arc<[u8]>>, Message> {
    let mut lines = headers.get_all(name).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Ok(None);
    };
    if line.is_empty() {
        return Ok(None);
    }
    let read = forwarded::certificate(line.as_bytes());
    read.map(|certificate| Some(Arc::from(certificate)))
        .ok_or_else(messages::certificate_unreadable)
}

fn holds(certificate: &[u8], now: Ts) -> bool {
    parse(certificate).is_ok_and(|certificate| {
        let validity = certificate.validity();
        (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now.seconds())
    })
}

/// Version 5 marks certificates of computers by their unit, and those of administrators by another one.
fn is_marked_as_computers(certificate: &[u8]) -> bool {
    parse(certificate).is_ok_and(|certificate| {
        let mut units = certificate.subject().iter_organizational_unit();
        units.any(|unit| unit.as_str().is_ok_and(|unit| unit == "COMPUTERS"))
    })
}
