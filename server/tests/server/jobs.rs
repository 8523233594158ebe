//! Durable work: at least once, one at a time per key, tried again, and nothing lost when a worker dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_db::args;
use migasfree_server_jobs::{
    Handlers, JobContext, JobError, JobHandler, JobState, JobStatus, Period, Workers,
};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::harness::Server;
use crate::on_both_engines;

/// Work that does what its payload says.
#[derive(Clone)]
struct Work {
    runs: Arc<AtomicU32>,
    together: Arc<AtomicU32>,
    most_together: Arc<AtomicU32>,
    /// A run waits here until the test lets it go on.
    gate: Arc<Semaphore>,
}

impl Work {
    fn open() -> Self {
        let work = Self::closed();
        work.gate.add_permits(1000);
        work
    }

    fn closed() -> Self {
        Self {
            runs: Arc::default(),
            together: Arc::default(),
            most_together: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
        }
    }

    fn runs(&self) -> u32 {
        self.runs.load(Ordering::SeqCst)
    }
}

impl JobHandler for Work {
    const KIND: &'static str = "test-work";

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let together = self.together.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_together.fetch_max(together, Ordering::SeqCst);
        context.progress(1, 2, "half way").await?;
        self.gate.acquire().await.unwrap().forget();
        self.together.fetch_sub(1, Ordering::SeqCst);
        match context.job.payload["do"].as_str() {
            Some("fail") => Err(JobError::Failed("this never works".to_owned())),
            Some("retry") if context.job.attempt < 3 => Err(JobError::Retry("not now".to_owned())),
            Some("panic") if context.job.attempt < 2 => panic!("as the test wants it"),
            _ => Ok(()),
        }
    }
}

/// A server that leaves the work to the test's own workers.
struct Idle(Server);

impl Idle {
    async fn on_sqlite() -> Self {
        Self(
            Server::with(Settings {
                job_workers: 0,
                ..Server::sqlite_settings()
            })
            .await,
        )
    }

    async fn on_postgres() -> Self {
        Self(
            Server::with(Settings {
                job_workers: 0,
                ..Server::postgres_settings().await
            })
            .await,
        )
    }

    async fn enqueue(&self, key: &str, payload: serde_json::Value) {
        let state = self.0.state();
        let mut tx = state.db.begin().await.unwrap();
        state
            .jobs
            .enqueue(&mut tx, Work::KIND, key, &payload)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    fn workers(&self, work: &Work, count: u32) -> Workers {
        Workers::start(
            &self.0.state().jobs,
            Handlers::default().with(work.clone()),
            count,
        )
    }

    async fn status(&self, key: &str) -> JobStatus {
        self.0
            .state()
            .jobs
            .status(Work::KIND, key)
            .await
            .unwrap()
            .unwrap()
    }

    async fn until(&self, key: &str, state: JobState) -> JobStatus {
        for _ in 0..600 {
            let status = self.status(key).await;
            if status.state == state {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("not {state:?}: {:?}", self.status(key).await);
    }

    /// Waits until the work has told how far it is, which comes a moment after it began.
    async fn until_told(&self, key: &str, told: (i64, i64, &str)) {
        for _ in 0..600 {
            let status = self.status(key).await;
            if (status.done, status.total, status.message.as_str()) == told {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("not {told:?}: {:?}", self.status(key).await);
    }

    async fn until_runs(&self, work: &Work, runs: u32) {
        for _ in 0..600 {
            if work.runs() >= runs {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{} runs instead of {runs}", work.runs());
    }
}

const PATIENCE: Duration = Duration::from_secs(5);

on_both_engines! {
    async fn queued_work_is_done_once_and_tells_how_far_it_is(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        let workers = server.workers(&work, 2);
        server.until_runs(&work, 1).await;
        server.until_told("a", (1, 2, "half way")).await;
        assert_eq!(server.status("a").await.state, JobState::Running);
        work.gate.add_permits(1);
        assert!(server.until("a", JobState::Done).await.finished_at.is_some());
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 1);
    }

    async fn a_transaction_that_is_dropped_queues_nothing(server: Idle) {
        let state = server.0.state();
        let mut tx = state.db.begin().await.unwrap();
        state.jobs.enqueue(&mut tx, Work::KIND, "a", &json!({})).await.unwrap();
        drop(tx);
        assert_eq!(state.jobs.status(Work::KIND, "a").await.unwrap(), None);
    }

    async fn the_same_work_waits_once_and_never_runs_beside_itself(server: Idle) {
        let work = Work::closed();
        for _ in 0..5 {
            server.enqueue("same", json!({})).await;
        }
        let workers = server.workers(&work, 3);
        server.until_runs(&work, 1).await;
        for _ in 0..5 {
            server.enqueue("same", json!({})).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(work.runs(), 1, "the second waits for the first");
        work.gate.add_permits(10);
        server.until("same", JobState::Done).await;
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 2);
        assert_eq!(work.most_together.load(Ordering::SeqCst), 1);
    }

    async fn different_work_runs_side_by_side(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        server.enqueue("b", json!({})).await;
        let workers = server.workers(&work, 2);
        server.until_runs(&work, 2).await;
        work.gate.add_permits(2);
        server.until("a", JobState::Done).await;
        server.until("b", JobState::Done).await;
        workers.stop(PATIENCE).await;
    }

    async fn work_that_may_succeed_later_is_tried_again_after_a_while(server: Idle) {
        let work = Work::open();
        server.enqueue("a", json!({"do": "retry"})).await;
        let workers = server.workers(&work, 1);
        for attempt in 1..3 {
            server.until_runs(&work, attempt).await;
            let waiting = server.until("a", JobState::Queued).await;
            assert_eq!(waiting.message, "not now");
            server.0.clock.advance(Duration::from_secs(600));
        }
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 3);
    }

    async fn work_that_cannot_succeed_is_given_up_with_its_reason(server: Idle) {
        let work = Work::open();
        server.enqueue("a", json!({"do": "fail"})).await;
        let workers = server.workers(&work, 1);
        assert_eq!(server.until("a", JobState::Failed).await.message, "this never works");
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 1);
    }

    async fn a_panic_harms_only_its_own_attempt(server: Idle) {
        let work = Work::open();
        server.enqueue("a", json!({"do": "panic"})).await;
        let workers = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        server.until("a", JobState::Queued).await;
        server.0.clock.advance(Duration::from_secs(600));
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
    }

    async fn the_work_of_a_dead_worker_is_taken_up_when_its_lease_ends(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        let dead = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        drop(dead);
        let alive = server.workers(&work, 1);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(work.runs(), 1, "the lease still holds");
        server.0.clock.advance(Duration::from_secs(11));
        work.gate.add_permits(5);
        server.until("a", JobState::Done).await;
        alive.stop(PATIENCE).await;
        assert_eq!(work.runs(), 2);
    }

    async fn a_worker_that_lives_keeps_its_work(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        let workers = server.workers(&work, 2);
        server.until_runs(&work, 1).await;
        for _ in 0..2 {
            server.0.clock.advance(Duration::from_secs(7));
            tokio::time::sleep(Duration::from_millis(3500)).await;
        }
        work.gate.add_permits(5);
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 1);
    }

    async fn how_work_ended_is_taken_from_its_worker_alone(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        let late = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        let sql = "UPDATE job SET worker = 'another', message = 'at it'";
        server.0.state().db.execute(sql, args![]).await.unwrap();
        work.gate.add_permits(1);
        late.stop(PATIENCE).await;
        let status = server.status("a").await;
        assert_eq!((status.state, status.message.as_str()), (JobState::Running, "at it"));
    }

    async fn work_that_ends_its_server_every_time_is_given_up(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        for run in 1..=6 {
            let dying = server.workers(&work, 1);
            server.until_runs(&work, run).await;
            drop(dying);
            server.0.clock.advance(Duration::from_secs(11));
        }
        let workers = server.workers(&work, 1);
        let status = server.until("a", JobState::Failed).await;
        assert!(status.message.starts_with("given up"), "{}", status.message);
        server.enqueue("a", json!({})).await;
        work.gate.add_permits(1);
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 7);
    }

    async fn stopping_a_server_often_is_no_reason_to_give_up(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        for run in 1..=7 {
            let workers = server.workers(&work, 1);
            server.until_runs(&work, run).await;
            workers.stop(Duration::ZERO).await;
        }
        work.gate.add_permits(5);
        let workers = server.workers(&work, 1);
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
    }

    async fn a_worker_that_is_stopped_gives_its_work_back(server: Idle) {
        let work = Work::closed();
        server.enqueue("a", json!({})).await;
        let workers = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        workers.stop(Duration::from_millis(50)).await;
        work.gate.add_permits(5);
        let next = server.workers(&work, 1);
        server.until("a", JobState::Done).await;
        next.stop(PATIENCE).await;
        assert_eq!(work.runs(), 2);
    }

    async fn periodic_work_comes_back(server: Idle) {
        struct Daily(Arc<AtomicU32>);
        impl JobHandler for Daily {
            const KIND: &'static str = "test-daily";
            const PERIOD: Option<Period> = Some(Period::Daily(0, 0));
            async fn run(&self, _: JobContext) -> Result<(), JobError> {
                self.0.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        }
        let runs = Arc::new(AtomicU32::new(0));
        for expected in [0, 1, 2] {
            let handlers = Handlers::default().with(Daily(Arc::clone(&runs)));
            let workers = Workers::start(&server.0.state().jobs, handlers, 1);
            tokio::time::sleep(Duration::from_millis(400)).await;
            workers.stop(PATIENCE).await;
            assert_eq!(runs.load(Ordering::SeqCst), expected, "not before its time, and once a day");
            server.0.clock.advance(Duration::from_secs(86_400));
        }
    }
}
