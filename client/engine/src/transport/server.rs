//! What a computer that is known there asks its server and tells it, whatever protocol they speak.

use std::collections::BTreeMap;

use async_trait::async_trait;
use migasfree_native::actions::ActionResult;
use serde_json::Value;

use super::error::ApiError;
use super::messages::{
    App, AppId, AppRequest, Category, ComputerInfo, FaultDefinition, Label, MandatoryPackages,
    Page, Property, Repository, TagRules, Tags, Trait,
};
use crate::trust::Fingerprint;

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

/// What the server is told, and only acknowledges.
#[derive(Debug, Clone, Copy)]
pub enum Report<'a> {
    Attributes(&'a AttributeReport),
    /// Faults found, by name.
    Faults(&'a BTreeMap<String, String>),
    /// The whole inventory, and what changed since the last.
    Software {
        inventory: &'a [String],
        history: &'a SoftwareHistory,
    },
    Hardware(&'a Value),
    Errors(&'a str),
    /// A synchronisation. `start` is RFC 3339 with its offset.
    Synchronization {
        start: &'a str,
        consumer: &'a str,
        packages_ok: bool,
    },
    /// This computer is done.
    End,
}

/// How a computer begins something that the server and it have much to say about.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// When a synchronisation began, RFC 3339 with its offset; `None` for what is none.
    pub start: Option<&'a str>,
    pub consumer: &'a str,
    /// What is installed; `None` without a package manager.
    pub inventory: Option<&'a [String]>,
}

/// What the server defines otherwise than the computer went by: it has to be evaluated and told anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    pub properties: bool,
    pub faults: bool,
}

/// The server as a computer talks to it that is known there. A question that has no answer for this computer is
/// [`ApiError::Status`] with 404.
#[async_trait]
pub trait Server: Send + Sync + std::fmt::Debug {
    async fn tell(&self, report: Report<'_>) -> Result<(), ApiError>;

    /// Much is to follow: a protocol that can say it at once does.
    fn begin(&self, _beginning: Beginning<'_>) {}

    /// Attributes and faults are told: what is to be done hangs on them.
    async fn settle(&self) -> Result<Settled, ApiError> {
        Ok(Settled::default())
    }

    /// Whether what is told waits for [`Self::flush`]: until then the server has none of it.
    fn gathers(&self) -> bool {
        false
    }

    /// Whether the server noted this synchronisation down already, as there is nothing to do.
    fn has_noted(&self) -> bool {
        false
    }

    /// Everything that was told is to be at the server.
    async fn flush(&self) -> Result<(), ApiError> {
        Ok(())
    }

    /// Tells how far orders are. The answer is the executions of which the server wants to hear nothing more.
    async fn tell_actions(&self, _results: &[ActionResult]) -> Result<Vec<String>, ApiError> {
        Ok(Vec::new())
    }

    /// Code whose output the attributes are made of.
    async fn properties(&self) -> Result<Vec<Property>, ApiError>;

    /// Code of faults to look for.
    async fn fault_definitions(&self) -> Result<Vec<FaultDefinition>, ApiError>;

    async fn repositories(&self) -> Result<Vec<Repository>, ApiError>;

    /// The keys that repositories may be signed with, by the server's word.
    async fn repository_fingerprints(&self) -> Result<Vec<Fingerprint>, ApiError>;

    async fn mandatory_packages(&self) -> Result<MandatoryPackages, ApiError>;

    /// Whether the server wants to see the hardware.
    async fn hardware_required(&self) -> Result<bool, ApiError>;

    async fn traits(&self) -> Result<Vec<Trait>, ApiError>;

    /// Everything about this computer, as far as the server tells it.
    async fn info(&self) -> Result<ComputerInfo, ApiError>;

    async fn label(&self) -> Result<Label, ApiError>;

    /// Attributes of this computer; with `only_own` just the one that stands for it alone.
    async fn attributes(&self, only_own: bool) -> Result<Page<Value>, ApiError>;

    async fn tags(&self) -> Result<Tags, ApiError>;

    /// Replaces the tags; the answer is what they ask to be installed and removed.
    async fn set_tags(&self, tags: &[String]) -> Result<TagRules, ApiError>;

    /// The applications offered.
    async fn apps(&self) -> Result<Vec<App>, ApiError>;

    async fn categories(&self) -> Result<Vec<Category>, ApiError>;

    /// Asks the organisation for an application in the name of a person at this computer; who asks again gets the
    /// request that waits.
    async fn request_app(
        &self,
        app: AppId,
        person: &str,
        justification: &str,
    ) -> Result<AppRequest, ApiError>;

    /// The requests of the people at this computer, newest first.
    async fn app_requests(&self) -> Result<Vec<AppRequest>, ApiError>;

    /// Takes a request back that waits; one that was decided stays as it is.
    async fn withdraw_request(&self, request: i64) -> Result<(), ApiError>;
}
