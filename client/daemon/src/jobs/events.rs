//! What a worker says: lines of JSON in the job's `events`, its output in `output`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use migasfree_types::message::Message;
use migasfree_types::shown::shown;
use serde::{Deserialize, Serialize};

use super::output::OutputLog;
use crate::job::ResultCode;
use crate::observer::{Item, LockHolder, Observer, OutputStream, Progress, Question, Step};
use crate::sync::{EngineError, EngineText, Outcome, told};

/// After this much output, lines are told together until they are [`TOGETHER`] long.
const TOLD_BY_LINE: u64 = 1 << 20;
const TOGETHER: u64 = 4 << 10;
/// Two progress events of one stage are at least this far apart.
const PROGRESS_PAUSE: Duration = Duration::from_millis(100);
/// How long a question stays open: a person reads it, asks somebody, decides.
const QUESTION_LIMIT: Duration = Duration::from_secs(300);

/// A line of `events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "with", rename_all = "kebab-case")]
pub enum Event {
    /// The worker lives.
    Started,
    /// How far it is.
    Progress(Progress),
    /// How far one package is.
    Item(Item),
    /// Bytes were added to `output`.
    Output {
        /// Where they begin.
        offset: u64,
        /// How many.
        length: u64,
        /// Where they came from.
        stream: OutputStream,
    },
    /// A step ended.
    Step(Step),
    /// It waits for the package database, or no longer does.
    Lock(Option<LockHolder>),
    /// It asks.
    Question {
        /// Number within the job.
        id: u32,
        /// What.
        question: Question,
    },
    /// The question with this number is closed.
    Answered(u32),
    /// It is over. Always the last line.
    Done(Done),
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Why it ended so; the result follows from it.
    pub code: ResultCode,
    /// What happened; nothing where the code says all.
    #[serde(default)]
    pub said: Option<Box<Message>>,
    /// Packages that changed.
    pub changes: Box<Changes>,
    /// The computer should be restarted.
    pub reboot: bool,
    /// Seconds after which the server wants to be asked again.
    #[serde(default)]
    pub retry_after: Option<u64>,
}

/// Packages that a job changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Added.
    pub installed: Vec<String>,
    /// Taken away.
    pub removed: Vec<String>,
    /// Replaced by another version.
    pub upgraded: Vec<String>,
}

impl Done {
    /// An end without changes, of which the code says all.
    #[must_use]
    pub fn new(code: ResultCode) -> Self {
        Self {
            code,
            said: None,
            changes: Box::default(),
            reboot: false,
            retry_after: None,
        }
    }

    /// An end without changes, and why.
    #[must_use]
    pub fn saying(code: ResultCode, said: Message) -> Self {
        Self {
            said: Some(Box::new(said)),
            ..Self::new(code)
        }
    }

    /// The end of a job that was cut off.
    #[must_use]
    pub fn interrupted() -> Self {
        let said = EngineText::ResultInterrupted.told(&[]);
        Self::saying(ResultCode::Interrupted, said)
    }

    /// The end of a job that nobody may have.
    #[must_use]
    pub fn refused(why: Message) -> Self {
        Self::saying(ResultCode::NotAuthorized, why)
    }

    /// An end by an error, after these problems.
    #[must_use]
    pub fn by(error: &EngineError, problems: &[Message]) -> Self {
        let said = told::with_problems(told::error(error), problems);
        Self::saying(error.code(), said)
    }

    /// The end of work that the engine did, but for some steps.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        Self {
            said: told::outcome(outcome).map(Box::new),
            ..Self::new(outcome.code)
        }
    }
}

/// Writes the events of a job; the observer of a worker.
#[derive(Debug)]
pub struct EventLog {
    files: Mutex<Files>,
    answers: PathBuf,
}

#[derive(Debug)]
struct Files {
    events: File,
    output: OutputLog,
    /// Output that is kept and not told yet.
    untold: Option<(u64, u64, OutputStream)>,
    last_progress: Option<(Progress, Instant)>,
    questions: u32,
    /// What failed, to be told with the end.
    problems: Vec<Message>,
}

/// An answer that the daemon leaves in `answers` for the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    pub question: u32,
    pub answer: String,
}

impl EventLog {
    /// Opens the files of a job to append to them.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let append = |name: &str| {
            OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(folder.join(name))
        };
        Ok(Self {
            files: Mutex::new(Files {
                events: append("events")?,
                output: OutputLog::open(folder)?,
                untold: None,
                last_progress: None,
                questions: 0,
                problems: Vec::new(),
            }),
            answers: folder.join("answers"),
        })
    }

    /// What failed so far.
    #[must_use]
    pub fn problems(&self) -> Vec<Message> {
        self.lock().problems.clone()
    }

    /// Adds an event.
    pub fn write(&self, event: &Event) {
        let mut files = self.lock();
        files.write(event);
        if matches!(event, Event::Done(_)) {
            let _ = files.events.sync_all();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer_to(&self, question: u32) -> Option<String> {
        let text = std::fs::read_to_string(&self.answers).ok()?;
        text.lines()
            .filter_map(|line| serde_json::from_str::<Answer>(line).ok())
            .find(|answer| answer.question == question)
            .map(|answer| answer.answer)
    }
}

impl Files {
    fn write(&mut self, event: &Event) {
        self.tell_output();
        self.write_alone(event);
    }

    fn tell_output(&mut self) {
        if let Some((offset, length, stream)) = self.untold.take() {
            self.write_alone(&Event::Output {
                offset,
                length,
                stream,
            });
        }
    }

    fn write_alone(&mut self, event: &Event) {
        // One write for a line: the daemon never sees half of it unless the disk is full.
        let Ok(mut line) = serde_json::to_vec(event) else {
            return;
        };
        line.push(b'\n');
        if let Err(error) = self.events.write_all(&line) {
            tracing::error!(%error, "an event of the job could not be written");
        }
    }
}

#[async_trait]
impl Observer for EventLog {
    fn progress(&self, progress: &Progress) {
        let mut files = self.lock();
        let now = Instant::now();
        let too_soon = files.last_progress.as_ref().is_some_and(|(last, at)| {
            last.stage == progress.stage
                && last.allow_cancel == progress.allow_cancel
                && now.duration_since(*at) < PROGRESS_PAUSE
        });
        if !too_soon {
            files.last_progress = Some((progress.clone(), now));
            files.write(&Event::Progress(progress.clone()));
        }
    }

    fn item(&self, item: &Item) {
        self.write(&Event::Item(item.clone()));
    }

    fn output(&self, stream: OutputStream, line: &str) {
        // Whoever reads it on a terminal sees what a script said and does not obey it.
        let bytes = [shown(line).as_bytes(), b"\n"].concat();
        let length = u64::try_from(bytes.len()).unwrap_or_default();
        let mut files = self.lock();
        let offset = match files.output.append(&bytes) {
            Ok(offset) => offset,
            Err(error) => {
                tracing::error!(%error, "output of the job could not be written");
                return;
            }
        };
        match &mut files.untold {
            Some((_, untold, same)) if *same == stream => *untold += length,
            _ => {
                files.tell_output();
                files.untold = Some((offset, length, stream));
            }
        }
        let enough = files
            .untold
            .is_some_and(|(_, untold, _)| untold >= TOGETHER);
        if enough || files.output.end() <= TOLD_BY_LINE {
            files.tell_output();
        }
    }

    fn said(&self, stream: OutputStream, message: &Message) {
        if stream == OutputStream::Err {
            self.lock().problems.push(message.clone());
            return;
        }
        for line in message.text.lines() {
            self.output(stream, line);
        }
    }

    fn step(&self, step: &Step) {
        self.write(&Event::Step(step.clone()));
    }

    fn waiting_for_lock(&self, holder: Option<&LockHolder>) {
        self.write(&Event::Lock(holder.cloned()));
    }

    async fn question(&self, question: &Question) -> Option<String> {
        let id = {
            let mut files = self.lock();
            files.questions += 1;
            let id = files.questions;
            files.write(&Event::Question {
                id,
                question: question.clone(),
            });
            id
        };
        let asked = Instant::now();
        let mut answer = None;
        while answer.is_none() && asked.elapsed() < QUESTION_LIMIT {
            tokio::time::sleep(Duration::from_millis(200)).await;
            answer = self.answer_to(id);
        }
        self.write(&Event::Answered(id));
        answer
    }
}
