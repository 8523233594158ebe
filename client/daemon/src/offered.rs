//! What is offered here, together with the work on it.

use std::collections::BTreeMap;

use migasfree_dbus::{AppState, Error, JobState};

use super::catalog::{AppWork, Catalog, Offer, Shelf, Viewer};
use super::jobs::{AppRef, Jobs};
use crate::texts::Text;

/// What decides how applications look at this moment.
#[must_use]
pub fn shelf(catalog: &Catalog, jobs: &Jobs, now: i64) -> Shelf {
    let mut work = BTreeMap::new();
    jobs.for_each_unfinished(|job, position| {
        for app in job.stored.task.apps() {
            work.entry(app).or_insert(AppWork {
                job: job.stored.id,
                role: job.stored.task.role(),
                position,
                unauthorized: job.view.state == JobState::Authorizing,
                percent: job.view.percent,
            });
        }
    });
    Shelf {
        offer: catalog.offer(),
        facts: catalog.facts(),
        work,
        now,
    }
}

/// States as anybody would see them, for broadcasts.
#[must_use]
pub fn public_states(shelf: &Shelf) -> BTreeMap<u32, AppState> {
    let states = shelf.states(Viewer::ANYBODY).into_iter();
    states.map(|(id, (state, _))| (id, state)).collect()
}

/// The applications of these ids with their packages; `NotFound` names the first that is not offered.
/// The flag says that it is for administrators.
pub fn offered(offer: &Offer, ids: &[u32]) -> Result<Vec<(AppRef, Vec<String>, bool)>, Error> {
    ids.iter()
        .map(|id| {
            let app = offer
                .app(*id)
                .ok_or_else(|| Error::NotFound(Text::UnknownApp.told(&[&id.to_string()])))?;
            let reference = AppRef {
                id: *id,
                name: app.name.clone(),
            };
            let packages = offer.packages(app).to_vec();
            Ok((reference, packages, app.needs_administrator()))
        })
        .collect()
}
