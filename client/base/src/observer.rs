//! What the engine tells while it works, and what it may ask.

use async_trait::async_trait;
use migasfree_types::message::Message;
pub use migasfree_vocabulary::{ItemPhase, OutputStream, Stage};
use serde::{Deserialize, Deserializer, Serialize};

use crate::messages::Trait;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub stage: Stage,
    /// Of the whole job, 0 to 100.
    #[serde(deserialize_with = "at_most_all")]
    pub percent: u8,
    /// The package or other thing being worked on; empty when there is none.
    pub item: String,
    pub bytes_done: u64,
    pub bytes_total: u64,
    /// Bytes per second.
    pub speed: u64,
    pub allow_cancel: bool,
}

impl Progress {
    #[must_use]
    pub fn of(stage: Stage, percent: u8) -> Self {
        Self {
            stage,
            percent: percent.min(100),
            item: String::new(),
            bytes_done: 0,
            bytes_total: 0,
            speed: 0,
            allow_cancel: stage.cancellable(),
        }
    }
}

/// How far one package is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub phase: ItemPhase,
    pub package: String,
    /// Empty when the package manager did not say.
    pub version: String,
    /// 0 to 100.
    #[serde(deserialize_with = "at_most_all")]
    pub percent: u8,
}

/// No percentage is more than all of it, whatever a worker wrote.
fn at_most_all<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    Ok(u8::deserialize(deserializer)?.min(100))
}

/// How a step of a job ended. The job may go on after a step that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub stage: Stage,
    pub ok: bool,
    /// English text for logs; empty when there is nothing to say.
    pub detail: String,
}

/// The program that holds the package database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    pub pid: u32,
    /// The program's name; empty when the process cannot be seen.
    pub name: String,
}

/// Something the owner of a job decides, so never what endangers the computer: a key of repositories is no question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// One of the kinds of the signal `Job.Question`.
    pub kind: String,
    /// What the question is about, by key.
    pub data: std::collections::BTreeMap<String, String>,
    /// What is assumed when nobody answers.
    pub default: String,
}

/// The kind of the question whether packages nobody named may be removed, or changed. Data: names by objection (`removal`,
/// `held`) and by what comes (`install`, `update`). Answers: `accept`, `refuse`.
pub const REMOVAL_QUESTION: &str = "removal";

/// Listens to a job. Calls come from the task that runs the job and must not block.
#[async_trait]
pub trait Observer: Send + Sync {
    fn progress(&self, _progress: &Progress) {}

    fn item(&self, _item: &Item) {}

    /// One line without its line end.
    fn output(&self, _stream: OutputStream, _line: &str) {}

    /// What the engine itself says; `err` is what failed. Listeners that know no language hear the English lines.
    fn said(&self, stream: OutputStream, message: &Message) {
        for line in message.text.lines() {
            self.output(stream, line);
        }
    }

    fn step(&self, _step: &Step) {}

    /// Called with the holder while another program holds the package database, with `None` when the wait is over.
    fn waiting_for_lock(&self, _holder: Option<&LockHolder>) {}

    /// The traits the server knows of this computer, once per full synchronisation.
    fn traits(&self, _traits: &[Trait]) {}

    /// Asks the owner of the job; `None` takes the question's default.
    async fn question(&self, _question: &Question) -> Option<String> {
        None
    }
}

/// An observer that hears everything and says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_percentage_is_more_than_all_of_it(percent: u8) {
            prop_assert!(Progress::of(Stage::Install, percent).percent <= 100);
            let mut written = serde_json::to_value(Progress::of(Stage::Install, 0)).unwrap();
            written["percent"] = percent.into();
            let read: Progress = serde_json::from_value(written).unwrap();
            prop_assert_eq!(read.percent, percent.min(100));
        }
    }
}
