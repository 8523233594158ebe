//! What is declared of each kind of work.

use migasfree_server_db::Result;
use serde::{Serialize, de::DeserializeOwned};

use super::Period;

/// A piece of work: its fields are what has to be known to do it. What is declared here holds for all of its kind.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the kind, as it is stored and counted; it stays as it is once released.
    const KIND: &'static str;
    /// Where it waits.
    const QUEUE: Queue;
    /// Which of those that are due in its queue goes first.
    const PRIORITY: Priority;
    /// Which jobs of the kind are the same work.
    const UNIQUE: Unique<Self>;
    /// How often it may begin before it is given up.
    const ATTEMPTS: i64 = 6;
    /// Days after which an ended one is forgotten, where that is sooner than for all.
    const KEPT_DAYS: Option<u32> = None;
    /// When it comes back by itself, and as what.
    const PERIOD: Option<(Period, Self)> = None;
}

/// What tidies up behind everybody: it comes back by itself, one of a kind is enough, and nobody remembers it for long.
pub trait Chore: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the kind, as it is stored and counted; it stays as it is once released.
    const KIND: &'static str;
    /// All that has to be known to do it.
    const THIS: Self;
    /// Which of those that are due goes first.
    const PRIORITY: Priority = Priority::Low;
    /// When it comes back.
    const PERIOD: Period = Period::HOURLY;
}

impl<C: Chore> Job for C {
    const KIND: &'static str = <C as Chore>::KIND;
    const QUEUE: Queue = HOUSEKEEPING;
    const PRIORITY: Priority = <C as Chore>::PRIORITY;
    const UNIQUE: Unique<Self> = Unique::OfKind;
    const KEPT_DAYS: Option<u32> = Some(1);
    const PERIOD: Option<(Period, Self)> = Some((<C as Chore>::PERIOD, C::THIS));
}

/// Where jobs wait for each other, and for no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: &'static str,
    /// How many of its jobs run on one server at the same time; as many as the server is set to without it.
    pub limit: Option<u32>,
}

/// What tidies up behind everybody, one after the other.
const HOUSEKEEPING: Queue = Queue {
    name: "housekeeping",
    limit: Some(1),
};

/// Which job of a queue goes first. Among equals it is the one that is due for longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// People or computers wait for it.
    High,
    /// It may wait.
    Low,
}

impl Priority {
    pub(super) const fn rank(self) -> i64 {
        match self {
            Self::High => 0,
            Self::Low => 1,
        }
    }
}

/// Which jobs of a kind are the same work: of that one waits at most, and it never runs beside itself.
#[derive(Debug)]
pub enum Unique<J> {
    /// All of them.
    OfKind,
    /// Those with the same key.
    By(fn(&J) -> String),
}

impl<J> Unique<J> {
    pub(super) fn key(self, job: &J) -> String {
        match self {
            Self::OfKind => String::new(),
            Self::By(key) => key(job),
        }
    }
}

/// What is declared of a kind, whatever its jobs are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub name: &'static str,
    pub queue: Queue,
    pub priority: Priority,
    pub attempts: i64,
    pub kept_days: Option<u32>,
}

impl Kind {
    pub fn of<J: Job>() -> Self {
        Self {
            name: J::KIND,
            queue: J::QUEUE,
            priority: J::PRIORITY,
            attempts: J::ATTEMPTS,
            kept_days: J::KEPT_DAYS,
        }
    }
}

/// A job as it is stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub kind: &'static str,
    pub key: String,
    pub payload: String,
}

impl Stored {
    pub fn of<J: Job>(job: &J) -> Result<Self> {
        let payload = serde_json::to_string(job);
        let payload = payload.map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(Self {
            kind: J::KIND,
            key: J::UNIQUE.key(job),
            payload,
        })
    }
}
