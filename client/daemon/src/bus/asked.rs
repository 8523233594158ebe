//! What the methods for jobs have in common: what is asked for, in which manner, and taking it in.

use migasfree_dbus::names::job_path;
use migasfree_dbus::{Action, CallOptions, Error, SyncOptions, TagOptions, UpgradeOptions};
use zbus::OwnedObjectPath;

use crate::access::{Caller, Details};
use crate::catalog::Catalog;
use crate::desk::Desk;
use crate::jobs::{AppRef, NewJob, Task};
use crate::rights::{refuse_forbidden, refuse_required};

/// What a call asks for, and the right it needs.
#[derive(Debug)]
pub(super) struct Asked {
    action: Action,
    details: Details,
    task: Task,
}

impl Asked {
    pub fn new(action: Action, task: Task) -> Self {
        Self {
            action,
            details: Details::default(),
            task,
        }
    }

    /// The same, of which a prompt says these names.
    pub fn about(mut self, names: &[String], packages: usize) -> Self {
        self.details = Details::default().naming(names).about(packages);
        self
    }
}

/// Whether a person may be asked, and whether something that runs by itself calls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub interactive: bool,
    pub background: bool,
}

macro_rules! manner_of {
    ($($options:ident),*) => {$(
        impl From<$options> for Manner {
            fn from(options: $options) -> Self {
                Self {
                    interactive: options.interactive.unwrap_or(true),
                    background: options.hint_background.unwrap_or(false),
                }
            }
        }
    )*};
}

manner_of!(CallOptions, SyncOptions, UpgradeOptions);

impl From<TagOptions> for Manner {
    fn from(options: TagOptions) -> Self {
        Self {
            interactive: options.interactive.unwrap_or(true),
            background: false,
        }
    }
}

/// Takes a person's job in.
pub(super) async fn queue(
    desk: &Desk,
    caller: &Caller,
    asked: Asked,
    manner: Manner,
) -> Result<OwnedObjectPath, Error> {
    let new = NewJob {
        task: asked.task,
        origin: "user",
        owner_uid: caller.uid,
        background: manner.background,
        admitted: None,
    };
    let id = desk
        .request(caller, asked.action, asked.details, manner.interactive, new)
        .await?;
    Ok(job_path(id))
}

/// What is done with applications.
#[derive(Debug)]
pub(super) struct AppChange {
    pub refuse: fn(&Catalog, &[AppRef]) -> Result<(), Error>,
    pub right: Action,
    /// The right where one of them is the administrators'.
    pub admin_right: Action,
    pub task: fn(Vec<AppRef>) -> Task,
}

pub(super) const INSTALLING: AppChange = AppChange {
    refuse: refuse_forbidden,
    right: Action::AppInstall,
    admin_right: Action::AppInstallAdmin,
    task: |apps| Task::InstallApps { apps },
};

pub(super) const REMOVING: AppChange = AppChange {
    refuse: refuse_required,
    right: Action::AppRemove,
    admin_right: Action::AppRemoveAdmin,
    task: |apps| Task::RemoveApps { apps },
};
