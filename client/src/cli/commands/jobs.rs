//! `jobs`, `cancel` and `log`.

use migasfree_dbus::names::job_path;
use migasfree_dbus::{Error as BusError, JobFilter, JobProxy, JobRecord, JobState, ManagerProxy};
use migasfree_types::shown::{shown, shown_line};
use serde_json::{Value, json};
use time::OffsetDateTime;
use zbus::{Connection, OwnedObjectPath};

use super::Ended;
use crate::cli::agent::TerminalAgent;
use crate::cli::arguments::{JobNumber, Jobs, Json, Log};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::follow::Follower;
use crate::cli::report::{self, End, Reporter, print_line};
use crate::daemon::jobs::job_title;
use crate::job::ResultCode;
use crate::output::say;
use crate::texts::{DaemonText, Language, Text};

/// Bytes of output asked for at a time.
const PIECE: u32 = 64 * 1024;

pub async fn jobs(context: &Context, arguments: &Jobs) -> Ended {
    let bus = context.needed_daemon().await?;
    let _agent = TerminalAgent::start();
    let filter = JobFilter {
        all: arguments.all.then_some(true),
        ..JobFilter::default()
    };
    let jobs = ManagerProxy::new(&bus).await?.list_jobs(filter).await?;
    if arguments.json {
        let jobs: Vec<Value> = jobs.iter().map(for_programs).collect();
        print_line(&json!(jobs).to_string());
        return Ok(Exit::OK);
    }
    if jobs.is_empty() {
        context.nothing(Text::NoJobs);
    }
    for job in jobs {
        print_line(&line(&job, context.language));
    }
    Ok(Exit::OK)
}

/// The record with nothing for a percentage that is not known.
fn for_programs(job: &JobRecord) -> Value {
    let mut record = json!(job);
    if job.percent > 100 {
        record["percent"] = Value::Null;
    }
    record
}

fn line(job: &JobRecord, language: Language) -> String {
    let created = OffsetDateTime::from_unix_timestamp(job.created).ok();
    let created = created.map(report::moment).unwrap_or_default();
    let title = language.say(&job_title(job.role, &job.subject));
    let told = format!("{title}: {}", how_it_is(job, language));
    format!("{:>6}  {created}  {}", job.id, shown_line(&told))
}

/// What a job waits for, how far it is, or how it ended.
fn how_it_is(job: &JobRecord, language: Language) -> String {
    if let Some(code) = job.error_code.as_deref().filter(|code| !code.is_empty()) {
        let end = End {
            code: ResultCode::parse(code),
            said: job.told(),
        };
        let said = language.say(&end.message());
        return said.lines().next().unwrap_or_default().to_owned();
    }
    let waits = match job.state {
        JobState::Authorizing => Text::Authorizing,
        JobState::Queued => Text::Queued,
        JobState::WaitingNetwork => Text::WaitingNetwork,
        JobState::Cancelling => Text::Cancelling,
        _ => {
            let stage = language.stage(job.stage);
            return match job.percent {
                percent @ 0..=100 => format!("{stage} ({percent} %)"),
                _ => stage.to_owned(),
            };
        }
    };
    language.text(waits).to_owned()
}

pub async fn cancel(context: &Context, arguments: &JobNumber) -> Ended {
    let bus = context.needed_daemon().await?;
    let _agent = TerminalAgent::start();
    let path = job_path(number(&arguments.id)?);
    let job = JobProxy::builder(&bus).path(&path).build().await?;
    if let Err(error) = job.cancel().await {
        return Err(match how_it_ended(&bus, &arguments.id, context).await {
            Some(end) => {
                let result = context.language.result(end.code);
                let values = vec![arguments.id.clone(), result.to_owned()];
                Failure::Said(Text::ErrorJobOver, values, Exit::AGAIN)
            }
            None => no_such_job(error, &arguments.id),
        });
    }
    print_line(context.text(Text::CancelAsked));
    Ok(Exit::OK)
}

/// What became of a job; `None` while it is not over.
async fn how_it_ended(bus: &Connection, id: &str, context: &Context) -> Option<End> {
    let filter = JobFilter {
        all: context.may_write().then_some(true),
        ..JobFilter::default()
    };
    let jobs = ManagerProxy::new(bus).await.ok()?.list_jobs(filter).await;
    let jobs = jobs.ok()?;
    let job = jobs
        .into_iter()
        .find(|job| job.id == id && job.ended.is_some())?;
    let code = job.error_code.as_deref();
    let code = code.map_or(ResultCode::Ok, ResultCode::parse);
    let said = job.told();
    Some(End { code, said })
}

/// Prints what the job said so far, and why it failed; with `--follow` until it ends.
pub async fn log(context: &Context, arguments: &Log) -> Ended {
    let bus = context.needed_daemon().await?;
    let _agent = TerminalAgent::start();
    let path = job_path(number(&arguments.id)?);
    let manager = ManagerProxy::new(&bus).await?;
    // The object of a job that is over goes away: what may be read of it is read as without following.
    if arguments.follow && is_at_work(&bus, &path).await? {
        let reporter = Reporter::new(context.language, false, context.quiet);
        return Follower::new(context, &bus, path, &reporter).finish().await;
    }
    let mut offset = 0;
    let (mut pending, mut seen) = (Vec::new(), String::new());
    loop {
        let read = manager.read_output(&arguments.id, offset, PIECE).await;
        let (next, bytes) = read.map_err(|error| no_such_job(error, &arguments.id))?;
        if next > offset + bytes.len() as u64 {
            print_line(context.text(Text::EarlierOutput));
        }
        pending.extend_from_slice(&bytes);
        let whole = match pending.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if bytes.is_empty() => pending.len(),
            None => 0,
        };
        let lines: Vec<u8> = pending.drain(..whole).collect();
        let text = String::from_utf8_lossy(&lines);
        let text = shown(&text);
        say(&text);
        if let Some(line) = text.lines().last() {
            line.clone_into(&mut seen);
        }
        if bytes.is_empty() {
            let end = how_it_ended(&bus, &arguments.id, context).await;
            match end.filter(|end| !end.is_whole()) {
                Some(end) => print_line(&end.words_after(&seen, context.language)),
                None if next == 0 => context.nothing(Text::NoOutput),
                None => {}
            }
            return Ok(Exit::OK);
        }
        offset = next;
    }
}

/// Who holds background jobs back.
pub async fn inhibitors(context: &Context, arguments: &Json) -> Ended {
    let bus = context.needed_daemon().await?;
    let inhibitors = ManagerProxy::new(&bus).await?.list_inhibitors().await?;
    if arguments.json {
        print_line(&json!(inhibitors).to_string());
        return Ok(Exit::OK);
    }
    if inhibitors.is_empty() {
        context.nothing(Text::NoInhibitors);
    }
    let moment = |at| {
        let at = OffsetDateTime::from_unix_timestamp(at).ok();
        at.map(report::moment).unwrap_or_default()
    };
    for one in inhibitors {
        let (pid, uid) = (one.pid.to_string(), one.uid.to_string());
        let (since, until) = (moment(one.since), moment(one.until));
        let values = [&one.program, &pid, &uid, &since, &until, &one.why];
        let text = context
            .language
            .fill(Text::HeldBy, &values.map(String::as_str));
        print_line(&shown_line(&text));
    }
    Ok(Exit::OK)
}

/// Whether there is still something to follow.
async fn is_at_work(bus: &Connection, path: &OwnedObjectPath) -> Result<bool, Failure> {
    let job = JobProxy::builder(bus).path(path).build().await?;
    match job.state().await.map_err(BusError::ZBus) {
        Ok(state) => Ok(state != JobState::Finished),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn number(id: &str) -> Result<u64, Failure> {
    id.parse().map_err(|_| not_there(id))
}

fn not_there(id: &str) -> Failure {
    Failure::Told(DaemonText::ErrorNoSuchJob.told(&[id]), Exit::USAGE)
}

fn no_such_job(error: BusError, id: &str) -> Failure {
    if is_missing(&error) {
        not_there(id)
    } else {
        error.into()
    }
}

/// An object that is not there is a job that is not there.
fn is_missing(error: &BusError) -> bool {
    match error {
        BusError::NotFound(_) => true,
        BusError::ZBus(zbus::Error::FDO(error)) => {
            matches!(
                **error,
                zbus::fdo::Error::UnknownObject(_) | zbus::fdo::Error::UnknownInterface(_)
            )
        }
        _ => false,
    }
}
