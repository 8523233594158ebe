//! Where the server's certificate comes from.

use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use migasfree_server_db::Ts;
use migasfree_server_domain::certificates;
use migasfree_server_domain::services::{OfDomain as _, Services};
use tokio::fs;

use super::certificate::{Certificate, CertificateError};
use super::folder::{Folder, IssuedPem};

/// Gives the certificate, and another one when it is time for that.
#[async_trait]
pub(crate) trait Source: fmt::Debug + Send + Sync {
    /// The one to begin with; none while it has yet to be issued.
    async fn first(&mut self, now: Ts) -> Result<Option<Certificate>, CertificateError>;

    /// Looked at every second: another one that takes the place of the one before.
    async fn next(&mut self, now: Ts) -> Result<Option<Certificate>, CertificateError>;
}

/// Files that somebody else writes.
#[derive(Debug)]
pub(super) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    seen: [Stamp; 2],
    /// Whether what was seen has yet to be read: it may still be written to.
    unread: bool,
}

/// What changes when a file does: nothing if it is not there.
type Stamp = Option<(u64, u64, i64, i64)>;

impl Files {
    pub(super) fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self {
            certificate,
            key,
            seen: [None; 2],
            unread: false,
        }
    }

    async fn look(&self) -> [Stamp; 2] {
        [stamp(&self.certificate).await, stamp(&self.key).await]
    }

    async fn read(&self) -> Result<Certificate, CertificateError> {
        let chain = content(&self.certificate).await?;
        let key = content(&self.key).await?;
        Certificate::from_pem(&chain, &key)
    }
}

#[async_trait]
impl Source for Files {
    async fn first(&mut self, _: Ts) -> Result<Option<Certificate>, CertificateError> {
        self.seen = self.look().await;
        self.read().await.map(Some)
    }

    async fn next(&mut self, _: Ts) -> Result<Option<Certificate>, CertificateError> {
        let seen = self.look().await;
        if seen != self.seen {
            self.seen = seen;
            self.unread = true;
            return Ok(None);
        }
        if !std::mem::take(&mut self.unread) {
            return Ok(None);
        }
        self.read().await.map(Some)
    }
}

async fn stamp(path: &Path) -> Stamp {
    let about = fs::metadata(path).await.ok()?;
    Some((about.ino(), about.size(), about.mtime(), about.mtime_nsec()))
}

async fn content(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).await.map_err(CertificateError::file(path))
}

/// Whoever issues certificates on demand.
#[async_trait]
pub(super) trait Issuer: fmt::Debug + Send + Sync {
    /// A new one, which the folder keeps.
    async fn issue(&self, now: Ts) -> Result<Certificate, CertificateError>;

    /// The name it is kept under.
    fn kept_as(&self) -> &'static str;

    /// What it has to be for.
    fn names(&self) -> &[String];

    /// Whether the server has to run already when one is issued.
    fn needs_server(&self) -> bool;
}

/// A certificate that is issued, kept, and renewed at two thirds of its life.
#[derive(Debug)]
pub(super) struct Issued<I> {
    issuer: I,
    folder: Folder,
    renewal: Option<Ts>,
    failures: u32,
    not_before: Ts,
}

/// Between the first two attempts; each time twice as long.
const SOON: Duration = Duration::from_secs(60);
/// At most as long.
const LATE: Duration = Duration::from_secs(6 * 60 * 60);

impl<I: Issuer> Issued<I> {
    pub(super) fn new(issuer: I, folder: Folder) -> Self {
        Self {
            issuer,
            folder,
            renewal: None,
            failures: 0,
            not_before: Ts::default(),
        }
    }

    async fn issue(&mut self, now: Ts) -> Result<Certificate, CertificateError> {
        match self.issuer.issue(now).await {
            Ok(certificate) => {
                self.failures = 0;
                self.renewal = Some(certificate.renewal());
                Ok(certificate)
            }
            Err(error) => {
                let longer = SOON * 2_u32.saturating_pow(self.failures.min(16));
                self.not_before = now + longer.min(LATE);
                self.failures += 1;
                Err(error)
            }
        }
    }
}

#[async_trait]
impl<I: Issuer> Source for Issued<I> {
    async fn first(&mut self, now: Ts) -> Result<Option<Certificate>, CertificateError> {
        let kept = self.folder.certificate(self.issuer.kept_as()).await;
        let kept = kept.unwrap_or_else(|error| {
            tracing::warn!(%error, "the certificate in the data folder is replaced");
            None
        });
        let good = kept.filter(|kept| kept.not_after > now && kept.covers(self.issuer.names()));
        if let Some(kept) = good {
            self.renewal = Some(kept.renewal());
            return Ok(Some(kept));
        }
        if self.issuer.needs_server() {
            return Ok(None);
        }
        self.issue(now).await.map(Some)
    }

    async fn next(&mut self, now: Ts) -> Result<Option<Certificate>, CertificateError> {
        let due = self.renewal.is_none_or(|renewal| now >= renewal);
        if !due || now < self.not_before {
            return Ok(None);
        }
        self.issue(now).await.map(Some)
    }
}

/// The server's own authority, which is made for that where there is none yet.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) services: Services,
    pub(super) names: Vec<String>,
    pub(super) folder: Folder,
}

#[async_trait]
impl Issuer for Own {
    async fn issue(&self, _: Ts) -> Result<Certificate, CertificateError> {
        let made = async {
            let (services, names) = (&self.services, self.names.clone());
            services
                .domain()
                .certificates
                .make_if_missing(services)
                .await?;
            certificates::issue_for_server(services, names).await
        };
        let given = made.await;
        let issued = given
            .map_err(|error| CertificateError::NotIssued(error.into()))?
            .issued;
        let issued = IssuedPem {
            chain: issued.certificate_pem + &issued.chain_pem,
            key: issued.key_pem.unwrap_or_default(),
        };
        self.folder.keep(self.kept_as(), &issued).await
    }

    fn kept_as(&self) -> &'static str {
        "internal.pem"
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn needs_server(&self) -> bool {
        false
    }
}
