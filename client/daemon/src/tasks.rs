//! The daemon's own tasks. One that is lost takes the daemon along: half a daemon would answer calls and do nothing.
//! systemd starts it again, and it finds its jobs as they are.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use tokio::sync::Notify;

/// A task that the daemon cannot do without, and does not have any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the task `{name}` {how}")]
pub struct Lost {
    name: &'static str,
    how: &'static str,
}

/// Starts tasks and watches over them.
#[derive(Debug, Clone, Default)]
pub struct Tasks(Arc<State>);

#[derive(Debug, Default)]
struct State {
    first: OnceLock<Lost>,
    noticed: Notify,
}

impl Tasks {
    /// Starts one that lives as long as the daemon.
    pub fn keep<F>(&self, name: &'static str, task: F)
    where
        F: Future + Send + 'static,
    {
        let state = Arc::clone(&self.0);
        tokio::spawn(async move {
            let how = match AssertUnwindSafe(task).catch_unwind().await {
                Ok(_) => "ended",
                Err(_) => "panicked",
            };
            state.lose(Lost { name, how });
        });
    }

    /// Starts one that ends when it is done.
    pub fn start<F>(&self, name: &'static str, task: F)
    where
        F: Future + Send + 'static,
    {
        let state = Arc::clone(&self.0);
        tokio::spawn(async move {
            if AssertUnwindSafe(task).catch_unwind().await.is_err() {
                let how = "panicked";
                state.lose(Lost { name, how });
            }
        });
    }

    /// Resolves when a task is lost, with the first one.
    pub async fn lost(&self) -> Lost {
        loop {
            let noticed = self.0.noticed.notified();
            if let Some(lost) = self.0.first.get() {
                return lost.clone();
            }
            noticed.await;
        }
    }
}

impl State {
    fn lose(&self, lost: Lost) {
        tracing::error!("{lost}");
        let _ = self.first.set(lost);
        self.noticed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::time::Duration;

    use super::*;

    async fn breaks() {
        panic!("played");
    }

    #[tokio::test]
    async fn only_what_should_go_on_or_panics_is_lost() {
        let tasks = Tasks::default();
        tasks.keep("schedule", pending::<()>());
        tasks.start("refresh", ready(true));
        let soon = tokio::time::timeout(Duration::from_millis(50), tasks.lost());
        assert!(soon.await.is_err());
        tasks.keep("jobs", ready(()));
        assert_eq!(tasks.lost().await.to_string(), "the task `jobs` ended");
    }

    #[tokio::test]
    async fn a_panic_is_told_whoever_looks_late() {
        let tasks = Tasks::default();
        tasks.start("refresh", breaks());
        tokio::time::sleep(Duration::from_millis(50)).await;
        let lost = tasks.lost().await;
        assert_eq!(lost.to_string(), "the task `refresh` panicked");
    }
}
