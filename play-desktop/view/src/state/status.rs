//! What one application's button and card show: its state, with the work on it right now.

use super::{Store, use_store};
use leptos::prelude::*;
use migasfree_play_records::{AppState, Job, JobRole, JobState, StateInfo};

/// Standing of one application.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// The button was pressed, the daemon has not answered yet.
    Pressed,
    /// A job for it waits, runs or stops.
    Working(Box<Job>),
    /// Nothing is going on.
    Still(StateInfo),
}

impl Status {
    /// The state without regard to work; the one before it while something is going on.
    pub fn state(&self) -> AppState {
        match self {
            Self::Pressed => AppState::Queued,
            Self::Working(job) if job.state == JobState::Queued => AppState::Queued,
            Self::Working(job) if job.role == JobRole::Remove => AppState::Removing,
            Self::Working(_) => AppState::Installing,
            Self::Still(info) => info.state,
        }
    }
}

/// The standing of an application, following every change.
pub fn status_of(app: u32) -> Memo<Status> {
    let store = use_store();
    Memo::new(move |_| current(&store, app))
}

fn current(store: &Store, app: u32) -> Status {
    if let Some(job) = store.work.of_app(app) {
        return Status::Working(Box::new(job));
    }
    if store.work.pressed.with(|pressed| pressed.contains(&app)) {
        return Status::Pressed;
    }
    Status::Still(store.state(app))
}
