//! The authority at hand, and the certificates that are refused.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use migasfree_server_authority::{Authority, Store};
use migasfree_server_db::{Db, Result, Ts, args};

use super::CertificateError;
use crate::services::Services;

/// How an authority is called that nobody gave a name.
const NAME: &str = "migasfree CA";
const LIFETIME: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Where the authority is, and what it took back.
#[derive(Debug)]
pub struct Certificates {
    store: Store,
    /// Numbers that are refused. What was taken back stays so: none of them goes while the server runs.
    revoked: RwLock<HashSet<String>>,
}

impl Certificates {
    /// Those of a data folder; which were taken back is read later.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            store: Store::of(data),
            revoked: RwLock::default(),
        }
    }

    /// Whether the certificate with this number, in hexadecimal, was taken back. Asked with every request.
    #[must_use]
    pub fn revoked(&self, serial: &str) -> bool {
        let revoked = self.revoked.read();
        revoked
            .unwrap_or_else(PoisonError::into_inner)
            .contains(serial)
    }

    pub(super) fn refuse(&self, serials: impl IntoIterator<Item = String>) {
        let revoked = self.revoked.write();
        revoked
            .unwrap_or_else(PoisonError::into_inner)
            .extend(serials);
    }

    /// Reads what was taken back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self, db: &Db, now: Ts) -> Result<()> {
        let rows: Vec<(String,)> = db
            .all(
                "SELECT serial FROM certificate WHERE revoked_at IS NOT NULL AND not_after > $1",
                args![now],
            )
            .await?;
        self.refuse(rows.into_iter().map(|(serial,)| serial));
        Ok(())
    }

    /// The authority. It is read each time, so that what a command did to it counts at once.
    ///
    /// # Errors
    /// When there is none, or its files cannot be used.
    pub async fn authority(&self) -> Result<Authority, CertificateError> {
        let store = self.store.clone();
        apart(move || store.load())
            .await??
            .ok_or(CertificateError::NoAuthority)
    }

    /// Makes an authority where there is none yet.
    ///
    /// # Errors
    /// When its files cannot be read or written.
    pub async fn make_if_missing(&self, state: &Services) -> Result<(), CertificateError> {
        if self.chain_pem().await?.is_some() {
            return Ok(());
        }
        let (store, now, random) = (
            self.store.clone(),
            state.clock.now(),
            Arc::clone(&state.random),
        );
        apart(move || store.create(NAME, LIFETIME, now, &*random)).await??;
        tracing::info!("a certificate authority was made for the server's own certificate");
        Ok(())
    }

    /// What others have to trust, in PEM; `None` without an authority.
    ///
    /// # Errors
    /// When its files cannot be used.
    pub async fn chain_pem(&self) -> Result<Option<String>, CertificateError> {
        let store = self.store.clone();
        Ok(apart(move || store.chain_pem()).await??)
    }
}

/// Does what takes time where nobody waits for it but who asked.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CertificateError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| CertificateError::CutOff(error.to_string()))
}
