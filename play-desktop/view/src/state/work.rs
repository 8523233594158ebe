//! Jobs: what runs, what waits, what was just pressed and not yet answered.

use leptos::prelude::*;
use migasfree_play_records::{Job, JobRole};
use std::collections::{BTreeMap, HashSet};

/// Everything known about jobs.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Jobs by number, those of the history included.
    pub jobs: RwSignal<BTreeMap<u64, Job>>,
    /// Whether the history was read.
    pub loaded: RwSignal<bool>,
    /// Applications whose button was pressed while the daemon has not answered yet.
    pub pressed: RwSignal<HashSet<u32>>,
}

impl Work {
    pub fn new() -> Self {
        Self {
            jobs: RwSignal::new(BTreeMap::new()),
            loaded: RwSignal::new(false),
            pressed: RwSignal::new(HashSet::new()),
        }
    }

    /// Takes over the daemon's list.
    pub fn replace(&self, jobs: Vec<Job>) {
        let jobs = jobs.into_iter().map(|job| (number(&job.id), job)).collect();
        self.jobs.set(jobs);
        self.loaded.set(true);
    }

    /// Takes over one job; answers what it was before.
    pub fn put(&self, job: Job) -> Option<Job> {
        self.jobs
            .try_update(|jobs| jobs.insert(number(&job.id), job))
            .flatten()
    }

    /// Forgets the jobs that are not over: there is nobody to say how they are.
    pub fn forget_active(&self) {
        self.jobs.update(|jobs| jobs.retain(|_, job| job.is_over()));
    }

    /// One job.
    pub fn get(&self, id: &str) -> Option<Job> {
        self.jobs.with(|jobs| jobs.get(&number(id)).cloned())
    }

    /// Jobs that are not over, the one at work first.
    pub fn active(&self) -> Vec<Job> {
        self.jobs.with(|jobs| {
            let mut active: Vec<Job> = jobs
                .values()
                .filter(|job| !job.is_over())
                .cloned()
                .collect();
            active.sort_by_key(|job| (job.is_waiting(), job.position, number(&job.id)));
            active
        })
    }

    /// The first of the person's own jobs that asks something.
    pub fn asking(&self) -> Option<Job> {
        self.jobs.with(|jobs| {
            (jobs.values())
                .find(|job| job.question.is_some() && !job.foreign && !job.is_over())
                .cloned()
        })
    }

    /// Whether a synchronisation waits or runs.
    pub fn is_syncing(&self) -> bool {
        self.general(JobRole::Sync).is_some()
    }

    /// The job of a role that is not over and is about no application: a synchronisation, an update of everything.
    pub fn general(&self, role: JobRole) -> Option<Job> {
        self.jobs.with(|jobs| {
            (jobs.values())
                .find(|job| !job.is_over() && job.role == role && job.apps.is_empty())
                .cloned()
        })
    }

    /// One job, following its changes; its last standing once it is forgotten.
    pub fn follow(&self, id: String) -> Signal<Job> {
        let work = *self;
        Memo::new(move |before: Option<&Job>| {
            let now = work.get(&id);
            now.or_else(|| before.cloned()).unwrap_or_default()
        })
        .into()
    }

    /// The job that is not over and handles an application.
    pub fn of_app(&self, app: u32) -> Option<Job> {
        self.jobs.with(|jobs| {
            (jobs.values())
                .find(|job| !job.is_over() && job.apps.contains(&app))
                .cloned()
        })
    }

    /// Notes that a button was pressed, or that the answer is there.
    pub fn press(&self, app: u32, on: bool) {
        self.pressed.update(|pressed| {
            if on {
                pressed.insert(app);
            } else {
                pressed.remove(&app);
            }
        });
    }
}

/// The daemon numbers its jobs; the number orders them.
fn number(id: &str) -> u64 {
    id.parse().unwrap_or(0)
}
