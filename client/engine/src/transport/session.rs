//! The sealed calls of a computer (`client-protocol` 4).

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::api::SealedServer;
use super::error::ApiError;
use super::messages::{
    App, AppId, AppRequest, Category, ComputerId, ComputerInfo, FaultDefinition, KeyWord, Label,
    MandatoryPackages, Page, Property, Repository, TagRules, Tags, Trait,
};
use super::server::{Report, Server, SoftwareHistory};
use crate::trust::Fingerprint;

/// The server as a computer with a number talks to it.
#[derive(Debug, Clone)]
pub struct SealedSession {
    server: SealedServer,
    id: ComputerId,
}

impl SealedSession {
    #[must_use]
    pub fn new(server: SealedServer, id: ComputerId) -> Self {
        Self { server, id }
    }

    async fn ask<T: DeserializeOwned>(&self, call: &str) -> Result<T, ApiError> {
        self.server.call(call, json!({ "id": self.id })).await
    }

    /// As [`Self::ask`], in the part of the protocol that calls the number otherwise.
    async fn ask_catalog<T: DeserializeOwned>(&self, call: &str) -> Result<T, ApiError> {
        self.server.call(call, json!({ "cid": self.id })).await
    }
}

#[async_trait]
impl Server for SealedSession {
    async fn tell(&self, report: Report<'_>) -> Result<(), ApiError> {
        let (call, claims) = sealed(self.id, report);
        self.server.tell(call, claims).await
    }

    async fn properties(&self) -> Result<Vec<Property>, ApiError> {
        self.ask("computers/properties/").await
    }

    async fn fault_definitions(&self) -> Result<Vec<FaultDefinition>, ApiError> {
        or_none(self.ask("computers/faults/definitions/").await)
    }

    async fn repositories(&self) -> Result<Vec<Repository>, ApiError> {
        or_none(self.ask("computers/repositories/").await)
    }

    /// An addition of ours: other servers do not announce it. The answer is for this question alone, so that no older
    /// one passes for it.
    async fn repository_fingerprints(&self) -> Result<Vec<Fingerprint>, ApiError> {
        let call = "keys/repositories/";
        let nonce = crate::random::uuid().simple().to_string();
        let answer: KeyWord = self.server.call(call, json!({ "nonce": nonce })).await?;
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

    async fn mandatory_packages(&self) -> Result<MandatoryPackages, ApiError> {
        or_none(self.ask("computers/packages/mandatory/").await)
    }

    async fn hardware_required(&self) -> Result<bool, ApiError> {
        let answer: Value = self.ask("computers/hardware/required/").await?;
        Ok(answer
            .get("capture")
            .and_then(Value::as_bool)
            .unwrap_or(false))
    }

    async fn traits(&self) -> Result<Vec<Trait>, ApiError> {
        self.ask("computers/traits/").await
    }

    /// From a server without this call, what its label says.
    async fn info(&self) -> Result<ComputerInfo, ApiError> {
        match self.ask("computers/info/").await {
            Err(error) if error.is_not_offered() => {
                let Label {
                    uuid,
                    name,
                    search,
                    helpdesk,
                } = self.label().await?;
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

    async fn label(&self) -> Result<Label, ApiError> {
        self.ask("computers/label/").await
    }

    async fn attributes(&self, only_own: bool) -> Result<Page<Value>, ApiError> {
        self.ask(if only_own {
            "computers/attributes/cid/"
        } else {
            "computers/attributes/assigned/"
        })
        .await
    }

    async fn tags(&self) -> Result<Tags, ApiError> {
        Ok(Tags {
            assigned: self.ask("computers/tags/assigned/").await?,
            available: self.ask("computers/tags/available/").await?,
        })
    }

    async fn set_tags(&self, tags: &[String]) -> Result<TagRules, ApiError> {
        let claims = json!({ "id": self.id, "tags": tags });
        self.server.call("computers/tags/", claims).await
    }

    /// One this version does not understand keeps no other away.
    async fn apps(&self) -> Result<Vec<App>, ApiError> {
        let records: Vec<Value> = self.ask_catalog("catalog/apps/available/").await?;
        let understood = |record: Value| {
            serde_json::from_value(record)
                .inspect_err(|error| tracing::warn!(%error, "an application is not understood"))
                .ok()
        };
        Ok(records.into_iter().filter_map(understood).collect())
    }

    async fn categories(&self) -> Result<Vec<Category>, ApiError> {
        self.ask_catalog("catalog/categories/").await
    }

    /// An addition of ours, as the two that follow: servers without it answer 404.
    async fn request_app(
        &self,
        app: AppId,
        person: &str,
        justification: &str,
    ) -> Result<AppRequest, ApiError> {
        let claims = json!({
            "cid": self.id,
            "app": app,
            "person": person,
            "justification": justification,
        });
        self.server.call("catalog/requests/", claims).await
    }

    async fn app_requests(&self) -> Result<Vec<AppRequest>, ApiError> {
        self.ask_catalog("catalog/requests/list/").await
    }

    async fn withdraw_request(&self, request: i64) -> Result<(), ApiError> {
        let claims = json!({ "cid": self.id, "id": request });
        self.server.tell("catalog/requests/withdraw/", claims).await
    }
}

/// The call that tells this, and its claims.
fn sealed(id: ComputerId, report: Report<'_>) -> (&'static str, Value) {
    match report {
        Report::Attributes(report) => (
            "computers/attributes/",
            json!({
                "id": id,
                "uuid": report.uuid,
                "name": report.name,
                "fqdn": report.fqdn,
                "ip_address": report.ip_address,
                "sync_user": report.user,
                "sync_fullname": report.user_full_name,
                "sync_attributes": report.attributes,
            }),
        ),
        Report::Faults(faults) => ("computers/faults/", json!({ "id": id, "faults": faults })),
        Report::Software { inventory, history } => (
            "computers/software/",
            json!({ "id": id, "inventory": inventory, "history": changes(history) }),
        ),
        Report::Hardware(hardware) => (
            "computers/hardware/",
            json!({ "id": id, "hardware": hardware }),
        ),
        Report::Errors(description) => (
            "computers/errors/",
            json!({ "id": id, "description": description }),
        ),
        Report::Synchronization {
            start,
            consumer,
            packages_ok,
        } => (
            "synchronizations/",
            json!({
                "id": id,
                "start_date": start,
                "consumer": consumer,
                "pms_status_ok": packages_ok,
            }),
        ),
        Report::End => ("eot/", json!({ "id": id })),
    }
}

fn changes(history: &SoftwareHistory) -> Map<String, Value> {
    let mut changes = Map::new();
    for (key, names) in [
        ("installed", &history.installed),
        ("uninstalled", &history.uninstalled),
    ] {
        if !names.is_empty() {
            changes.insert(key.to_owned(), json!(names));
        }
    }
    changes
}

/// A 404 that the server sealed stands for "there are none".
fn or_none<T: Default>(answer: Result<T, ApiError>) -> Result<T, ApiError> {
    match answer {
        Err(ApiError::Status { status: 404, .. }) => Ok(T::default()),
        other => other,
    }
}
