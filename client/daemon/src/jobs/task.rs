//! What a job does.

use migasfree_dbus::{JobRole, JobSubject, SyncScope};
use serde::{Deserialize, Serialize};

use super::title::job_title;
use crate::pms::{Action, PackageName};
use crate::policy::Asker;
use crate::sync::{Scope, SyncRequest};

/// An application as the job's record names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRef {
    /// Its id.
    pub id: u32,
    /// Its name when the job was made.
    pub name: String,
}

/// What somebody asked for. Kept in the job's record; becomes [`Work`] when its turn comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Task {
    /// Synchronise.
    Sync {
        /// How much of it.
        scope: Scope,
        /// Why, a word of [`SyncReason`](migasfree_dbus::SyncReason).
        reason: String,
        /// Upgrade everything whatever the settings say.
        force_upgrade: bool,
    },
    /// Install applications.
    InstallApps {
        /// Which.
        apps: Vec<AppRef>,
    },
    /// Remove applications.
    RemoveApps {
        /// Which.
        apps: Vec<AppRef>,
    },
    /// Install packages by name.
    InstallPackages {
        /// Which.
        packages: Vec<PackageName>,
    },
    /// Remove packages by name.
    RemovePackages {
        /// Which.
        packages: Vec<PackageName>,
    },
    /// Upgrade everything.
    Upgrade,
    /// Bring packages that are installed to their newest version.
    UpgradePackages {
        /// Which.
        packages: Vec<PackageName>,
    },
    /// Bring an application that is installed to its newest version.
    UpgradeApp {
        /// Which.
        app: AppRef,
    },
    /// Refresh the package lists.
    Refresh {
        /// Even if that was done a moment ago.
        #[serde(default)]
        force: bool,
    },
    /// Set the tags.
    Tags {
        /// All of them.
        tags: Vec<String>,
        /// Whether what follows from them is done at once.
        apply: bool,
    },
    /// Register this computer. Runs inside the daemon, because the password is never written down.
    Register {
        /// The server's user; empty for automatic registration.
        user: String,
    },
    /// Finish what an interrupted package job left half done.
    Repair,
}

/// What a worker is told to do: everything resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "with", rename_all = "kebab-case")]
pub enum Work {
    /// Synchronise.
    Sync(SyncRequest),
    /// Change packages.
    Packages {
        /// How.
        action: Action,
        /// For whom.
        asker: Asker,
    },
    /// Set the tags.
    Tags {
        /// All of them.
        tags: Vec<String>,
        /// Whether what follows from them is done at once.
        apply: bool,
    },
    /// Finish what an interrupted package job left half done.
    Repair,
}

impl Task {
    /// The role on the bus.
    #[must_use]
    pub fn role(&self) -> JobRole {
        match self {
            Self::Sync { .. } => JobRole::Sync,
            Self::InstallApps { .. } | Self::InstallPackages { .. } => JobRole::Install,
            Self::RemoveApps { .. } | Self::RemovePackages { .. } => JobRole::Remove,
            Self::Upgrade | Self::UpgradePackages { .. } | Self::UpgradeApp { .. } => {
                JobRole::Upgrade
            }
            Self::Refresh { .. } => JobRole::Refresh,
            Self::Tags { .. } => JobRole::Tags,
            Self::Register { .. } => JobRole::Register,
            Self::Repair => JobRole::Repair,
        }
    }

    /// A short English title.
    #[must_use]
    pub fn title(&self) -> String {
        job_title(self.role(), &self.subject()).text
    }

    /// What it is about, without what only holds for the moment.
    #[must_use]
    pub fn subject(&self) -> JobSubject {
        match self {
            Self::Sync { scope, reason, .. } => JobSubject {
                scope: Some(scope_word(*scope).into()),
                reason: Some(reason.clone()),
                ..JobSubject::default()
            },
            Self::InstallApps { apps } | Self::RemoveApps { apps } => JobSubject {
                apps: apps.iter().map(|app| app.id).collect(),
                app_names: app_names(apps),
                ..JobSubject::default()
            },
            Self::UpgradeApp { app } => JobSubject {
                apps: vec![app.id],
                app_names: vec![app.name.clone()],
                ..JobSubject::default()
            },
            Self::InstallPackages { packages }
            | Self::RemovePackages { packages }
            | Self::UpgradePackages { packages } => JobSubject {
                packages: texts(packages),
                ..JobSubject::default()
            },
            Self::Tags { tags, .. } => JobSubject {
                tags: tags.clone(),
                ..JobSubject::default()
            },
            Self::Upgrade | Self::Refresh { .. } | Self::Register { .. } | Self::Repair => {
                JobSubject::default()
            }
        }
    }

    /// Ids of the applications it is about.
    pub fn apps(&self) -> impl Iterator<Item = u32> + '_ {
        let apps: &[AppRef] = match self {
            Self::InstallApps { apps } | Self::RemoveApps { apps } => apps,
            Self::UpgradeApp { app } => std::slice::from_ref(app),
            _ => &[],
        };
        apps.iter().map(|app| app.id)
    }

    /// Whether packages may be left half done when it is interrupted.
    #[must_use]
    pub fn changes_packages(&self) -> bool {
        match self {
            Self::Sync { scope, .. } => *scope == Scope::Full,
            Self::Tags { apply, .. } => *apply,
            Self::Register { .. } => false,
            _ => true,
        }
    }

    /// Whether its end says how the way to the server is.
    #[must_use]
    pub fn asks_server(&self) -> bool {
        matches!(
            self,
            Self::Sync { .. } | Self::Tags { .. } | Self::Register { .. }
        )
    }

    /// Whether the package lists are new after it went well.
    #[must_use]
    pub fn refreshes(&self) -> bool {
        match self {
            Self::Sync { scope, .. } => *scope == Scope::Full,
            Self::Tags { apply, .. } => *apply,
            Self::Refresh { .. } => true,
            _ => false,
        }
    }

    /// Whether a waiting job with this task may serve for another call with `other`.
    #[must_use]
    pub fn serves(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Sync {
                    scope,
                    force_upgrade,
                    ..
                },
                Self::Sync {
                    scope: wanted,
                    force_upgrade: forced,
                    ..
                },
            ) => scope == wanted && (*force_upgrade || !forced),
            (Self::Refresh { force }, Self::Refresh { force: forced }) => *force || !forced,
            (Self::Register { .. }, _) => false,
            (one, another) => one == another,
        }
    }
}

fn app_names(apps: &[AppRef]) -> Vec<String> {
    apps.iter().map(|app| app.name.clone()).collect()
}

fn texts(packages: &[PackageName]) -> Vec<String> {
    packages.iter().map(ToString::to_string).collect()
}

fn scope_word(scope: Scope) -> &'static str {
    let scope = match scope {
        Scope::Full => SyncScope::Full,
        Scope::Attributes => SyncScope::Attributes,
        Scope::Faults => SyncScope::Faults,
        Scope::Software => SyncScope::Software,
        Scope::Hardware => SyncScope::Hardware,
        Scope::Devices => SyncScope::Devices,
    };
    scope.as_str()
}
