//! From the daemon's signals to the view's events.

use crate::{Daemon, Listener, News};
use migasfree_dbus::{AppState, names};
use migasfree_play_records::{Event, Job, OutputPiece};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc::UnboundedReceiver, time};
use zbus::{Message, OwnedObjectPath};

/// Signals that arrive within this time are handled together.
const TOGETHER: Duration = Duration::from_millis(40);

/// What several signals in a row ask for.
#[derive(Debug, Default)]
struct Todo {
    jobs: BTreeSet<u64>,
    ended: BTreeSet<u64>,
    gone: BTreeSet<u64>,
    states: BTreeSet<u32>,
    catalog: bool,
    updates: bool,
    computer: bool,
    tags: bool,
    output: Vec<OutputPiece>,
}

/// Handles the daemon's signals until the connection ends.
pub async fn work(
    listener: impl Listener,
    daemon: Arc<Daemon>,
    mut signals: UnboundedReceiver<Message>,
) {
    while let Some(first) = signals.recv().await {
        let mut todo = Todo::default();
        todo.note(&first);
        time::sleep(TOGETHER).await;
        while let Ok(next) = signals.try_recv() {
            todo.note(&next);
        }
        todo.handle(&listener, &daemon).await;
    }
}

impl Todo {
    fn note(&mut self, message: &Message) {
        let header = message.header();
        let (Some(interface), Some(member), Some(path)) =
            (header.interface(), header.member(), header.path())
        else {
            return;
        };
        let job = names::job_id(path.as_str());
        match (interface.as_str(), member.as_str()) {
            (names::MANAGER, "JobAdded") => self.jobs.extend(job_argument(message)),
            (names::MANAGER, "JobRemoved") => self.gone.extend(job_argument(message)),
            (names::JOB, "Finished") => self.ended.extend(job),
            (names::JOB, "Output") => self.output.extend(job.and_then(|job| piece(job, message))),
            (names::MANAGER, "UpdatesChanged") | (names::PACKAGES, "Changed") => {
                self.updates = true;
            }
            (names::CATALOG, "Changed") => self.catalog = true,
            (names::CATALOG, "StatesChanged") => self.states.extend(states(message)),
            (names::TAGS, "Changed") => self.tags = true,
            (names::COMPUTER, "Changed") => self.computer = true,
            ("org.freedesktop.DBus.Properties", "PropertiesChanged") => match job {
                Some(job) => {
                    self.jobs.insert(job);
                }
                None => self.computer = true,
            },
            _ => {}
        }
    }

    async fn handle(self, listener: &impl Listener, daemon: &Daemon) {
        for piece in self.output {
            listener.tell(Event::Output(piece));
        }
        for id in self.jobs.difference(&self.ended) {
            refresh(listener, daemon, *id).await;
        }
        for id in &self.ended {
            if let Ok(job) = daemon.finished_job(&id.to_string()).await {
                take(listener, daemon, job);
            }
        }
        for id in self.gone {
            listener.tell(Event::JobGone(id.to_string()));
        }
        if self.catalog {
            listener.tell(Event::Catalog);
        } else if !self.states.is_empty() {
            let ids: Vec<u32> = self.states.into_iter().collect();
            if let Ok(states) = daemon.states(&ids).await {
                listener.tell(Event::States(states));
            }
        }
        if self.updates {
            listener.tell(Event::Updates);
        }
        if self.computer
            && let Ok(computer) = daemon.computer().await
        {
            listener.tell(Event::Computer(Box::new(computer)));
        }
        if self.tags {
            listener.tell(Event::Tags);
        }
    }
}

/// Reads one job anew and tells the view when it differs.
async fn refresh(listener: &impl Listener, daemon: &Daemon, id: u64) {
    let Ok(mut job) = daemon.job(&id.to_string()).await else {
        return;
    };
    if job.is_over() {
        job = match daemon.finished_job(&job.id).await {
            Ok(job) => job,
            Err(_) => job,
        };
    }
    daemon.listen_to_question(&job).await;
    take(listener, daemon, job);
}

/// Notes how a job is and tells of it: the view, and the desktop when it ended unseen.
fn take(listener: &impl Listener, daemon: &Daemon, job: Job) {
    let news = daemon.note(&job);
    if news == News::Nothing {
        return;
    }
    listener.tell(Event::Job(Box::new(job.clone())));
    if job.question.is_some() && !job.foreign {
        listener.ask_for_attention();
    }
    if news == News::Ended {
        listener.job_ended(job);
    }
}

fn job_argument(message: &Message) -> Option<u64> {
    let path: OwnedObjectPath = message.body().deserialize().ok()?;
    names::job_id(path.as_str())
}

fn states(message: &Message) -> Vec<u32> {
    (message.body().deserialize::<HashMap<u32, AppState>>())
        .map(|states| states.into_keys().collect())
        .unwrap_or_default()
}

fn piece(job: u64, message: &Message) -> Option<OutputPiece> {
    let body = message.body();
    let (offset, _stream, bytes): (u64, &str, Vec<u8>) = body.deserialize().ok()?;
    Some(OutputPiece {
        job: job.to_string(),
        offset,
        length: bytes.len() as u64,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    })
}
