//! Doing work in this process, for want of a daemon.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;
use super::prompt;
use super::report::{End, Reporter};
use super::signals::Interruptions;
use crate::job::{Cancel, Job, JobId};
use crate::observer::{
    LockHolder, Observer, OutputStream, Progress, Question, REMOVAL_QUESTION, Step,
};
use crate::output::complain;
use crate::pms::Action;
use crate::policy::Asker;
use crate::sync::{Engine, EngineError, LocalEngine, Outcome, SyncRequest};
use crate::texts::{Language, Text};
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
    language: Language,
    consents: bool,
}

#[async_trait]
impl Observer for Listener<'_> {
    fn progress(&self, progress: &Progress) {
        self.reporter.progress(progress);
    }

    fn output(&self, stream: OutputStream, line: &str) {
        self.reporter.output(stream, line);
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
            return ask_removal(self.language, &question.data, self.consents).await;
        }
        None
    }
}

/// Says what would go that nobody named, and asks whether it may.
pub async fn ask_removal(
    language: Language,
    objections: &BTreeMap<String, String>,
    consents: bool,
) -> Option<String> {
    for (reason, names) in objections {
        if matches!(reason.as_str(), "removal" | "held") {
            complain(&language.objection(reason, names));
        }
    }
    let accepted = consents
        || prompt::is_possible()
            && tokio::task::spawn_blocking(move || {
                prompt::yes(language.text(Text::RemovalQuestion), false)
            })
            .await
            .is_ok_and(|answer| answer.unwrap_or(false));
    Some(if accepted { "accept" } else { "refuse" }.to_owned())
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
    let listener = Listener {
        reporter,
        consents,
        language: context.language,
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
            reporter.finished(&End::plain(outcome.code, outcome.problems.join("\n")));
            Ok(Exit::of_result(outcome.code))
        }
        Err(error) => {
            reporter.failed(error.code(), &context.language.error(&error));
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
    reporter.remark(Text::Cancelling, &[]);
    cancel.cancel();
    interruptions.next().await;
    reporter.remark(Text::StoppingScript, &[]);
    cancel.stop_script();
    interruptions.next().await;
}
