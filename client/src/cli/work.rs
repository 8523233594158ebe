//! Doing work in this process, for want of a daemon.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use migasfree_types::message::Message;

use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;
use super::prompt;
use super::report::{End, Reporter};
use super::signals::Interruptions;
use crate::daemon::jobs::Done;
use crate::job::{Cancel, Job, JobId, ResultCode};
use crate::observer::{
    LockHolder, Observer, OutputStream, Progress, Question, REMOVAL_QUESTION, Step,
};
use crate::output::complain;
use crate::pms::Action;
use crate::policy::Asker;
use crate::sync::{Engine, EngineError, LocalEngine, Outcome, Scope, SyncRequest};
use crate::texts::{self, Language, Text};
use crate::transport::messages::Trait;

/// What the engine is to do.
pub enum Task {
    Sync(SyncRequest),
    Packages {
        action: Action,
        /// The answer to questions is yes.
        consents: bool,
    },
    Tags {
        tags: Vec<String>,
        apply: bool,
    },
}

/// Listens to the engine and tells the reporter.
struct Listener<'a> {
    reporter: &'a Reporter,
    consent: Consent,
    /// What failed, to be told with the end.
    problems: Mutex<Vec<Message>>,
}

#[async_trait]
impl Observer for Listener<'_> {
    fn progress(&self, progress: &Progress) {
        self.reporter.progress(progress);
    }

    fn output(&self, stream: OutputStream, line: &str) {
        self.reporter.output(stream, line);
    }

    fn said(&self, stream: OutputStream, message: &Message) {
        if stream == OutputStream::Err {
            if let Ok(mut problems) = self.problems.lock() {
                problems.push(message.clone());
            }
            return;
        }
        for line in self.consent.language.say(message).lines() {
            self.reporter.output(stream, line);
        }
    }

    fn step(&self, step: &Step) {
        self.reporter.step(step.ok, &step.detail);
    }

    fn waiting_for_lock(&self, holder: Option<&LockHolder>) {
        if let Some(holder) = holder {
            self.reporter.waiting(holder);
        }
    }

    fn traits(&self, traits: &[Trait]) {
        self.reporter.traits(traits);
    }

    async fn question(&self, question: &Question) -> Option<String> {
        if question.kind == REMOVAL_QUESTION {
            return Some(self.consent.ask(&question.data).await);
        }
        None
    }
}

/// Whether packages that nobody named may go or change.
#[derive(Debug)]
pub struct Consent {
    language: Language,
    /// The answer is yes, and nobody is asked.
    given: bool,
    declined: AtomicBool,
}

impl Consent {
    pub fn new(language: Language, given: bool) -> Self {
        Self {
            language,
            given,
            declined: AtomicBool::new(false),
        }
    }

    /// Somebody was asked and said no, as opposed to nobody being there.
    pub fn was_declined(&self) -> bool {
        self.declined.load(Ordering::Relaxed)
    }

    /// Says what would go, and asks whether it may.
    pub async fn ask(&self, objections: &BTreeMap<String, String>) -> String {
        // Where nobody can answer, the refusal names them.
        let is_told = self.given || prompt::is_possible();
        for (reason, names) in objections.iter().filter(|_| is_told) {
            if matches!(reason.as_str(), "removal" | "held") {
                complain(&self.language.objection(reason, names));
            }
        }
        let accepted = self.given || self.is_agreed_to().await;
        let answer = if accepted { "accept" } else { "refuse" };
        answer.to_owned()
    }

    async fn is_agreed_to(&self) -> bool {
        if !prompt::is_possible() {
            return false;
        }
        let question = self.language.text(Text::RemovalQuestion);
        let answer = tokio::task::spawn_blocking(move || prompt::yes(question, false)).await;
        let agreed = answer.is_ok_and(|answer| answer.unwrap_or(false));
        self.declined.store(!agreed, Ordering::Relaxed);
        agreed
    }
}

/// Runs a task to its end and tells how it went. The first interruption asks it to stop, the second stops the script of
/// a package that runs, the third ends this program; packages being changed are left to their supervisor then.
pub async fn run(
    context: &Context,
    engine: &LocalEngine,
    reporter: &Reporter,
    task: Task,
) -> Result<Exit, Failure> {
    let consents = matches!(task, Task::Packages { consents: true, .. });
    let is_full = matches!(&task, Task::Sync(request) if request.scope == Scope::Full);
    let listener = Listener {
        reporter,
        consent: Consent::new(context.language, consents),
        problems: Mutex::default(),
    };
    let job = Job::new(JobId::unique(), &listener);
    reporter.set_job(job.id.as_str());
    let ended = tokio::select! {
        ended = perform(engine, task, &job) => ended,
        () = interrupted_often(&job.cancel, reporter) => return Err(Failure::Silent(Exit::STOPPED)),
    };
    engine.forget(&job.id);
    match ended {
        Ok(outcome) => {
            if is_full {
                context.keep_end_of_sync(&Done::of(&outcome));
            }
            reporter.finished(&End {
                code: outcome.code,
                said: texts::outcome(&outcome),
            });
            Ok(Exit::of_result(outcome.code))
        }
        Err(error) if error.code() == ResultCode::Policy && listener.consent.was_declined() => {
            reporter.finished(&End::declined());
            Err(Failure::Silent(Exit::AGAIN))
        }
        Err(error) => {
            let problems = listener.problems.lock().map(|problems| problems.clone());
            let problems = problems.unwrap_or_default();
            if is_full && engine.identity().registered && !matches!(error, EngineError::Locked(_)) {
                context.keep_end_of_sync(&Done::by(&error, &problems));
            }
            let said = texts::with_problems(texts::error(&error), &problems);
            reporter.finished(&End {
                code: error.code(),
                said: Some(said),
            });
            Err(Failure::Silent(Exit::of_error(&error)))
        }
    }
}

async fn perform(engine: &LocalEngine, task: Task, job: &Job<'_>) -> Result<Outcome, EngineError> {
    match task {
        Task::Sync(request) => engine.sync(request, job).await,
        // Only an administrator works without a daemon.
        Task::Packages { action, .. } => engine.packages(&action, Asker::ROOT, job).await,
        Task::Tags { tags, apply } => engine.set_tags(&tags, apply, job).await,
    }
}

async fn interrupted_often(cancel: &Cancel, reporter: &Reporter) {
    let Ok(mut interruptions) = Interruptions::listen() else {
        return std::future::pending().await;
    };
    interruptions.next().await;
    reporter.remark(Text::CancellingLocal, &[]);
    cancel.cancel();
    interruptions.next().await;
    reporter.remark(Text::StoppingScript, &[]);
    cancel.stop_script();
    interruptions.next().await;
}
