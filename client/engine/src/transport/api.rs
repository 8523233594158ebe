//! The server before it knows who asks, and as somebody with keys talks to it (`client-protocol` 4).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use migasfree_native::enrolment::{EnrolmentAnswer, MoveOver};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::carrier::{Body, Request, Response, Transport};
use super::error::ApiError;
use super::messages::{ComputerId, ServerInfo};
pub use super::public::KeyRequest;
use super::public::{self, shape};
use super::public::{Keys, PackagerKeys};
use super::sealed;
use crate::keys::KeyPair;

/// The server as anybody may talk to it.
#[derive(Debug, Clone)]
pub struct OpenServer {
    transport: Arc<dyn Transport>,
}

/// What the server is told when a computer registers.
#[derive(Debug, Clone)]
pub struct NewComputer {
    pub uuid: String,
    pub name: String,
    pub ip_address: String,
    pub username: String,
    pub password: String,
}

/// The server's answer when asked whether it has time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    Available,
    Saturated { retry_after: Duration },
}

impl OpenServer {
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    /// # Errors
    /// [`ApiError`], as all calls.
    pub async fn info(&self) -> Result<ServerInfo, ApiError> {
        public::server_info(&*self.transport).await
    }

    /// # Errors
    /// 403 when the project registers nobody by itself and the credentials do not suffice.
    pub async fn project_keys(&self, request: &KeyRequest) -> Result<Keys, ApiError> {
        public::keys(&*self.transport, "project", request.fields()).await
    }

    /// # Errors
    /// 403 when the credentials are not a packager's.
    pub async fn packager_keys(
        &self,
        username: &str,
        password: &str,
    ) -> Result<PackagerKeys, ApiError> {
        let fields = vec![
            ("username", username.to_owned()),
            ("password", password.to_owned()),
        ];
        public::keys(&*self.transport, "packager", fields).await
    }

    /// The armored key the repositories are signed with.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn repository_key(&self) -> Result<String, ApiError> {
        public::repository_key(&*self.transport).await
    }

    /// A file of the public area, an icon for instance.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn file(&self, address: &str) -> Result<Response, ApiError> {
        let response = self.transport.send(Request::get(address)).await?;
        if response.status == 200 {
            Ok(response)
        } else {
            Err(sealed::status(&response, &Value::Null))
        }
    }

    /// Asks whether the server has time for a synchronisation. A server without this call has.
    pub async fn availability(&self) -> Availability {
        let path = "/manager/v1/public/synchronizations/availability/";
        match self.transport.send(Request::post(path, Body::Empty)).await {
            Ok(Response {
                status: 429,
                body,
                retry_after,
                ..
            }) => {
                let body: Value = serde_json::from_slice(&body).unwrap_or_default();
                let seconds = body
                    .get("retry_after")
                    .and_then(Value::as_u64)
                    .map(Duration::from_secs);
                let retry_after = seconds.or(retry_after).unwrap_or(Duration::from_secs(300));
                Availability::Saturated { retry_after }
            }
            _ => Availability::Available,
        }
    }

    /// The server as a computer of `project` talks to it.
    #[must_use]
    pub fn with_keys(&self, keys: KeyPair, project: &str) -> SealedServer {
        SealedServer {
            transport: Arc::clone(&self.transport),
            keys,
            project: project.to_owned(),
        }
    }
}

/// The server as somebody with keys talks to it.
#[derive(Debug, Clone)]
pub struct SealedServer {
    transport: Arc<dyn Transport>,
    keys: KeyPair,
    project: String,
}

impl SealedServer {
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        path: &str,
        claims: Value,
    ) -> Result<T, ApiError> {
        let answer =
            sealed::call(&*self.transport, &self.keys, &self.project, path, claims).await?;
        shape(answer, path)
    }

    /// A call whose answer is only an acknowledgement.
    pub(super) async fn tell(&self, path: &str, claims: Value) -> Result<(), ApiError> {
        sealed::call(&*self.transport, &self.keys, &self.project, path, claims)
            .await
            .map(|_| ())
    }

    /// The number of this computer.
    ///
    /// # Errors
    /// 404 when the server does not know it; 403 when it is unsubscribed or of another project.
    pub async fn computer_id(&self, uuid: &str, name: &str) -> Result<ComputerId, ApiError> {
        let answer: Value = self
            .call("computers/id/", json!({ "uuid": uuid, "name": name }))
            .await?;
        id_of(&answer, "computers/id/")
    }

    /// Registers this computer, or refreshes its record.
    ///
    /// # Errors
    /// 401 when the project registers nobody by itself and the credentials do not suffice.
    pub async fn create_computer(&self, computer: &NewComputer) -> Result<ComputerId, ApiError> {
        let claims = json!({
            "uuid": computer.uuid,
            "name": computer.name,
            "ip_address": computer.ip_address,
            "username": computer.username,
            "password": computer.password,
        });
        let answer: Value = self.call("computers/", claims).await?;
        id_of(&answer, "computers/")
    }

    /// From now on this computer is to be known by a key of its own.
    ///
    /// # Errors
    /// [`ApiError`], as all calls.
    pub async fn move_over(
        &self,
        id: ComputerId,
        claims: &MoveOver,
    ) -> Result<EnrolmentAnswer, ApiError> {
        let MoveOver { public_key, proof } = claims;
        let claims = json!({ "id": id, "public_key": public_key, "proof": proof });
        self.call("computers/key/", claims).await
    }

    /// Sends a file with a packager's keys: `packages/` or `packages/set/`. Answers what the server says of it.
    pub async fn upload(
        &self,
        path: &str,
        claims: Value,
        file: &Path,
        media_type: &str,
    ) -> Result<Value, ApiError> {
        let message = sealed::seal(&self.keys, claims).await?;
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let body = Body::Upload {
            fields: vec![("msg", message), ("project", self.project.clone())],
            file: file.to_owned(),
            file_name: name,
            media_type: media_type.to_owned(),
        };
        let path = format!("/api/v1/safe/{path}");
        let mut request = Request::post(&path, body);
        request.limit = Duration::from_secs(3600);
        let response = self.transport.send(request).await?;
        if let Some(refusal) = sealed::plain_refusal(&response) {
            return Err(refusal);
        }
        sealed::answer(response, &self.keys, &path).await
    }

    /// Asks for new metadata of the deployments that have this package or set.
    pub async fn rebuild_repositories(
        &self,
        project: &str,
        package_set: &str,
    ) -> Result<(), ApiError> {
        let claims = json!({ "project": project, "packageset": package_set });
        self.tell("packages/repos/", claims).await
    }
}

/// A bare number, or the `id` of an object.
fn id_of(answer: &Value, call: &str) -> Result<ComputerId, ApiError> {
    let number = answer.as_i64().or_else(|| answer.get("id")?.as_i64());
    number
        .filter(|number| *number > 0)
        .map(ComputerId)
        .ok_or_else(|| ApiError::Malformed {
            call: call.to_owned(),
            reason: "there is no computer number in it".to_owned(),
        })
}
