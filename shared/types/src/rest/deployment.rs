//! What a deployment would reach, what became of its publication, and why a computer gets it.
use super::reference::AttributeInfo;
use crate::message::Message;
use serde::{Deserialize, Serialize};

/// The effect of a deployment before it is saved: `POST /api/v1/token/deployments/preview/`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeploymentPreviewRequest {
    pub project: Option<i64>,
    pub domain: Option<i64>,
    pub included_attributes: Vec<i64>,
    pub excluded_attributes: Vec<i64>,
    pub schedule: Option<i64>,
    /// `YYYY-MM-DD`
    pub start_date: String,
}

/// How many computers a deployment reaches, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeploymentPreview {
    /// Reached today.
    pub computers_now: u64,
    /// Reached when the schedule is over.
    pub computers_total: u64,
    /// Reached from the first day, by an included attribute: the schedule adds the others.
    pub computers_included: u64,
    /// Computers reached on each day of the schedule, growing.
    pub by_day: Vec<DayReach>,
}

/// One day of a preview.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayReach {
    /// `YYYY-MM-DD`
    pub date: String,
    pub computers: u64,
}

/// What became of the last publication: `GET /api/v1/token/deployments/<id>/publication/`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Publication {
    /// `none`, `queued`, `running`, `published`, `failed`
    pub state: String,
    pub generation: Option<i64>,
    pub packages: Option<u64>,
    pub done: Option<u64>,
    pub total: Option<u64>,
    /// In English: what was left out, or why it failed.
    pub message: Option<String>,
    /// The same, to be said in another language.
    pub said: Option<Message>,
    pub finished_at: Option<String>,
}

/// Why a computer gets a deployment or not: `GET /api/v1/token/computers/<id>/deployments/`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeploymentReason {
    pub id: i64,
    pub name: String,
    pub applies: bool,
    /// `included`, `excluded`, `not_included`, `disabled`, `domain`, `not_yet`
    pub reason: String,
    /// The attribute that decided.
    pub attribute: Option<AttributeInfo>,
    /// `YYYY-MM-DD`: when the schedule opens it for this computer.
    pub opens: Option<String>,
}
