//! Registering by the sealed protocol: the server hands out the keys of a project, and gives the computer a number.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use migasfree_native::enrolment::{EnrolmentAnswer, MoveOver};
use migasfree_types::message::Message;

use crate::config::Settings;
use crate::identity::Identity;
use crate::keys::{KeyPair, KeyStore, KeyStoreError};
use crate::paths::Layout;
use crate::pms::PackageManager;
use crate::transport::api::{KeyRequest, NewComputer, OpenServer, SealedServer};
use crate::transport::messages::ComputerId;
use crate::transport::{ApiError, SealedSession, Server, Transport};

use super::local::io;
use super::registration::Registration;
use super::{Credentials, EngineError};

/// The [`Registration`] of computers that have the keys of their project.
#[derive(Debug)]
pub struct SealedRegistration {
    server: OpenServer,
    keys: KeyStore,
    identity: Arc<dyn Identity>,
    packages: Option<Arc<dyn PackageManager>>,
    project: String,
    /// Where the server is, to be read by people.
    address: String,
    /// Where the folders of all servers are.
    state: PathBuf,
}

impl SealedRegistration {
    #[must_use]
    pub fn new(
        settings: &Settings,
        layout: &Layout,
        transport: Arc<dyn Transport>,
        identity: Arc<dyn Identity>,
        packages: Option<Arc<dyn PackageManager>>,
    ) -> Self {
        let state = layout.state();
        Self {
            server: OpenServer::new(transport),
            keys: KeyStore::new(state.join(settings.server.folder_name())),
            identity,
            packages,
            project: settings.project.clone(),
            address: settings.server.base(),
            state,
        }
    }

    /// Takes over the keys that an earlier client got from this host.
    pub fn adopt_older_keys(&self, layout: &Layout, host: &str) {
        let older = layout.inside("var/migasfree-client/keys").join(host);
        match self.keys.adopt(&older) {
            Ok(true) => {
                tracing::info!(from = %older.display(), "took over the keys of an earlier client")
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the keys of an earlier client cannot be taken over")
            }
        }
    }

    fn with_keys(&self, keys: KeyPair) -> SealedServer {
        self.server.with_keys(keys, &self.project)
    }

    /// The server with the keys that are kept, else with those it hands out to anybody.
    async fn sealed(&self) -> Result<SealedServer, EngineError> {
        match self.keys.project(&self.project) {
            Ok(keys) => Ok(self.with_keys(keys)),
            Err(KeyStoreError::Missing) => self.fetch_keys(&Credentials::default(), false).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn fetch_keys(
        &self,
        credentials: &Credentials,
        accept_new_keys: bool,
    ) -> Result<SealedServer, EngineError> {
        let project = &self.project;
        let request = self.key_request(credentials).await?;
        let answer = self.server.project_keys(&request).await;
        let keys = answer.map_err(|error| match error {
            ApiError::Status {
                status: 401 | 403,
                said,
                ..
            } => not_admitted(credentials, said),
            other => other.into(),
        })?;
        let kept = if accept_new_keys {
            self.keys.replace_project(project, &keys.own, &keys.server)
        } else {
            self.keys.save_project(project, &keys.own, &keys.server)
        };
        let loaded = kept.and_then(|()| self.keys.project(project));
        let loaded = loaded.map_err(|error| match error {
            KeyStoreError::NewServer => EngineError::NewKeys(self.address.clone()),
            other => other.into(),
        })?;
        Ok(self.with_keys(loaded))
    }

    /// What keys are asked for with. A server takes no computer without a package manager.
    async fn key_request(&self, credentials: &Credentials) -> Result<KeyRequest, EngineError> {
        let packages = self.packages.as_deref();
        let packages = packages.ok_or(EngineError::NoPackageManager)?;
        Ok(KeyRequest {
            username: credentials.username.clone(),
            password: credentials.password.clone(),
            project: self.project.clone(),
            pms: packages.name().to_owned(),
            architecture: packages.architectures().await?,
        })
    }

    async fn create_computer(
        &self,
        server: &SealedServer,
        credentials: &Credentials,
    ) -> Result<ComputerId, EngineError> {
        let address = self.identity.address();
        let computer = NewComputer {
            uuid: self.identity.uuid().to_owned(),
            name: self.identity.name().to_owned(),
            ip_address: address.map_or_else(String::new, |address| address.to_string()),
            username: credentials.username.clone(),
            password: credentials.password.clone(),
        };
        let id = server
            .create_computer(&computer)
            .await
            .map_err(|error| match error {
                // 403 is about the computer, and no matter of who asks.
                ApiError::Status {
                    status: 401, said, ..
                } => not_admitted(credentials, said),
                other => other.into(),
            })?;
        self.keys.save_computer_id(&self.project, id)?;
        Ok(id)
    }

    /// Hands the server the key by which it is to know this computer.
    pub(super) async fn move_over(&self, claims: &MoveOver) -> Result<EnrolmentAnswer, ApiError> {
        let keys = self.keys.project(&self.project);
        let (Ok(keys), Some(id)) = (keys, self.keys.computer_id(&self.project)) else {
            let refused = "this computer is not registered".to_owned();
            return Ok(EnrolmentAnswer::Refused(Message::verbatim(refused)));
        };
        self.with_keys(keys).move_over(id, claims).await
    }

    async fn number(&self, server: &SealedServer) -> Result<ComputerId, ApiError> {
        let (uuid, name) = (self.identity.uuid(), self.identity.name());
        server.computer_id(uuid, name).await
    }
}

#[async_trait]
impl Registration for SealedRegistration {
    fn is_registered(&self) -> bool {
        self.keys.project(&self.project).is_ok()
    }

    fn computer_id(&self) -> Option<ComputerId> {
        self.keys.computer_id(&self.project)
    }

    fn known(&self) -> Option<Arc<dyn Server>> {
        let id = self.computer_id()?;
        let keys = self.keys.project(&self.project).ok()?;
        Some(Arc::new(SealedSession::new(self.with_keys(keys), id)))
    }

    async fn session(&self) -> Result<Arc<dyn Server>, EngineError> {
        let server = self.sealed().await?;
        let id = match self.number(&server).await {
            Ok(id) => id,
            Err(ApiError::Status { status: 404, .. }) => {
                let nobody = Credentials::default();
                self.create_computer(&server, &nobody).await?
            }
            Err(error) => return Err(error.into()),
        };
        self.keys.save_computer_id(&self.project, id)?;
        Ok(Arc::new(SealedSession::new(server, id)))
    }

    async fn register(
        &self,
        credentials: &Credentials,
        accept_new_keys: bool,
    ) -> Result<ComputerId, EngineError> {
        let server = self.fetch_keys(credentials, accept_new_keys).await?;
        self.create_computer(&server, credentials).await
    }

    async fn look_again(&self) {
        let Ok(keys) = self.keys.project(&self.project) else {
            return;
        };
        let kept = match self.number(&self.with_keys(keys)).await {
            Ok(id) => self.keys.save_computer_id(&self.project, id),
            Err(ApiError::Status { status: 404, .. }) => self.keys.forget_computer_id(),
            Err(_) => Ok(()),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "an old number of this computer stays behind");
        }
    }

    fn forget(&self, everywhere: bool) -> Result<(), EngineError> {
        if !everywhere {
            return Ok(self.keys.remove()?);
        }
        let folders = std::fs::read_dir(&self.state)
            .map_err(|error| io(&self.state.display().to_string(), error))?;
        for folder in folders
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
        {
            KeyStore::new(folder).remove()?;
        }
        Ok(())
    }
}

fn not_admitted(credentials: &Credentials, said: Box<Message>) -> EngineError {
    if credentials.username.is_empty() {
        EngineError::WhoRegisters(said)
    } else {
        EngineError::BadCredentials(said)
    }
}
