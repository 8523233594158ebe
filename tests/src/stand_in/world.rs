//! What the stand-in knows: applications, jobs, tags.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use migasfree_dbus::{
    AppRecord, AppState, JobQuestion, JobRecord, JobResult, JobRole, JobState, JobSubject, Level,
    RequestRecord, RequestState, ResultCode, UpdateRecord,
};

use super::scene::Scene;
use super::stock;

/// A job with its output.
#[derive(Clone, Debug, Default)]
pub(super) struct Task {
    pub record: JobRecord,
    pub output: String,
    pub speed: u64,
    /// What its owner is asked, and what they answered.
    pub question: JobQuestion,
    pub answer: Option<String>,
    /// Somebody listens to it.
    pub heard: bool,
}

impl Task {
    /// Output from a byte offset: the offset that follows, and the bytes.
    pub(super) fn part(&self, offset: u64, limit: u32) -> (u64, Vec<u8>) {
        let length = self.output.len();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(length);
        let end = start.saturating_add(limit as usize).min(length);
        (end as u64, self.output.as_bytes()[start..end].to_vec())
    }
}

/// Everything that changes.
#[derive(Debug)]
pub(super) struct Facts {
    pub apps: Vec<AppRecord>,
    pub jobs: BTreeMap<u64, Task>,
    pub tags: Vec<String>,
    /// Updates of what is no application.
    pub system_updates: Vec<UpdateRecord>,
    /// Newest first.
    pub requests: Vec<RequestRecord>,
}

/// The world of one stand-in.
#[derive(Debug)]
pub struct World {
    pub(super) scene: Scene,
    facts: Mutex<Facts>,
    /// One job at a time, like the real one.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// Questions stay without an answer.
    silent: tokio::sync::watch::Sender<bool>,
}

impl World {
    pub(super) fn new(scene: Scene) -> Self {
        let facts = Facts {
            apps: stock::apps(scene.apps, scene.long_words),
            jobs: if scene.no_history {
                BTreeMap::new()
            } else {
                past()
            },
            system_updates: stock::system_updates(),
            tags: vec!["LOC-headquarters".to_owned(), "ROL-pilot".to_owned()],
            requests: Vec::new(),
        };
        Self {
            scene,
            facts: Mutex::new(facts),
            turn: tokio::sync::Mutex::new(()),
            silent: tokio::sync::watch::Sender::new(false),
        }
    }

    /// Leaves questions without an answer from now on, or answers them all.
    pub fn be_silent(&self, silent: bool) {
        self.silent.send_replace(silent);
    }

    /// Waits until questions are answered.
    pub(super) async fn speaks(&self) {
        let mut silent = self.silent.subscribe();
        // The sender lives as long as this world.
        let _spoken = silent.wait_for(|silent| !silent).await;
    }

    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// State of an application by name.
    pub fn state_of(&self, name: &str) -> Option<AppState> {
        let facts = self.facts();
        facts
            .apps
            .iter()
            .find(|app| app.name == name)
            .map(|app| app.state)
    }

    /// What has a newer version, the applications first.
    pub(super) fn updates(&self) -> Vec<UpdateRecord> {
        let facts = self.facts();
        let apps = facts.apps.iter();
        apps.filter(|app| app.state == AppState::UpdateAvailable)
            .map(stock::update_of)
            .chain(facts.system_updates.iter().cloned())
            .collect()
    }

    /// Somebody of the organisation decides about the requests for an application.
    pub(super) fn decide(&self, name: &str, state: RequestState, comment: &str) {
        let mut facts = self.facts();
        for request in (facts.requests.iter_mut()).filter(|request| request.app_name == name) {
            request.state = state;
            request.comment = Some(comment.to_owned());
        }
        if state == RequestState::Approved {
            for app in facts.apps.iter_mut().filter(|app| app.name == name) {
                app.level = Level::User;
            }
        }
    }

    /// Puts an application into a state.
    pub(super) fn set_state(&self, name: &str, state: AppState) {
        let mut facts = self.facts();
        for app in facts.apps.iter_mut().filter(|app| app.name == name) {
            stock::set_state(app, state);
        }
    }

    /// Another program of the person answers what is asked.
    pub fn answer(&self, answer: &str) {
        let mut facts = self.facts();
        for task in (facts.jobs.values_mut()).filter(|task| task.question.id > 0) {
            task.answer = Some(answer.to_owned());
        }
    }

    /// How a job ended, if it did.
    pub fn result_of(&self, job: u64) -> Option<JobResult> {
        self.facts()
            .jobs
            .get(&job)
            .and_then(|task| task.record.result)
    }
}

pub(super) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(0)
}

/// What happened before the stand-in began.
fn past() -> BTreeMap<u64, Task> {
    const HOUR: i64 = 3600;
    let entries = [
        (JobRole::Sync, 0, "", ResultCode::Ok, 76 * HOUR),
        (
            JobRole::Install,
            3,
            "Field Notes",
            ResultCode::Ok,
            75 * HOUR,
        ),
        (
            JobRole::Install,
            5,
            "Song Bench",
            ResultCode::DiskFull,
            30 * HOUR,
        ),
        (
            JobRole::Install,
            11,
            "Vault",
            ResultCode::NotAuthorized,
            27 * HOUR,
        ),
        (JobRole::Sync, 0, "", ResultCode::NothingToDo, 26 * HOUR),
        (JobRole::Install, 6, "Class Timer", ResultCode::Ok, 3 * HOUR),
        (JobRole::Install, 2, "Ledger", ResultCode::ByUser, 2 * HOUR),
        (JobRole::Sync, 0, "", ResultCode::Ok, HOUR),
    ];
    (1_u64..)
        .zip(entries)
        .map(|(id, (role, app, name, code, ago))| {
            let ended = now() - ago;
            let record = JobRecord {
                id: id.to_string(),
                path: migasfree_dbus::names::job_path(id).to_string(),
                role,
                origin: "user".to_owned(),
                subject: subject(app, name),
                state: JobState::Finished,
                percent: 100,
                owner_uid: uid(),
                created: ended - 21,
                started: Some(ended - 20),
                ended: Some(ended),
                result: Some(code.result()),
                error_code: Some(code.to_string()),
                reboot: "none".to_owned(),
                ..JobRecord::default()
            };
            let output =
                format!("Reading package lists...\nBuilding dependency tree...\n{name}: {code}\n");
            (
                id,
                Task {
                    record,
                    output,
                    ..Task::default()
                },
            )
        })
        .collect()
}

fn subject(app: u32, name: &str) -> JobSubject {
    if app == 0 {
        return JobSubject::default();
    }
    JobSubject {
        apps: vec![app],
        app_names: vec![name.to_owned()],
        ..JobSubject::default()
    }
}

pub(super) fn uid() -> u32 {
    rustix::process::getuid().as_raw()
}
