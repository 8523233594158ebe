//! Which computers are there, as whoever has their connections knows.

use std::fmt::Debug;

use migasfree_server_db::Ts;

use crate::ids::ComputerId;

/// A computer whose agent is connected, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Whether it is connected now.
    pub online: bool,
    /// When it was heard of last.
    pub last_seen: Ts,
    /// Where it is; empty where nobody knows.
    pub address: String,
    /// What it offers.
    pub services: Vec<String>,
}

impl Present {
    /// Whether somebody is logged in at a desktop that can be shown.
    pub(super) fn shows_a_screen(&self) -> bool {
        self.services.iter().any(|service| service == "screen")
    }
}

/// Knows which computers are there.
pub trait Presence: Debug + Send + Sync {
    /// What is known of each of some computers, in their order.
    fn of(&self, computers: &[ComputerId]) -> Vec<Option<Present>>;

    /// What stands for the key of a computer whose agent speaks version 1; nothing where none does.
    fn version_1(&self, _computer: ComputerId) -> Option<String> {
        None
    }
}

/// Knows of nobody: a server without a relay.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Presence for Nobody {
    fn of(&self, computers: &[ComputerId]) -> Vec<Option<Present>> {
        vec![None; computers.len()]
    }
}

/// What is known of one computer, as long as it is connected.
pub(super) fn online(presence: &dyn Presence, computer: ComputerId) -> Option<Present> {
    let found = presence.of(&[computer]).into_iter().next().flatten();
    found.filter(|present| present.online)
}
