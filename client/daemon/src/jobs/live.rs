//! A job as the daemon holds it in memory: its record, where it is now, and who listens.

use std::collections::BTreeMap;

use migasfree_dbus::names::{PERCENT_UNKNOWN, job_path};
use migasfree_dbus::{
    FinishedDetail, JobQuestion, JobRecord, JobResult, JobState, JobSubject, Stage, said,
};

use tokio_util::sync::CancellationToken;

use super::events::{Done, Event};
use super::store::{StoredJob, StoredState};
use crate::job::ResultCode;
use crate::observer::{Progress, Question};
use crate::sync::Credentials;

/// Where a job is now.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its state.
    pub state: JobState,
    /// The step it is in.
    pub stage: Stage,
    /// 0 to 100, 101 when unknown.
    pub percent: u32,
    /// The package or file it is at.
    pub item: String,
    /// Bytes downloaded.
    pub bytes_done: u64,
    /// Bytes to download, 0 when unknown.
    pub bytes_total: u64,
    /// Bytes per second.
    pub speed: u64,
    /// Whether it can be cancelled now.
    pub allow_cancel: bool,
    /// Who holds the package database, while it waits for it.
    pub lock_holder: Option<String>,
    /// Bytes of output so far.
    pub output_bytes: u64,
    /// The packages its applications stand for, once that is known.
    pub packages: Vec<String>,
}

/// A job in memory.
#[derive(Debug, Clone)]
pub struct LiveJob {
    /// What is on disk.
    pub stored: StoredJob,
    /// Where it is now.
    pub view: View,
    /// Connections that get output, items and the full end, with the user of each.
    pub subscribers: BTreeMap<String, u32>,
    /// The open question.
    pub question: Option<(u32, Question)>,
    /// Somebody dismissed the prompt of polkit for it.
    pub dismissed: bool,
    /// Who asked it to stop: `by-user` or `by-admin`.
    pub cancelled_by: Option<ResultCode>,
    /// How often an administrator wanted the script that runs to be stopped.
    pub script_stops: u32,
    /// Cancelled when polkit need not ask any more.
    pub prompt: CancellationToken,
    /// All that belongs to it is there and it is on disk: it may have its turn.
    pub ready: bool,
    /// Who registers this computer; never on disk.
    pub credentials: Option<Credentials>,
}

impl LiveJob {
    /// A job that waits, or is over.
    #[must_use]
    pub fn new(stored: StoredJob, state: JobState) -> Self {
        let finished = state == JobState::Finished;
        Self {
            view: View {
                state,
                stage: Stage::Unknown,
                percent: if finished { 100 } else { PERCENT_UNKNOWN },
                item: String::new(),
                bytes_done: 0,
                bytes_total: 0,
                speed: 0,
                allow_cancel: !finished,
                lock_holder: None,
                output_bytes: 0,
                packages: Vec::new(),
            },
            stored,
            subscribers: BTreeMap::new(),
            question: None,
            dismissed: false,
            cancelled_by: None,
            script_stops: 0,
            prompt: CancellationToken::new(),
            ready: false,
            credentials: None,
        }
    }

    /// Whether it waits for its turn or for polkit.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self.view.state, JobState::Authorizing | JobState::Queued)
    }

    /// Whether packages are being changed, so that only an administrator may stop the script that runs.
    #[must_use]
    pub fn runs_scripts(&self) -> bool {
        let at_work = matches!(
            self.view.state,
            JobState::Running | JobState::Cancelling | JobState::WaitingLock
        );
        at_work && self.view.stage.runs_scripts()
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.view.state == JobState::Finished
    }

    /// Takes in what its worker said.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Started | Event::Step(_) | Event::Done(_) => {}
            Event::Progress(progress) => self.progress(progress),
            Event::Item(item) => self.view.item.clone_from(&item.package),
            Event::Output { offset, length, .. } => {
                self.view.output_bytes = offset.saturating_add(*length);
            }
            Event::Lock(holder) => {
                self.view.lock_holder = holder.as_ref().map(|holder| holder.name.clone());
                self.enter(if holder.is_some() {
                    JobState::WaitingLock
                } else {
                    JobState::Running
                });
            }
            Event::Question { id, question } => {
                self.question = Some((*id, question.clone()));
                self.enter(JobState::WaitingAnswer);
            }
            Event::Answered(_) => {
                self.question = None;
                self.enter(JobState::Running);
            }
        }
    }

    fn progress(&mut self, progress: &Progress) {
        let view = &mut self.view;
        view.stage = progress.stage;
        view.percent = u32::from(progress.percent);
        view.item.clone_from(&progress.item);
        view.bytes_done = progress.bytes_done;
        view.bytes_total = progress.bytes_total;
        view.speed = progress.speed;
        view.allow_cancel = progress.allow_cancel && view.state != JobState::Cancelling;
    }

    /// A job that was asked to stop stays in that state until it is over.
    fn enter(&mut self, state: JobState) {
        if self.view.state != JobState::Cancelling {
            self.view.state = state;
        }
    }

    /// Closes it.
    pub fn finish(&mut self, mut done: Done, now: i64) {
        // Its worker does not know who stopped it.
        if let (ResultCode::ByUser, Some(by)) = (done.code, self.cancelled_by) {
            done.code = by;
        }
        self.stored.state = StoredState::Finished;
        self.stored.ended = Some(now);
        self.stored.done = Some(done);
        self.question = None;
        self.prompt.cancel();
        let view = &mut self.view;
        view.state = JobState::Finished;
        view.percent = 100;
        view.speed = 0;
        view.allow_cancel = false;
        view.lock_holder = None;
        view.item.clear();
    }

    /// What it is about, now. `position` is how many are before it.
    #[must_use]
    pub fn subject(&self, position: Option<u32>) -> JobSubject {
        let mut subject = self.stored.task.subject();
        if subject.packages.is_empty() {
            subject.packages.clone_from(&self.view.packages);
        }
        subject.position = position;
        subject.lock_holder.clone_from(&self.view.lock_holder);
        subject
    }

    /// What its owner is asked now.
    #[must_use]
    pub fn open_question(&self) -> JobQuestion {
        let asked = self.question.as_ref();
        let asked = asked.filter(|_| self.view.state == JobState::WaitingAnswer);
        let open = asked.map(|(id, question)| JobQuestion {
            id: *id,
            kind: question.kind.clone(),
            default: question.default.clone(),
            data: question.data.clone(),
        });
        open.unwrap_or_default()
    }

    /// Seconds to the end of the download, 0 when unknown.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        let view = &self.view;
        let left = view.bytes_total.saturating_sub(view.bytes_done);
        left.checked_div(view.speed)
            .and_then(|seconds| u32::try_from(seconds).ok())
            .unwrap_or_default()
    }

    /// How it ended: result and code.
    #[must_use]
    pub fn result(&self) -> Option<(JobResult, &'static str)> {
        let code = self.stored.done.as_ref()?.code;
        Some((code.result(), code.as_str()))
    }

    /// `none`, `recommended` or `required`.
    #[must_use]
    pub fn reboot(&self) -> &'static str {
        match &self.stored.done {
            Some(done) if done.reboot => "required",
            _ => "none",
        }
    }

    /// Why it ended so, in English.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        Some(self.stored.done.as_ref()?.said.as_ref()?.text.clone())
    }

    /// The same with its code and arguments.
    fn said(&self) -> Option<String> {
        let said = self.stored.done.as_ref()?.said.as_ref()?;
        Some(said::written(said))
    }

    /// What goes with the end.
    #[must_use]
    pub fn detail(&self) -> FinishedDetail {
        let done = self.stored.done.as_ref();
        let changes = done.map(|done| (*done.changes).clone()).unwrap_or_default();
        FinishedDetail {
            installed: changes.installed,
            removed: changes.removed,
            upgraded: changes.upgraded,
            dismissed: self.dismissed,
            said: self.said().unwrap_or_default(),
        }
    }

    /// The record for a list.
    #[must_use]
    pub fn record(&self, position: Option<u32>) -> JobRecord {
        let view = &self.view;
        let result = self.result();
        JobRecord {
            id: self.stored.id.to_string(),
            path: job_path(self.stored.id).to_string(),
            role: self.stored.task.role(),
            title: self.stored.task.title(),
            origin: self.stored.origin.clone(),
            subject: self.subject(position),
            state: view.state,
            stage: view.stage,
            percent: view.percent,
            item: view.item.clone(),
            bytes_done: view.bytes_done,
            bytes_total: view.bytes_total,
            owner_uid: self.stored.owner_uid,
            created: self.stored.created,
            started: self.stored.started,
            ended: self.stored.ended,
            allow_cancel: view.allow_cancel,
            allow_admin_cancel: self.runs_scripts(),
            result: result.map(|(result, _)| result),
            error_code: result.map(|(_, code)| code.to_owned()),
            message: self.message(),
            said: self.said(),
            reboot: self.reboot().into(),
            output_bytes: view.output_bytes,
        }
    }
}
