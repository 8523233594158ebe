//! Getting keys and a number from the server.

use crate::identity;
use crate::keys::KeyStoreError;
use crate::transport::ApiError;
use crate::transport::api::{KeyRequest, NewComputer, SealedServer};
use crate::transport::messages::ComputerId;

use super::local::LocalEngine;
use super::{Credentials, EngineError};

impl LocalEngine {
    /// What keys are asked for with.
    ///
    /// # Errors
    /// [`EngineError::NoPackageManager`]: a server takes no computer without one.
    pub async fn key_request(&self, credentials: &Credentials) -> Result<KeyRequest, EngineError> {
        let pms = self.package_manager()?;
        Ok(KeyRequest {
            username: credentials.username.clone(),
            password: credentials.password.clone(),
            project: self.settings.project.clone(),
            pms: pms.name().to_owned(),
            architecture: pms.architectures().await?,
        })
    }

    pub(super) async fn fetch_keys(
        &self,
        credentials: &Credentials,
        anew: bool,
    ) -> Result<SealedServer, EngineError> {
        let project = &self.settings.project;
        let request = self.key_request(credentials).await?;
        let answer = self.server.project_keys(&request).await;
        let keys = answer.map_err(|error| match error {
            ApiError::Status {
                status: 401 | 403,
                detail,
                ..
            } => not_admitted(credentials, detail),
            other => other.into(),
        })?;
        let kept = if anew {
            self.keys.replace_project(project, &keys.own, &keys.server)
        } else {
            self.keys.save_project(project, &keys.own, &keys.server)
        };
        let loaded = kept.and_then(|()| self.keys.project(project));
        let loaded = loaded.map_err(|error| match error {
            KeyStoreError::NewServer => EngineError::NewKeys(self.settings.server.base()),
            other => other.into(),
        })?;
        Ok(self.server.with_keys(loaded, project))
    }

    pub(super) async fn create_computer(
        &self,
        server: &SealedServer,
        credentials: &Credentials,
    ) -> Result<ComputerId, EngineError> {
        let computer = NewComputer {
            uuid: self.uuid.clone(),
            name: self.settings.computer_name.clone(),
            ip_address: identity::address().map_or_else(String::new, |address| address.to_string()),
            username: credentials.username.clone(),
            password: credentials.password.clone(),
        };
        let id = server
            .create_computer(&computer)
            .await
            .map_err(|error| match error {
                // 403 is about the computer, and no matter of who asks.
                ApiError::Status {
                    status: 401,
                    detail,
                    ..
                } => not_admitted(credentials, detail),
                other => other.into(),
            })?;
        self.keys.save_computer_id(&self.settings.project, id)?;
        Ok(id)
    }

    pub(super) async fn registered(
        &self,
        credentials: &Credentials,
    ) -> Result<ComputerId, EngineError> {
        let server = self.fetch_keys(credentials, false).await?;
        self.create_computer(&server, credentials).await
    }

    /// Registers with a server whose keys may be other ones than those known, by the word of who runs this computer.
    ///
    /// # Errors
    /// As [`super::Engine::register`].
    pub async fn register_anew(
        &self,
        credentials: &Credentials,
    ) -> Result<ComputerId, EngineError> {
        let _lock = self.lock()?;
        let server = self.fetch_keys(credentials, true).await?;
        self.create_computer(&server, credentials).await
    }
}

fn not_admitted(credentials: &Credentials, detail: String) -> EngineError {
    if credentials.username.is_empty() {
        EngineError::WhoRegisters(detail)
    } else {
        EngineError::BadCredentials(detail)
    }
}
