//! Deciding which key repositories may be signed with.

use crate::observer::{Observer as _, OutputStream};
use crate::pms::PackageManager;
use crate::transport::{ApiError, Server};
use crate::trust::{Fingerprint, KEYS_CALL, RepositoryKey, TrustError, Verdict};

use super::local::{LocalEngine, io};
use super::tracker::Tracker;
use super::{EngineError, EngineText};

impl LocalEngine {
    /// The key of the server's repositories, if it may be trusted. A changed one that the server vouches for is taken
    /// and noted; one that nobody vouches for is refused until an administrator accepts it. Nobody is asked.
    pub(super) async fn trusted_key(
        &self,
        server: &dyn Server,
        pms: &dyn PackageManager,
        tracker: &Tracker<'_>,
    ) -> Result<String, EngineError> {
        let in_use = self.used_key(pms);
        if server.gathers()
            && let Some(key) = &in_use
        {
            let word = server.repository_fingerprints().await?;
            if word == [key.fingerprint.clone()] {
                self.trust
                    .pin(&key.fingerprint, Some(&word))
                    .map_err(remembering)?;
                return Ok(key.armored.clone());
            }
        }
        let offered = self.open_server.repository_key().await?;
        let offered = RepositoryKey::read(&offered).map_err(|error| {
            EngineError::Unintelligible(format!(
                "the repository key of {}: {error}",
                self.address()
            ))
        })?;
        let word = self.word_about_keys(server).await?;
        let in_use = in_use.map(|key| key.fingerprint);
        let named = word.as_deref().ok();
        let judged = self
            .trust
            .judge(&offered.fingerprint, named, in_use.as_ref());
        match judged.map_err(remembering)? {
            Verdict::Refused => return Err(self.refusal(word, &offered.fingerprint)),
            Verdict::Changed => {
                let (server, fingerprint) = (self.address(), offered.fingerprint.to_string());
                let said = EngineText::KeyChanged.told(&[&server, &fingerprint]);
                tracing::warn!("{said}");
                tracker.said(OutputStream::Info, &said);
            }
            Verdict::Trusted => {}
        }
        self.trust
            .pin(&offered.fingerprint, named)
            .map_err(remembering)?;
        Ok(offered.armored)
    }

    /// The key that repositories are signed with as far as this computer knows.
    fn used_key(&self, pms: &dyn PackageManager) -> Option<RepositoryKey> {
        let text = pms.trusted_key(&self.access())?;
        RepositoryKey::read(&text).ok()
    }

    /// The fingerprints the server vouches for, or how it came that it says none.
    async fn word_about_keys(
        &self,
        server: &dyn Server,
    ) -> Result<Result<Vec<Fingerprint>, Silence>, EngineError> {
        if server.gathers() {
            return Ok(Ok(server.repository_fingerprints().await?));
        }
        let seen = self.trust.has_offered(KEYS_CALL).map_err(remembering)?;
        if !seen && !self.announces(KEYS_CALL).await? {
            return Ok(Err(Silence::NeverOffered));
        }
        match server.repository_fingerprints().await {
            Ok(fingerprints) => {
                self.trust.note_offered(KEYS_CALL).map_err(remembering)?;
                Ok(Ok(fingerprints))
            }
            Err(error) if seen && error.is_not_offered() => Ok(Err(Silence::Broken(error))),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the server says that it has a call. It says so in the clear: only what is seen in a sealed call is
    /// remembered.
    async fn announces(&self, call: &str) -> Result<bool, EngineError> {
        match self.open_server.info().await {
            Ok(info) => Ok(info.additions.iter().any(|offered| offered == call)),
            Err(error) if error.is_offline() => Err(error.into()),
            Err(error) => {
                tracing::debug!(%error, "the server does not say what it offers");
                Ok(false)
            }
        }
    }

    fn refusal(
        &self,
        word: Result<Vec<Fingerprint>, Silence>,
        offered: &Fingerprint,
    ) -> EngineError {
        let server = self.address();
        let why = match word {
            // An answer in the clear says nothing: the synchronisation fails as with any other call.
            Err(Silence::Broken(ApiError::Unsealed { call, status, .. })) => {
                let offered = offered.to_string();
                let detail = EngineText::KeysInTheClear.told(&[&call, &server, &offered]);
                return EngineError::Unsealed {
                    status,
                    detail: Box::new(detail),
                };
            }
            Ok(_) => EngineText::KeyNotNamed,
            Err(_) => EngineText::KeyNotVouched,
        };
        EngineError::KeyRefused {
            server,
            fingerprint: offered.to_string(),
            why: Box::new(why.told(&[])),
        }
    }

    /// Trusts a repository key by the word of who runs this computer.
    ///
    /// # Errors
    /// When another migasfree is working, or the file system refuses.
    pub fn accept_key(&self, fingerprint: Fingerprint) -> Result<(), EngineError> {
        let _lock = self.lock()?;
        self.trust.accept(fingerprint).map_err(remembering)
    }

    fn address(&self) -> String {
        self.settings.server.base()
    }
}

/// Why there is no word of the server about its keys.
enum Silence {
    /// As far as is known it has no such call.
    NeverOffered,
    /// It had one, and the call is answered in the clear now.
    Broken(ApiError),
}

/// Why what is remembered of the server cannot be used.
pub(super) fn remembering(error: TrustError) -> EngineError {
    match error {
        TrustError::Damaged { file, source } => EngineError::TrustDamaged {
            file: file.display().to_string(),
            reason: source.to_string(),
        },
        TrustError::Io(error) => io("what is known of the server", error),
    }
}
