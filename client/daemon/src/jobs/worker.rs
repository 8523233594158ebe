//! The worker: does the work of one job with the engine and says how it goes.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use migasfree_types::message::{Arg, Message};
use migasfree_types::shown::shown;
use tokio::signal::unix::{SignalKind, signal};

use super::events::{Changes, Done, Event, EventLog};
use super::lock::WorkerLock;
use super::store::read_work;
use super::task::Work;
use crate::job::{Cancel, Job, JobId, ResultCode};
use crate::observer::{Observer as _, OutputStream};
use crate::sync::{Credentials, Engine, EngineError, Outcome};
use crate::texts::Text;

/// Runs the job in this folder; the whole of a worker process. With `resume` it goes on with what an earlier
/// worker left running, and says that the job was interrupted when there is nothing of it.
pub async fn run_job(folder: &Path, engine: &dyn Engine, resume: bool) -> io::Result<()> {
    // Before the lock says whom to send a signal to.
    let cancel = Cancel::default();
    cancel_on_signals(cancel.clone())?;
    let _held = WorkerLock::of(folder).take()?;
    let work = read_work(folder)?;
    let log = EventLog::open(folder)?;
    log.write(&Event::Started);
    let id = folder
        .file_name()
        .and_then(|name| JobId::new(name.to_string_lossy()).ok())
        .ok_or_else(|| io::Error::other("the folder's name is not the number of a job"))?;
    perform(engine, &work, id, &log, cancel, resume).await;
    Ok(())
}

/// Does the work and writes everything that happens to the log, the end last.
pub async fn perform(
    engine: &dyn Engine,
    work: &Work,
    id: JobId,
    log: &EventLog,
    cancel: Cancel,
    resume: bool,
) {
    let mut job = Job::new(id, log);
    job.cancel = cancel;
    let before = There::of(engine).await;
    let result = if resume {
        match go_on(engine, work, &job).await {
            Some(result) => result,
            None => {
                finish(engine, log, Done::interrupted(), &before).await;
                return;
            }
        }
    } else {
        run(engine, work, &job).await
    };
    let done = match result {
        Ok(outcome) => Done::of(&outcome),
        Err(error) if job.cancel.is_going_down() && error.code() == ResultCode::ByUser => {
            Done::interrupted()
        }
        Err(error) => {
            let mut done = Done::by(&error, &log.problems());
            if let EngineError::Saturated { seconds }
            | EngineError::Pending {
                retry_after: seconds,
                ..
            } = error
            {
                done.retry_after = Some(seconds);
            }
            done
        }
    };
    engine.forget(&job.id);
    finish(engine, log, done, &before).await;
}

/// Registers this computer. Runs inside the daemon: the password is never written down.
pub async fn perform_registration(
    engine: &dyn Engine,
    credentials: &Credentials,
    id: JobId,
    log: &EventLog,
) -> Done {
    let job = Job::new(id, log);
    match engine.register(credentials, &job).await {
        Ok(computer) => {
            let said = Text::RegisterDone.told(&[&computer.to_string()]);
            log.output(OutputStream::Info, &said.text);
            Done::new(ResultCode::Ok)
        }
        Err(error) => {
            let code = match error {
                EngineError::WhoRegisters(_) | EngineError::BadCredentials(_) => {
                    ResultCode::NotAuthorized
                }
                _ => error.code(),
            };
            let retry_after = match error {
                EngineError::Pending { retry_after, .. } => Some(retry_after),
                _ => None,
            };
            Done {
                code,
                retry_after,
                ..Done::by(&error, &log.problems())
            }
        }
    }
}

async fn run(engine: &dyn Engine, work: &Work, job: &Job<'_>) -> Result<Outcome, EngineError> {
    match work {
        Work::Sync(request) => engine.sync(*request, job).await,
        Work::Packages { action, asker } => engine.packages(action, *asker, job).await,
        Work::Tags { tags, apply } => engine.set_tags(tags, *apply, job).await,
        Work::Repair => engine.repair(job).await,
    }
}

/// Goes on with what an earlier worker left running. Of a synchronisation, or of new tags, that is only a part: the whole
/// follows, finds done what is done, and tells the server.
async fn go_on(
    engine: &dyn Engine,
    work: &Work,
    job: &Job<'_>,
) -> Option<Result<Outcome, EngineError>> {
    let resumed = engine.resume(job).await?;
    let is_over = matches!(&resumed, Err(error)
        if matches!(error.code(), ResultCode::ByUser | ResultCode::Interrupted));
    match work {
        Work::Sync(_) | Work::Tags { .. } if !is_over => Some(run(engine, work, job).await),
        _ => Some(resumed),
    }
}

async fn finish(engine: &dyn Engine, log: &EventLog, mut done: Done, before: &There) {
    done.changes = Box::new(changes(before, &There::of(engine).await));
    done.said = done.said.map(|said| Box::new(harmless(*said)));
    done.reboot = !engine.reboot_required().is_empty();
    log.write(&Event::Done(done));
}

/// What a package or the server says is shown to people, also on terminals.
fn harmless(said: Message) -> Message {
    let args = said.args.into_iter();
    Message {
        args: args.map(|(name, arg)| (name, harmless_arg(arg))).collect(),
        text: shown(&said.text).into_owned(),
        code: said.code,
    }
}

fn harmless_arg(arg: Arg) -> Arg {
    match arg {
        Arg::Number(number) => Arg::Number(number),
        Arg::Text(text) => Arg::Text(shown(&text).into_owned()),
        Arg::List(list) => Arg::List(list.into_iter().map(harmless_arg).collect()),
        Arg::Message(message) => harmless(*message).into(),
    }
}

/// The packages of a moment.
#[derive(Default)]
struct There {
    /// Versions of those that are whole, by name.
    whole: BTreeMap<String, String>,
    /// Those that something was begun with and not finished.
    half: BTreeSet<String>,
}

impl There {
    async fn of(engine: &dyn Engine) -> Self {
        let installed = engine.installed().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the installed packages cannot be listed");
            Vec::new()
        });
        let half = engine.broken().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the unfinished packages cannot be listed");
            Vec::new()
        });
        Self {
            whole: installed
                .into_iter()
                .map(|package| (package.name, package.version))
                .collect(),
            half: half.into_iter().collect(),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.whole.contains_key(name) || self.half.contains(name)
    }
}

/// What was half-done counts as removed when it is gone, and as installed when it is whole.
fn changes(before: &There, after: &There) -> Changes {
    let was_there = before.whole.keys().chain(&before.half);
    Changes {
        installed: after
            .whole
            .keys()
            .filter(|name| !before.whole.contains_key(*name))
            .cloned()
            .collect(),
        removed: was_there.filter(|name| !after.has(name)).cloned().collect(),
        upgraded: after
            .whole
            .iter()
            .filter(|(name, version)| before.whole.get(*name).is_some_and(|old| old != *version))
            .map(|(name, _)| name.clone())
            .collect(),
    }
}

fn cancel_on_signals(cancel: Cancel) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut stop_script = signal(SignalKind::user_defined1())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => cancel.cancel(),
                _ = terminate.recv() => cancel.go_down(),
                _ = stop_script.recv() => cancel.stop_script(),
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(whole: &[(&str, &str)], half: &[&str]) -> There {
        let owned = |text: &&str| (*text).to_owned();
        There {
            whole: whole
                .iter()
                .map(|(name, version)| (owned(name), owned(version)))
                .collect(),
            half: half.iter().map(owned).collect(),
        }
    }

    #[test]
    fn changes_are_told_from_whichever_state_a_package_comes() {
        let before = there(
            &[
                ("kept", "1"),
                ("gone", "1"),
                ("newer", "1"),
                ("breaks", "1"),
            ],
            &["half-gone", "half-repaired", "half-still"],
        );
        let after = there(
            &[
                ("kept", "1"),
                ("newer", "2"),
                ("half-repaired", "1"),
                ("new", "1"),
            ],
            &["breaks", "half-still"],
        );
        let changes = changes(&before, &after);
        assert_eq!(changes.installed, ["half-repaired", "new"]);
        assert_eq!(changes.removed, ["gone", "half-gone"]);
        assert_eq!(changes.upgraded, ["newer"]);
    }
}
