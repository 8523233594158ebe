//! Actions without the relay: their orders come with the plan, and here is told what came of them.

use migasfree_types::actions::ExecutionState;
use serde::{Deserialize, Serialize};

/// A computer tells how far executions are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionResults {
    /// In the order in which it came about.
    pub results: Vec<ActionResult>,
}

/// How far an execution is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionResult {
    /// The execution, as its order names it.
    pub execution: String,
    /// How far it is.
    pub state: ExecutionState,
    /// With which status a program ended, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// What came out since the result before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Counts the results of an execution, from 0.
    pub sequence: u32,
}

/// What the server has to say to results. It took all of them, where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionsTaken {
    /// Executions that are none of this computer's, or of which nothing more is expected: they need not be told again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}
