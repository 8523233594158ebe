//! What a computer tells, in whatever request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::enrolment::Identity;
use crate::inventory::{ContentHash, Difference, Inventory};

/// What is told. Each part may be missing: nothing is said of it then.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Who the computer is, and what its properties came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<AttributeReport>,
    /// Faults found, by name; empty where none was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<BTreeMap<String, String>>,
    /// What is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<SoftwareReport>,
    /// What the computer is made of, as `lshw` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Value>,
    /// What went wrong, now or in runs that could not say so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// Synchronisations that are over, also those of runs that could not say so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub synchronizations: Vec<Synchronization>,
    /// The computer is done for now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
}

impl Report {
    /// Whether nothing is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who a computer is, who uses it, and what its properties came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeReport {
    /// What it is called, and where it is.
    #[serde(flatten)]
    pub identity: Identity,
    /// The account of who uses it.
    #[serde(default)]
    pub user: String,
    /// The name of that person.
    #[serde(default)]
    pub user_full_name: String,
    /// Prefix to raw output.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

impl AttributeReport {
    /// The hash by which the server knows whether it was told the same before. Each text counts with its length before
    /// it, in the order in which they stand here.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        let Identity {
            uuid,
            name,
            fqdn,
            ip_address,
        } = &self.identity;
        let own = [
            uuid,
            name,
            fqdn,
            ip_address,
            &self.user,
            &self.user_full_name,
        ];
        let attributes = self.attributes.iter().flat_map(<[&String; 2]>::from);
        let mut bytes: Vec<u8> = Vec::new();
        for text in own.into_iter().chain(attributes) {
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        ContentHash::of(&bytes)
    }
}

/// What is installed: all of it, or what makes it of what the server has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoftwareReport {
    /// All of it.
    Full(Inventory),
    /// What came and went.
    Difference(Difference),
}

/// A synchronisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synchronization {
    /// When it began: RFC 3339 with its offset.
    pub start: String,
    /// The program that did it, with its version.
    pub consumer: String,
    /// Whether everything that had to do with packages went well.
    pub packages_ok: bool,
    /// How long its stages took, in milliseconds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, u64>,
}
