//! What the shell tells the view without being asked.

use super::{Computer, Job, Link, OutputPiece, catalog::States};
use serde::{Deserialize, Serialize};

/// Where the view is asked to go, by the command line or by a second start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Page: `discover`, `installed`, `updates`, `activity`, `info`, `settings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<u32>,
    /// Text to search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "data")]
pub enum Event {
    /// The daemon came, went or was replaced. After [`Link::Ready`] everything is read anew.
    Link(Link),
    /// A job appeared or changed.
    Job(Box<Job>),
    /// A job's object went away; its record stays in the history.
    JobGone(String),
    /// Part of the log of a job that is being watched.
    Output(OutputPiece),
    /// The catalogue has another content.
    Catalog,
    /// States of applications changed.
    States(States),
    /// Other packages than before have newer versions.
    Updates,
    /// Something about this computer changed.
    Computer(Box<Computer>),
    /// Tags changed.
    Tags,
    /// A second start asks for a place.
    Go(Place),
    /// The window was asked to close while work runs, for the first time ever.
    Closing,
}
