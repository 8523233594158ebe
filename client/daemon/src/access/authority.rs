//! Decides rights.

use std::collections::HashMap;

use async_trait::async_trait;
use migasfree_dbus::{Action, Error};

use super::caller::Caller;

/// Facts for the text of a prompt: `app`, `packages`, `computer`.
#[derive(Debug, Clone, Default)]
pub struct Details(HashMap<&'static str, String>);

impl Details {
    /// What the prompt names: applications or packages.
    #[must_use]
    pub fn naming(mut self, names: &[String]) -> Self {
        let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let text = match names.len() {
            0..=3 => shown,
            more => format!("{shown} (+{})", more - 3),
        };
        self.0.insert("app", text);
        self
    }

    /// How many packages it is about.
    #[must_use]
    pub fn about(mut self, packages: usize) -> Self {
        self.0.insert("packages", packages.to_string());
        self
    }

    /// On which computer it is.
    #[must_use]
    pub fn on(mut self, computer: &str) -> Self {
        self.0.insert("computer", computer.to_owned());
        self
    }

    /// Keys and values; the keys that the texts of the actions use are always there.
    #[must_use]
    pub fn entries(&self) -> HashMap<&str, &str> {
        let mut entries = HashMap::from([("app", "…"), ("packages", "0"), ("computer", "")]);
        entries.extend(self.0.iter().map(|(key, value)| (*key, value.as_str())));
        entries
    }
}

/// What an authority says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Granted,
    /// Yes, if somebody authenticates.
    Challenge,
    /// Somebody was asked and dismissed it.
    Dismissed,
    /// No.
    Refused,
}

/// Decides whether a caller has a right. Root is never brought before it.
#[async_trait]
pub trait Authority: Send + Sync + std::fmt::Debug {
    /// With `interactive` it may ask the person, and waits for the answer.
    async fn decide(
        &self,
        caller: &Caller,
        action: Action,
        details: &Details,
        interactive: bool,
    ) -> Result<Decision, Error>;
}

/// The authority of the session mode: the daemon's own user may do everything, nobody else anything.
#[derive(Debug, Clone, Copy)]
pub struct OwnUser {
    /// The daemon's user.
    pub uid: u32,
}

#[async_trait]
impl Authority for OwnUser {
    async fn decide(
        &self,
        caller: &Caller,
        _action: Action,
        _details: &Details,
        _interactive: bool,
    ) -> Result<Decision, Error> {
        Ok(if caller.uid == self.uid {
            Decision::Granted
        } else {
            Decision::Refused
        })
    }
}
