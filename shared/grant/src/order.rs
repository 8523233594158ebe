//! Orders: one action on one computer, which its daemon verifies and carries out.

use serde::{Deserialize, Serialize};

use crate::OperatorIdentity;
#[cfg(feature = "keys")]
pub use crate::signed::order::{sign, verify};

/// How many seconds an order is good for at most.
pub const LONGEST: i64 = 31 * 24 * 60 * 60;

/// What one computer is to do once (fleet operations, 10.2).
///
/// Whoever carries it out understands all of it: a member that is not known here is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The execution, a UUID: an order is carried out once, however often it comes.
    pub execution: String,
    /// What is to be done.
    pub verb: Verb,
    /// The computer.
    pub computer: i64,
    /// The thumbprint of the computer's key.
    pub key: String,
    /// When the server gave it, in Unix seconds.
    pub issued: i64,
    /// Until when it has to be begun.
    pub expires: i64,
    /// Who asked for it.
    pub operator: OperatorIdentity,
    /// Why.
    pub reason: String,
}

/// What there is to be done, with what it takes. Those that take nothing are empty structures, which take nothing else either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Verb {
    /// Synchronize.
    Sync {},
    /// Tell the inventory.
    Inventory {},
    /// Show a message to whoever is logged in.
    Message {
        /// What it is about.
        title: String,
        /// What it says.
        text: String,
    },
    /// Lock all sessions.
    Lock {},
    /// Start anew.
    Reboot {
        /// How long people have until then.
        delay_minutes: u32,
        /// What they are told.
        text: String,
    },
    /// Switch off.
    Shutdown {
        /// How long people have until then.
        delay_minutes: u32,
        /// What they are told.
        text: String,
    },
    /// Wake another computer of the same network.
    Wake {
        /// The address of its network card: six bytes in hexadecimal, with colons.
        mac: String,
        /// Where the packet goes: the IPv4 broadcast address of the network.
        broadcast: String,
    },
}

impl Verb {
    /// Its name, as in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sync {} => "sync",
            Self::Inventory {} => "inventory",
            Self::Message { .. } => "message",
            Self::Lock {} => "lock",
            Self::Reboot { .. } => "reboot",
            Self::Shutdown { .. } => "shutdown",
            Self::Wake { .. } => "wake",
        }
    }
}
