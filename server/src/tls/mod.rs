//! TLS: where the server's certificate comes from, what is refused without encryption, and who has to show a certificate.

mod acme;
mod care;
mod certificate;
mod clients;
mod folder;
mod forwarded;
mod holder;
mod layer;
mod routes;
mod source;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderValue;
use migasfree_server_db::{Ts, clock::Clock};
use migasfree_server_domain::services::Services;
use migasfree_types::message::Message;

use crate::acceptor::{Spoken, Tls, TlsError};
use crate::config::{Settings, TlsMode, TlsVersion};
use acme::Acme;
use care::show;
use clients::Clients;
use folder::Folder;
use holder::Holder;
use routes::Whose;
use source::{Files, Issued, Own};

pub use certificate::CertificateError;

pub(crate) use care::care;
pub(crate) use layer::{challenge, pass};
pub(crate) use source::Source;

/// Why the server cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The settings of TLS itself.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The server's own certificate.
    #[error("the server's certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// The file of those who issue certificates of clients.
    #[error("tls.clients_authority: {0}")]
    Authorities(#[source] CertificateError),
}

/// How the server is reached.
#[derive(Debug)]
pub struct Transport {
    holder: Holder,
    clients: Clients,
    hsts: Option<HeaderValue>,
}

impl Transport {
    /// As the settings have it.
    ///
    /// # Errors
    /// When the authorities of clients cannot be read.
    pub fn new(settings: &Settings) -> Result<Self, TransportError> {
        let hsts = format!("max-age={}", settings.hsts_seconds);
        let hsts = HeaderValue::from_str(&hsts).ok();
        Ok(Self {
            holder: Holder::default(),
            clients: Clients::new(settings)?,
            hsts: hsts.filter(|_| settings.hsts_seconds > 0),
        })
    }

    /// What takes connections under TLS.
    pub(crate) fn acceptor(
        &self,
        settings: &Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Tls, TlsError> {
        let spoken = Spoken {
            only_1_3: settings.tls_minimum_version == TlsVersion::V13,
            challenges: settings.tls_mode == TlsMode::Acme,
        };
        let shown = Arc::new(self.holder.clone());
        Tls::showing(shown, spoken, self.clients.verifier(), clock)
    }

    /// Where the certificate comes from, with the first one in use where there is one already.
    pub(crate) async fn source(
        &self,
        settings: &Settings,
        services: &Services,
        now: Ts,
    ) -> Result<Option<Box<dyn Source>>, CertificateError> {
        let mut source: Box<dyn Source> = match settings.tls_mode {
            TlsMode::Off => return Ok(None),
            TlsMode::Files => Box::new(Files::new(
                settings.tls_certificate.clone().unwrap_or_default(),
                settings.tls_key.clone().unwrap_or_default(),
            )),
            TlsMode::Acme => Box::new(self.acme(settings)?),
            TlsMode::Internal => {
                let folder = Folder::open(&settings.data)?;
                let own = Own {
                    services: services.clone(),
                    names: own_names(settings),
                    folder: folder.clone(),
                };
                Box::new(Issued::new(own, folder))
            }
        };
        match source.first(now).await? {
            Some(certificate) => show(&self.holder, certificate),
            None => tracing::info!("the server's certificate has yet to be issued"),
        }
        Ok(Some(source))
    }

    fn acme(&self, settings: &Settings) -> Result<Issued<Acme>, CertificateError> {
        let folder = Folder::open(&settings.data)?;
        let acme = Acme {
            directory: settings.acme_directory.to_string(),
            contact: settings.acme_contact.clone(),
            authority: settings.acme_authority.clone(),
            names: settings.certificate_names(),
            plain: settings.tls_plain_listen.is_some(),
            folder: folder.clone(),
            holder: self.holder.clone(),
        };
        Ok(Issued::new(acme, folder))
    }

    pub(crate) fn holder(&self) -> &Holder {
        &self.holder
    }

    fn hsts(&self) -> Option<&HeaderValue> {
        self.hsts.as_ref()
    }

    fn judge(&self, request: &mut Request, whose: Whose, now: Ts) -> Result<(), Message> {
        self.clients.judge(request, whose, now)
    }
}

/// Names and addresses under which the machine is reached, for a certificate that nobody else issues.
fn own_names(settings: &Settings) -> Vec<String> {
    let mut names = settings.certificate_names();
    if !settings.tls_names.is_empty() {
        return names;
    }
    let machine = rustix::system::uname();
    let machine = machine.nodename().to_string_lossy().into_owned();
    for name in [machine.as_str(), "localhost", "127.0.0.1", "::1"] {
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}
