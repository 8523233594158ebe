//! The short forms in which one object mentions another.
use serde::{Deserialize, Serialize};

/// An id with its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ref {
    pub id: i64,
    pub name: String,
}

/// The prefix of an attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PropertyInfo {
    pub id: i64,
    pub prefix: String,
    pub sort: String,
}

/// An attribute where an object aims at it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AttributeInfo {
    pub id: i64,
    pub property_att: PropertyInfo,
    pub value: String,
    pub description: String,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

/// A computer where an event mentions it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComputerInfo {
    pub id: i64,
    #[serde(rename = "__str__")]
    pub text: String,
    pub status: String,
    pub summary: String,
}
