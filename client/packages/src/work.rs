//! What the driver has a package manager do, and what it hears of that.

use crate::change::{Action, Plan};
use crate::observer::{ItemPhase, Stage};

/// A change of packages that was foreseen.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub action: &'a Action,
    /// Those the action names that are not yet as it wants them.
    pub names: &'a [String],
    /// What it will do.
    pub plan: &'a Plan,
}

/// One thing to do. Whatever it is, nobody is asked, configuration files of the site stay as they are, and nothing goes
/// that is not part of it.
#[derive(Debug, Clone, Copy)]
pub enum Work<'a> {
    /// Fetches the lists of packages. A source that cannot be read is a failure.
    Refresh,
    /// Fetches what a change needs.
    Download(Change<'a>),
    /// Does exactly this plan, or nothing: then the failure is [`PmsError::Unsteady`](super::PmsError::Unsteady).
    Act {
        change: Change<'a>,
        /// What goes leaves its configuration; [`Work::PurgeRests`] follows.
        keep_rests: bool,
    },
    /// Takes away the configuration of packages that are gone.
    PurgeRests(&'a [String]),
    /// Configures what is unpacked: these, or all.
    Configure(Option<&'a [String]>),
    /// Unpacks these again, with what they need. Nothing goes for it.
    Reinstall(&'a [String]),
    /// Brings in what unfinished packages lack. Nothing goes for it.
    Complete,
    /// Takes away packages that cannot be unpacked again.
    Discard { names: &'a [String], purge: bool },
}

impl<'a> Work<'a> {
    /// The packages it names.
    #[must_use]
    pub fn names(&self) -> &'a [String] {
        match self {
            Self::Download(change) | Self::Act { change, .. } => change.names,
            Self::PurgeRests(names)
            | Self::Configure(Some(names))
            | Self::Reinstall(names)
            | Self::Discard { names, .. } => names,
            Self::Refresh | Self::Configure(None) | Self::Complete => &[],
        }
    }

    /// The part of a job it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self::Refresh => Stage::Metadata,
            Self::Download(_) => Stage::Download,
            Self::Act { change, .. } => match change.action {
                Action::Install(_) => Stage::Install,
                Action::Remove(_) => Stage::Remove,
                Action::Upgrade | Action::UpgradeKeeping | Action::UpgradePackages(_) => {
                    Stage::Upgrade
                }
                Action::Refresh => Stage::Metadata,
            },
            Self::PurgeRests(_) | Self::Discard { .. } => Stage::Remove,
            Self::Configure(_) | Self::Reinstall(_) | Self::Complete => Stage::Install,
        }
    }

    /// Whether it looks for what else has to change, and so may touch what is unfinished.
    #[must_use]
    pub fn resolves(&self) -> bool {
        matches!(self, Self::Act { .. } | Self::Reinstall(_) | Self::Complete)
    }
}

/// Under which conditions work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// No other user exists that a program could become.
    pub single_user: bool,
    /// Nothing is configured but what other work needs first; [`Work::Configure`] follows.
    pub leaves_unconfigured: bool,
}

/// One line of progress.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Percent of all downloads.
    Download { percent: f32 },
    /// Percent of all package operations; the package is empty while the package manager only prepares.
    Package {
        package: String,
        phase: Option<(ItemPhase, u8)>,
        percent: f32,
    },
    /// A package operation failed.
    Error { package: String, message: String },
}
