//! Sending the audit elsewhere, record by record in the order of the chain.

mod syslog;
mod webhook;

use std::io;
use std::path::{Path, PathBuf};

use migasfree_server_db::{Db, Result, Ts, args};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use url::Url;

use super::Record;
use super::verification::PAGE;

use syslog::Syslog;
use webhook::Webhook;

pub use webhook::{SIGNATURE, TIMESTAMP};

/// Records sent at a time; where that fails, they are sent again.
const SENT: i64 = 200;

/// Where records go.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// `tcp://host:port` or `tls://host:port`: RFC 5424 in frames that begin with their length.
    pub syslog: Option<Url>,
    /// JSON lines by POST.
    pub webhook: Option<Url>,
    /// The secret with which those are signed.
    pub webhook_secret: Option<String>,
    /// Authorities that are believed besides the system's, as PEM.
    pub authorities: Option<PathBuf>,
    /// What the server is called, for syslog.
    pub host: String,
}

/// Why nothing can be sent, or was not.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file with authorities.
    #[error("cannot use {}: {source}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A webhook without a secret: whoever receives it could not tell who sent it.
    #[error("audit.webhook needs audit.webhook_secret")]
    NoSecret,
    /// An address, or what is needed to reach it.
    #[error("{0}")]
    Unusable(String),
    /// Whoever receives it.
    #[error("{target} took nothing: {reason}")]
    Refused {
        /// Who.
        target: &'static str,
        /// Why not.
        reason: String,
    },
    /// The data layer failed.
    #[error(transparent)]
    Database(#[from] migasfree_server_db::Error),
}

/// Somebody who gets the records.
#[derive(Debug)]
pub struct Receiver(Kind);

#[derive(Debug)]
enum Kind {
    Syslog(Syslog),
    Webhook(Box<Webhook>),
}

/// Everybody who gets the records.
///
/// # Errors
/// When one of them cannot be used as it is set.
pub fn receivers(targets: &Targets) -> Result<Vec<Receiver>, ExportError> {
    let authorities = match &targets.authorities {
        Some(path) => authorities(path).map_err(|source| ExportError::Authorities {
            path: path.clone(),
            source,
        })?,
        None => Vec::new(),
    };
    let mut all = Vec::new();
    if let Some(url) = &targets.syslog {
        let syslog = Syslog::new(url, &targets.host, &authorities)?;
        all.push(Receiver(Kind::Syslog(syslog)));
    }
    if let Some(url) = &targets.webhook {
        let secret = targets.webhook_secret.as_deref();
        let secret = secret.filter(|secret| !secret.is_empty());
        let secret = secret.ok_or(ExportError::NoSecret)?;
        let webhook = Webhook::new(url.clone(), secret, &authorities)?;
        all.push(Receiver(Kind::Webhook(Box::new(webhook))));
    }
    Ok(all)
}

fn authorities(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let pem = std::fs::read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.map_err(io::Error::other)?;
    if found.is_empty() {
        return Err(io::Error::other("it has no certificate"));
    }
    Ok(found)
}

impl Receiver {
    /// Who it is.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.0 {
            Kind::Syslog(_) => "syslog",
            Kind::Webhook(_) => "webhook",
        }
    }

    async fn send(&self, records: &[Record], now: Ts) -> Result<(), ExportError> {
        let sent = match &self.0 {
            Kind::Syslog(syslog) => syslog.send(records).await,
            Kind::Webhook(webhook) => webhook.send(records, now).await,
        };
        sent.map_err(|reason| ExportError::Refused {
            target: self.name(),
            reason,
        })
    }
}

/// Sends what the receiver has not had yet; answers how many records. What was sent and not confirmed comes again.
///
/// # Errors
/// When the receiver does not take it, or the database fails.
pub async fn follow(db: &Db, receiver: &Receiver, now: Ts) -> Result<u64, ExportError> {
    let stored = format!("audit_sent_{}", receiver.name());
    let mut last_id = last_sent(db, &stored).await?;
    let mut count = 0;
    loop {
        let page: Vec<Record> = db.all(PAGE, args![last_id, i64::MAX, SENT]).await?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            return Ok(count);
        };
        if first.id != last_id + 1 {
            tracing::warn!(
                receiver = receiver.name(),
                from = last_id + 1,
                below = first.id,
                "records of the audit were removed before they could be sent"
            );
        }
        receiver.send(&page, now).await?;
        last_id = last.id;
        count += page.len() as u64;
        db.execute(
            "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            args![&stored, last_id.to_string()],
        )
        .await?;
    }
}

async fn last_sent(db: &Db, stored: &str) -> Result<i64> {
    let found: Option<(String,)> = db
        .optional("SELECT value FROM setting WHERE key = $1", args![stored])
        .await?;
    Ok(found.and_then(|(id,)| id.parse().ok()).unwrap_or_default())
}

/// Some records behind one, in order, as lines of JSON; and the last of them.
///
/// # Errors
/// When the database fails.
pub async fn lines(db: &Db, behind: i64) -> Result<Option<(String, i64)>> {
    let page: Vec<Record> = db.all(PAGE, args![behind, i64::MAX, SENT]).await?;
    Ok(page.last().map(|last| (written(&page), last.id)))
}

/// A line of JSON for each record.
fn written(records: &[Record]) -> String {
    records
        .iter()
        .map(|record| format!("{}\n", record.line()))
        .collect()
}
