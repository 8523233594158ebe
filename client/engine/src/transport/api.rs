//! The calls of the server, one method each (`client-protocol` 4).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::carrier::{Body, Request, Response, Transport};
use super::error::ApiError;
use super::messages::{
    App, AppId, AppRequest, Category, ComputerId, ComputerInfo, FaultDefinition, KeyWord, Label,
    MandatoryPackages, Page, Property, Repository, ServerInfo, TagRules, Trait,
};
pub use super::public::KeyRequest;
use super::public::{self, shape};
use super::public::{Keys, PackagerKeys};
use super::sealed;
use crate::keys::KeyPair;
use crate::trust::Fingerprint;

/// The server as anybody may talk to it.
#[derive(Debug, Clone)]
pub struct Server {
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

/// Results of the properties' code and who this computer is.
#[derive(Debug, Clone)]
pub struct AttributeReport {
    pub uuid: String,
    pub name: String,
    pub fqdn: String,
    pub ip_address: String,
    pub user: String,
    pub user_full_name: String,
    /// Prefix to raw output.
    pub attributes: BTreeMap<String, String>,
}

/// What changed in the software of this computer, as signed inventory names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoftwareHistory {
    pub installed: Vec<String>,
    pub uninstalled: Vec<String>,
}

/// The server's answer when asked whether it has time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    Available,
    Saturated { retry_after: Duration },
}

impl Server {
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
    async fn call<T: DeserializeOwned>(&self, path: &str, claims: Value) -> Result<T, ApiError> {
        let answer =
            sealed::call(&*self.transport, &self.keys, &self.project, path, claims).await?;
        shape(answer, path)
    }

    /// A call whose answer is only an acknowledgement.
    async fn tell(&self, path: &str, claims: Value) -> Result<(), ApiError> {
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

    /// # Errors
    /// [`ApiError`], as all that follow.
    pub async fn properties(&self, id: ComputerId) -> Result<Vec<Property>, ApiError> {
        self.call("computers/properties/", json!({ "id": id }))
            .await
    }

    pub async fn send_attributes(
        &self,
        id: ComputerId,
        report: &AttributeReport,
    ) -> Result<(), ApiError> {
        let claims = json!({
            "id": id,
            "uuid": report.uuid,
            "name": report.name,
            "fqdn": report.fqdn,
            "ip_address": report.ip_address,
            "sync_user": report.user,
            "sync_fullname": report.user_full_name,
            "sync_attributes": report.attributes,
        });
        self.tell("computers/attributes/", claims).await
    }

    /// The fingerprints of the keys that repositories may be signed with. An addition of ours: other servers do not
    /// announce it. The answer is for this question alone, so that no older one passes for it.
    pub async fn repository_fingerprints(&self) -> Result<Vec<Fingerprint>, ApiError> {
        let call = "keys/repositories/";
        let nonce = crate::random::uuid().simple().to_string();
        let answer: KeyWord = self.call(call, json!({ "nonce": nonce })).await?;
        if answer.nonce != nonce {
            return Err(ApiError::Malformed {
                call: call.to_owned(),
                reason: "it is the answer to another question".to_owned(),
            });
        }
        let read = |text: &String| {
            text.parse::<Fingerprint>()
                .map_err(|_| ApiError::Malformed {
                    call: call.to_owned(),
                    reason: format!("`{text}` is no fingerprint"),
                })
        };
        answer.fingerprints.iter().map(read).collect()
    }

    /// Code of faults to look for; a server that knows none answers 404 or an empty list.
    pub async fn fault_definitions(
        &self,
        id: ComputerId,
    ) -> Result<Vec<FaultDefinition>, ApiError> {
        or_none(
            self.call("computers/faults/definitions/", json!({ "id": id }))
                .await,
        )
    }

    /// Faults found, by name.
    pub async fn send_faults(
        &self,
        id: ComputerId,
        faults: &BTreeMap<String, String>,
    ) -> Result<(), ApiError> {
        self.tell("computers/faults/", json!({ "id": id, "faults": faults }))
            .await
    }

    pub async fn repositories(&self, id: ComputerId) -> Result<Vec<Repository>, ApiError> {
        or_none(
            self.call("computers/repositories/", json!({ "id": id }))
                .await,
        )
    }

    pub async fn mandatory_packages(&self, id: ComputerId) -> Result<MandatoryPackages, ApiError> {
        or_none(
            self.call("computers/packages/mandatory/", json!({ "id": id }))
                .await,
        )
    }

    /// The whole inventory and what changed since the last.
    pub async fn send_software(
        &self,
        id: ComputerId,
        inventory: &[String],
        history: &SoftwareHistory,
    ) -> Result<(), ApiError> {
        let mut changes = Map::new();
        for (key, names) in [
            ("installed", &history.installed),
            ("uninstalled", &history.uninstalled),
        ] {
            if !names.is_empty() {
                changes.insert(key.to_owned(), json!(names));
            }
        }
        let claims = json!({ "id": id, "inventory": inventory, "history": changes });
        self.tell("computers/software/", claims).await
    }

    /// Whether the server wants to see the hardware.
    pub async fn hardware_required(&self, id: ComputerId) -> Result<bool, ApiError> {
        let answer: Value = self
            .call("computers/hardware/required/", json!({ "id": id }))
            .await?;
        Ok(answer
            .get("capture")
            .and_then(Value::as_bool)
            .unwrap_or(false))
    }

    pub async fn send_hardware(&self, id: ComputerId, hardware: &Value) -> Result<(), ApiError> {
        self.tell(
            "computers/hardware/",
            json!({ "id": id, "hardware": hardware }),
        )
        .await
    }

    pub async fn traits(&self, id: ComputerId) -> Result<Vec<Trait>, ApiError> {
        self.call("computers/traits/", json!({ "id": id })).await
    }

    pub async fn send_errors(&self, id: ComputerId, description: &str) -> Result<(), ApiError> {
        self.tell(
            "computers/errors/",
            json!({ "id": id, "description": description }),
        )
        .await
    }

    /// Records a synchronisation. `start` is RFC 3339 with its offset.
    pub async fn send_synchronization(
        &self,
        id: ComputerId,
        start: &str,
        consumer: &str,
        packages_ok: bool,
    ) -> Result<(), ApiError> {
        let claims = json!({
            "id": id,
            "start_date": start,
            "consumer": consumer,
            "pms_status_ok": packages_ok,
        });
        self.tell("synchronizations/", claims).await
    }

    /// Tells the server that this computer is done.
    pub async fn end_of_transmission(&self, id: ComputerId) -> Result<(), ApiError> {
        self.tell("eot/", json!({ "id": id })).await
    }

    pub async fn label(&self, id: ComputerId) -> Result<Label, ApiError> {
        self.call("computers/label/", json!({ "id": id })).await
    }

    /// Everything about this computer; from a server without this call what its label says.
    pub async fn info(&self, id: ComputerId) -> Result<ComputerInfo, ApiError> {
        match self.call("computers/info/", json!({ "id": id })).await {
            Err(error) if error.is_not_offered() => {
                let Label {
                    uuid,
                    name,
                    search,
                    helpdesk,
                } = self.label(id).await?;
                Ok(ComputerInfo {
                    uuid,
                    name,
                    search,
                    helpdesk,
                    ..ComputerInfo::default()
                })
            }
            answer => answer,
        }
    }

    /// Attributes of this computer; with `only_own` just the one that stands for it alone.
    pub async fn attributes(
        &self,
        id: ComputerId,
        only_own: bool,
    ) -> Result<Page<Value>, ApiError> {
        let call = if only_own {
            "computers/attributes/cid/"
        } else {
            "computers/attributes/assigned/"
        };
        self.call(call, json!({ "id": id })).await
    }

    pub async fn assigned_tags(&self, id: ComputerId) -> Result<Vec<String>, ApiError> {
        self.call("computers/tags/assigned/", json!({ "id": id }))
            .await
    }

    pub async fn available_tags(
        &self,
        id: ComputerId,
    ) -> Result<BTreeMap<String, Vec<String>>, ApiError> {
        self.call("computers/tags/available/", json!({ "id": id }))
            .await
    }

    /// Replaces the tags; the answer is what they ask to be installed and removed.
    pub async fn set_tags(&self, id: ComputerId, tags: &[String]) -> Result<TagRules, ApiError> {
        self.call("computers/tags/", json!({ "id": id, "tags": tags }))
            .await
    }

    /// The applications offered. One this version does not understand keeps no other away.
    pub async fn apps(&self, id: ComputerId) -> Result<Vec<App>, ApiError> {
        let call = "catalog/apps/available/";
        let records: Vec<Value> = self.call(call, json!({ "cid": id })).await?;
        let understood = |record: Value| {
            serde_json::from_value(record)
                .inspect_err(|error| tracing::warn!(%error, "an application is not understood"))
                .ok()
        };
        Ok(records.into_iter().filter_map(understood).collect())
    }

    pub async fn categories(&self, id: ComputerId) -> Result<Vec<Category>, ApiError> {
        self.call("catalog/categories/", json!({ "cid": id })).await
    }

    /// Asks the organisation for an application in the name of a person at this computer; who asks again gets the
    /// request that waits. An addition of ours, as the two that follow: servers without it answer 404.
    pub async fn request_app(
        &self,
        id: ComputerId,
        app: AppId,
        person: &str,
        justification: &str,
    ) -> Result<AppRequest, ApiError> {
        let claims = json!({
            "cid": id,
            "app": app,
            "person": person,
            "justification": justification,
        });
        self.call("catalog/requests/", claims).await
    }

    /// The requests of the people at this computer, newest first.
    pub async fn app_requests(&self, id: ComputerId) -> Result<Vec<AppRequest>, ApiError> {
        self.call("catalog/requests/list/", json!({ "cid": id }))
            .await
    }

    /// Takes a request back that waits; one that was decided stays as it is.
    pub async fn withdraw_request(&self, id: ComputerId, request: i64) -> Result<(), ApiError> {
        let claims = json!({ "cid": id, "id": request });
        self.tell("catalog/requests/withdraw/", claims).await
    }

    /// Sends a file with a packager's keys: `packages/` or `packages/set/`.
    pub async fn upload(
        &self,
        path: &str,
        claims: Value,
        file: &Path,
        media_type: &str,
    ) -> Result<(), ApiError> {
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
        sealed::answer(response, &self.keys, &path)
            .await
            .map(|_| ())
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

/// A 404 that the server sealed stands for "there are none".
fn or_none<T: Default>(answer: Result<T, ApiError>) -> Result<T, ApiError> {
    match answer {
        Err(ApiError::Status { status: 404, .. }) => Ok(T::default()),
        other => other,
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
