//! How this computer comes to be known to its server.

use std::sync::Arc;

use async_trait::async_trait;
use migasfree_native::key::Thumbprint;
use migasfree_native::token::EnrolmentToken;

use crate::transport::Server;
use crate::transport::messages::ComputerId;

use super::local::LocalEngine;
use super::{Credentials, EngineError, Standing};

/// What makes this computer known to its server, and keeps what it needs for that.
#[async_trait]
pub trait Registration: Send + Sync + std::fmt::Debug {
    /// Whether the server would believe that it is this computer. Known without asking.
    fn is_registered(&self) -> bool;

    /// How this computer proves who it is. Known without asking.
    fn standing(&self) -> Standing {
        if self.is_registered() {
            Standing::ProjectKey
        } else {
            Standing::Unknown
        }
    }

    /// The number the server gave this computer, as far as it is remembered.
    fn computer_id(&self) -> Option<ComputerId>;

    /// The server as this computer talks to it, without asking whether it still knows it; `None` where that is needed.
    fn known(&self) -> Option<Arc<dyn Server>>;

    /// The server, after asking whether it knows this computer. Where it does not, and needs no credentials, it does
    /// afterwards.
    async fn session(&self) -> Result<Arc<dyn Server>, EngineError>;

    /// Registers. With `accept_new_keys` also at a server that has other keys than those it is known by.
    async fn register(
        &self,
        credentials: &Credentials,
        accept_new_keys: bool,
    ) -> Result<ComputerId, EngineError>;

    /// Registers with a token of the server, which also says which server may answer.
    async fn enrol(&self, _token: &EnrolmentToken) -> Result<ComputerId, EngineError> {
        Err(EngineError::NoTokens("it".to_owned()))
    }

    /// The server does not know the key by which it knew this computer. It asks to be let in anew by what needs nobody here:
    /// a token of the configuration, or a project that computers join by themselves. Otherwise it waits for approval.
    async fn enrol_again(&self) -> Result<(), EngineError> {
        Err(EngineError::NotRegistered)
    }

    /// The server has this key, by the word of who runs this computer: it registers natively from then on.
    async fn believe(&self, _key: Thumbprint) -> Result<(), EngineError> {
        Err(EngineError::NoTokens("it".to_owned()))
    }

    /// The server has no answer for the number we know. It is asked for the number: only its own word makes us forget
    /// the old one. Never fails.
    async fn look_again(&self);

    /// Forgets what makes this computer known; with `everywhere` also to servers it had before.
    fn forget(&self, everywhere: bool) -> Result<(), EngineError>;
}

impl LocalEngine {
    /// Registers with a server whose keys may be other ones than those known, by the word of who runs this computer.
    ///
    /// # Errors
    /// As [`super::Engine::register`].
    pub async fn register_anew(
        &self,
        credentials: &Credentials,
    ) -> Result<ComputerId, EngineError> {
        let _lock = self.lock()?;
        self.registration.register(credentials, true).await
    }

    /// Believes the server with this key, by the word of who runs this computer.
    ///
    /// # Errors
    /// [`EngineError`] when the server offers no such key.
    pub async fn believe(&self, key: Thumbprint) -> Result<(), EngineError> {
        let _lock = self.lock()?;
        self.registration.believe(key).await
    }

    /// Registers with an enrolment token.
    ///
    /// # Errors
    /// As [`super::Engine::register`].
    pub async fn enrol(&self, token: &EnrolmentToken) -> Result<ComputerId, EngineError> {
        let _lock = self.lock()?;
        self.registration.enrol(token).await
    }
}
