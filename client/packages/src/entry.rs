//! A package as the package manager has it on this computer, and how far its last change came.

use serde::{Deserialize, Serialize};

/// A package the package manager knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Without the architecture.
    pub name: String,
    pub version: String,
    pub architecture: String,
    pub fit: Fit,
    /// It may be there for several architectures at once.
    pub side_by_side: bool,
    pub installed: bool,
    /// Somebody wants it to stay as it is.
    pub held: bool,
    /// Something was begun with it and came to no end.
    pub unfinished: Option<Unfinished>,
    /// What is wanted of it when it goes: [`Wanted::Remove`] or [`Wanted::Purge`].
    pub way_out: Wanted,
}

/// How a package's architecture and the computer's go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is for every architecture.
    Every,
    /// It is for this one.
    Own,
    /// It is for another one.
    Foreign,
}

/// How far a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// It was a removal.
    pub leaving: bool,
    /// Some of its files are missing: it has to be unpacked again, or taken away. Otherwise it only waits to be
    /// configured, or for its removal.
    pub in_part: bool,
}

/// What is wanted of a package. The words are those of the file of holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    Install,
    /// It stays as it is.
    Hold,
    /// It goes; its configuration may stay.
    #[serde(rename = "deinstall")]
    Remove,
    /// It goes with its configuration.
    Purge,
}

impl Entry {
    /// The name in plans: with the architecture where that is another one.
    #[must_use]
    pub fn id(&self) -> String {
        match self.fit {
            Fit::Every | Fit::Own => self.name.clone(),
            Fit::Foreign => self.qualified(),
        }
    }

    /// The name as programs take it whatever the architecture of the computer.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.fit == Fit::Every || self.architecture.is_empty() {
            self.name.clone()
        } else {
            self.qualified()
        }
    }

    /// The name in lists: with the architecture where the name alone could mean two packages.
    #[must_use]
    pub fn display_name(&self) -> String {
        if self.side_by_side || self.fit == Fit::Foreign {
            self.qualified()
        } else {
            self.name.clone()
        }
    }

    /// The name with its architecture, whichever that is.
    #[must_use]
    pub fn qualified(&self) -> String {
        format!("{}:{}", self.name, self.architecture)
    }

    /// Whether somebody who says this name means it.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.id() == name || self.qualified() == name
    }

    /// Whether one of these names, as programs take them, is its own.
    #[must_use]
    pub fn is_among(&self, names: &[String]) -> bool {
        names.contains(&self.id()) || names.contains(&self.full_name())
    }

    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.unfinished.is_some()
    }

    /// A removal of it came to no end.
    #[must_use]
    pub fn is_half_removed(&self) -> bool {
        self.unfinished.is_some_and(|change| change.leaving)
    }

    /// Some of its files are missing.
    #[must_use]
    pub fn is_in_part(&self) -> bool {
        self.unfinished.is_some_and(|change| change.in_part)
    }
}
