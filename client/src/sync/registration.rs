//! Getting keys and a number from the server.

use crate::identity;
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
    ) -> Result<SealedServer, EngineError> {
        let project = &self.settings.project;
        let keys = self
            .server
            .project_keys(&self.key_request(credentials).await?)
            .await?;
        let kept = self.keys.save_project(project, &keys.own, &keys.server);
        let loaded = kept.and_then(|()| self.keys.project(project));
        let loaded = loaded.map_err(|error| EngineError::Config(error.to_string()))?;
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
                ApiError::Status {
                    status: 401 | 403,
                    detail,
                    ..
                } => EngineError::Refused(detail),
                other => other.into(),
            })?;
        self.keys
            .save_computer_id(&self.settings.project, id)
            .map_err(|error| EngineError::Config(error.to_string()))?;
        Ok(id)
    }

    pub(super) async fn registered(
        &self,
        credentials: &Credentials,
    ) -> Result<ComputerId, EngineError> {
        let server = self.fetch_keys(credentials).await?;
        self.create_computer(&server, credentials).await
    }
}
