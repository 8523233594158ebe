//! A computer as the suite needs it: a driver over some back end, and a hand that acts behind its back.

use std::process::Child;

use async_trait::async_trait;
use migasfree_client::pms::{Action, Driver, PackageManager, PackageName};

/// A package that can be had.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    pub name: &'static str,
    pub version: &'static str,
    pub script: Script,
    /// A package it cannot be without.
    pub needs: Option<&'static str>,
    /// Packages it cannot be beside.
    pub conflicts: &'static [&'static str],
    /// The system cannot do without it.
    pub vital: bool,
}

/// What its installation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    Ends,
    /// It waits as long as somebody holds it.
    Waits,
    /// It says "on purpose" and fails.
    Fails,
}

impl Offer {
    pub const fn of(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            version,
            script: Script::Ends,
            needs: None,
            conflicts: &[],
            vital: false,
        }
    }

    pub const fn script(self, script: Script) -> Self {
        Self { script, ..self }
    }

    pub const fn needs(self, name: &'static str) -> Self {
        let needs = Some(name);
        Self { needs, ..self }
    }

    pub const fn conflicts(self, conflicts: &'static [&'static str]) -> Self {
        Self { conflicts, ..self }
    }

    pub const fn vital(self) -> Self {
        Self {
            vital: true,
            ..self
        }
    }
}

#[async_trait(?Send)]
pub trait Computer: Sync {
    fn driver(&self) -> &Driver;

    /// The driver of another program on the same computer.
    fn another_driver(&self) -> Driver;

    /// Its source offers exactly these from now on. Nobody has looked there yet.
    async fn offer(&self, offers: &[Offer]);

    /// The version that is there, and whole.
    fn version(&self, name: &str) -> Option<String>;

    /// Scripts that wait do so from now on.
    fn hold(&self);

    /// They end.
    fn release(&self);

    /// Whether such a script has begun.
    fn is_waiting(&self) -> bool;

    /// Kills whatever works on packages.
    fn cut_power(&self);

    /// Somebody installs this by hand.
    fn install_by_hand(&self, offer: Offer);

    /// Another program takes the package database. It may install `slow` for that, which is offered, and held.
    async fn take_database(&self) -> Child;

    /// That program ends.
    fn give_database_back(&self, program: Child);

    fn names(&self, names: &[&str]) -> Vec<PackageName> {
        let checked = names.iter().map(|name| self.driver().name_of(name));
        checked.map(Result::unwrap).collect()
    }

    fn install(&self, names: &[&str]) -> Action {
        Action::Install(self.names(names))
    }

    fn remove(&self, names: &[&str]) -> Action {
        Action::Remove(self.names(names))
    }
}
