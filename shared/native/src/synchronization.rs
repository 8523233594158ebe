//! What a synchronisation says: one request where there is nothing to do, another one with the result where there is.
//!
//! The computer evaluates the definitions that it has, asks for the plan, and says by hashes what it has and is. The
//! server answers with what differs. What the computer then did goes with the result. Whatever is told goes in a
//! [`Report`], with the plan or with the result, so that a part of a synchronisation is a result without a plan.

mod definitions;
mod report;
mod turn;

pub use definitions::{Definition, Definitions, Edition, Known, Understood};
pub use report::{AttributeReport, Report, SoftwareReport, Synchronization};
pub use turn::Turn;

use migasfree_types::message::Message;
use serde::{Deserialize, Serialize};

use crate::features::Features;
use crate::inventory::ContentHash;

/// A computer asks what is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRequest {
    /// What the computer can do.
    #[serde(default)]
    pub features: Features,
    /// The program that asks, with its version.
    pub client: String,
    /// [`AttributeReport::hash`] of who the computer is now.
    pub attributes: ContentHash,
    /// Its software; `None` where it is not to be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<ContentHash>,
    /// Definitions it asks for, and has.
    #[serde(default)]
    pub known: Known,
    /// Which synchronisation of this computer this is; `None` between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    /// What the server is to note down where there is nothing to do. Otherwise it comes with the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synchronization: Option<Synchronization>,
    /// What is told already. Attributes that differ from those the server took last belong here.
    #[serde(default, skip_serializing_if = "Report::is_empty")]
    pub report: Report,
}

/// What is to be done. Nothing, where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanAnswer {
    /// Definitions that were asked for and are others than those the computer has.
    #[serde(skip_serializing_if = "Definitions::is_empty")]
    pub definitions: Definitions,
    /// What the server wants to be told.
    #[serde(skip_serializing_if = "Wanted::is_nothing")]
    pub wanted: Wanted,
    /// Parts of the report that the server does not take.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// The server heard this turn before: the computer begins another line.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_behind: bool,
    /// Orders of actions (`migasfree_grant::order`), for a computer that has the feature. They are no part of the
    /// synchronisation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
}

impl PlanAnswer {
    /// Whether the synchronisation is over, and noted down.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.definitions.is_empty() && self.wanted.is_nothing()
    }
}

/// What the server wants to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// The attributes, by the properties that came along or those that are known: the computer asks for the plan again
    /// with them, as what it is given hangs on them. Of this answer, only the properties and faults are good.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub attributes: bool,
    /// The software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<SoftwareWanted>,
    /// The hardware.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hardware: bool,
}

impl Wanted {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// How the software is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SoftwareWanted {
    /// The inventory that the server has: a difference to it will do. Without it, or where the computer does not have
    /// that one any more, the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<ContentHash>,
}

/// A part of a report that the server will not take, today or tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The member of the report.
    pub part: String,
    /// Why.
    pub reason: Message,
}

/// A computer tells what it did and found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultRequest {
    /// What the computer can do.
    #[serde(default)]
    pub features: Features,
    /// The program that tells, with its version.
    pub client: String,
    /// What it tells.
    pub report: Report,
}

/// What the server has to say to a result. It took everything, where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultAnswer {
    /// What it wants to be told again, and otherwise: the whole inventory where a difference did not apply.
    #[serde(skip_serializing_if = "Wanted::is_nothing")]
    pub wanted: Wanted,
    /// Parts of the report that the server does not take.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}
