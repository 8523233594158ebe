//! Durable work: at least once, one at a time per key, tried again, and nothing lost when a worker dies. What one queue
//! waits for delays no other.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_db::{Ts, args, clock::Clock as _};
use migasfree_server_jobs::{
    Handlers, Job, JobContext, JobError, JobHandler, JobState, JobStatus, Period, Priority, Queue,
    Unique, Workers,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::harness::Server;
use crate::on_both_engines;

/// What becomes of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum End {
    Good,
    Failure,
    GoodAtTheThirdAttempt,
    PanicAtTheFirstAttempt,
}

/// Work that ends as it says.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    about: String,
    end: End,
}

impl Task {
    fn new(about: &str, end: End) -> Self {
        Self {
            about: about.to_owned(),
            end,
        }
    }

    fn good(about: &str) -> Self {
        Self::new(about, End::Good)
    }
}

impl Job for Task {
    const KIND: &'static str = "test-task";
    const QUEUE: Queue = Queue {
        name: "test",
        limit: None,
    };
    const PRIORITY: Priority = Priority::High;
    const UNIQUE: Unique<Self> = Unique::By(|task| task.about.clone());
}

/// Work of another queue, which takes one at a time; it is urgent or not.
#[derive(Debug, Serialize, Deserialize)]
struct Errand<const URGENT: bool>(String);

impl<const URGENT: bool> Job for Errand<URGENT> {
    const KIND: &'static str = if URGENT {
        "test-urgent"
    } else {
        "test-patient"
    };
    const QUEUE: Queue = Queue {
        name: "test-errands",
        limit: Some(1),
    };
    const PRIORITY: Priority = if URGENT {
        Priority::High
    } else {
        Priority::Low
    };
    const UNIQUE: Unique<Self> = Unique::By(|errand| errand.0.clone());
    const ATTEMPTS: i64 = 2;
}

/// Does tasks, and notes how.
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

    fn most_together(&self) -> u32 {
        self.most_together.load(Ordering::SeqCst)
    }
}

impl JobHandler for Work {
    type Job = Task;

    async fn run(&self, task: Task, context: JobContext) -> Result<(), JobError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let together = self.together.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_together.fetch_max(together, Ordering::SeqCst);
        context.progress(1, 2, "half way").await?;
        self.gate.acquire().await.unwrap().forget();
        self.together.fetch_sub(1, Ordering::SeqCst);
        match task.end {
            End::Failure => Err(JobError::Failed("this never works".to_owned())),
            End::GoodAtTheThirdAttempt if context.attempt < 3 => {
                Err(JobError::Retry("not now".to_owned()))
            }
            End::PanicAtTheFirstAttempt if context.attempt < 2 => panic!("as the test wants it"),
            _ => Ok(()),
        }
    }
}

/// Names of the errands that were run, in their order.
type Run = Arc<Mutex<Vec<String>>>;

/// Runs errands; one that is called `impossible` comes back until it is given up.
struct Messenger<J>(Run, PhantomData<J>);

impl<const URGENT: bool> JobHandler for Messenger<Errand<URGENT>> {
    type Job = Errand<URGENT>;

    async fn run(&self, errand: Errand<URGENT>, _: JobContext) -> Result<(), JobError> {
        let Errand(name) = errand;
        let is_possible = name != "impossible";
        self.0.lock().unwrap().push(name);
        if is_possible {
            Ok(())
        } else {
            Err(JobError::Retry("nobody at home".to_owned()))
        }
    }
}

/// Handlers of all errands.
fn messengers(run: &Run) -> Handlers {
    Handlers::default()
        .with(Messenger::<Errand<true>>(Arc::clone(run), PhantomData))
        .with(Messenger::<Errand<false>>(Arc::clone(run), PhantomData))
}

/// A server that leaves the work to the test's own workers.
struct Idle(Server);

impl Idle {
    async fn on_sqlite() -> Self {
        Self::with(Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::with(Server::postgres_settings().await).await
    }

    /// On a SQLite file it does its own work whatever is set: none of that is the test's.
    async fn with(settings: Settings) -> Self {
        Self(
            Server::with(Settings {
                job_workers: 0,
                ..settings
            })
            .await,
        )
    }

    async fn enqueue<J: Job>(&self, job: J) {
        let state = self.0.state();
        let mut tx = state.db.begin().await.unwrap();
        state.jobs.enqueue(&mut tx, &job).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn workers(&self, work: &Work, count: u32) -> Workers {
        self.workers_of(Handlers::default().with(work.clone()), count)
    }

    fn workers_of(&self, handlers: Handlers, count: u32) -> Workers {
        Workers::start(&self.0.state().jobs, handlers, count)
    }

    async fn status(&self, about: &str) -> JobStatus {
        self.status_of(&Task::good(about)).await.unwrap()
    }

    async fn status_of<J: Job>(&self, job: &J) -> Option<JobStatus> {
        self.0.state().jobs.status(job).await.unwrap()
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

    async fn until_state<J: Job>(&self, job: &J, state: JobState, message: &str) {
        let mut last = None;
        for _ in 0..600 {
            last = self.status_of(job).await;
            let found = last
                .as_ref()
                .map(|last| (last.state, last.message.as_str()));
            if found == Some((state, message)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("not {state:?}: {last:?}");
    }

    async fn until_done<J: Job>(&self, job: &J) {
        self.until_state(job, JobState::Done, "").await;
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
        server.enqueue(Task::good("a")).await;
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
        state.jobs.enqueue(&mut tx, &Task::good("a")).await.unwrap();
        drop(tx);
        assert_eq!(server.status_of(&Task::good("a")).await, None);
    }

    async fn the_same_work_waits_once_and_never_runs_beside_itself(server: Idle) {
        let work = Work::closed();
        for _ in 0..5 {
            server.enqueue(Task::good("same")).await;
        }
        let workers = server.workers(&work, 3);
        server.until_runs(&work, 1).await;
        for _ in 0..5 {
            server.enqueue(Task::good("same")).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(work.runs(), 1, "the second waits for the first");
        work.gate.add_permits(10);
        server.until("same", JobState::Done).await;
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 2);
        assert_eq!(work.most_together(), 1);
    }

    async fn different_work_runs_side_by_side(server: Idle) {
        let work = Work::closed();
        server.enqueue(Task::good("a")).await;
        server.enqueue(Task::good("b")).await;
        let workers = server.workers(&work, 2);
        server.until_runs(&work, 2).await;
        work.gate.add_permits(2);
        server.until("a", JobState::Done).await;
        server.until("b", JobState::Done).await;
        workers.stop(PATIENCE).await;
    }

    async fn work_that_may_succeed_later_is_tried_again_after_a_while(server: Idle) {
        let work = Work::open();
        server.enqueue(Task::new("a", End::GoodAtTheThirdAttempt)).await;
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
        server.enqueue(Task::new("a", End::Failure)).await;
        let workers = server.workers(&work, 1);
        assert_eq!(server.until("a", JobState::Failed).await.message, "this never works");
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 1);
    }

    async fn a_panic_harms_only_its_own_attempt(server: Idle) {
        let work = Work::open();
        server.enqueue(Task::new("a", End::PanicAtTheFirstAttempt)).await;
        let workers = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        server.until("a", JobState::Queued).await;
        server.0.clock.advance(Duration::from_secs(600));
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
    }

    async fn the_work_of_a_dead_worker_is_taken_up_when_its_lease_ends(server: Idle) {
        let work = Work::closed();
        server.enqueue(Task::good("a")).await;
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
        server.enqueue(Task::good("a")).await;
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
        server.enqueue(Task::good("a")).await;
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
        server.enqueue(Task::good("a")).await;
        for run in 1..=6 {
            let dying = server.workers(&work, 1);
            server.until_runs(&work, run).await;
            drop(dying);
            server.0.clock.advance(Duration::from_secs(11));
        }
        let workers = server.workers(&work, 1);
        let status = server.until("a", JobState::Failed).await;
        assert!(status.message.starts_with("given up"), "{}", status.message);
        server.enqueue(Task::good("a")).await;
        work.gate.add_permits(1);
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 7);
    }

    async fn stopping_a_server_often_is_no_reason_to_give_up(server: Idle) {
        let work = Work::closed();
        server.enqueue(Task::good("a")).await;
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
        server.enqueue(Task::good("a")).await;
        let workers = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        workers.stop(Duration::from_millis(50)).await;
        work.gate.add_permits(5);
        let next = server.workers(&work, 1);
        server.until("a", JobState::Done).await;
        next.stop(PATIENCE).await;
        assert_eq!(work.runs(), 2);
    }

    async fn many_jobs_of_one_queue_delay_no_other(server: Idle) {
        let work = Work::closed();
        for number in 0..30 {
            server.enqueue(Task::good(&number.to_string())).await;
        }
        let run = Run::default();
        let workers = server.workers_of(messengers(&run).with(work.clone()), 2);
        server.until_runs(&work, 2).await;
        server.enqueue(Errand::<false>("bread".to_owned())).await;
        server.until_done(&Errand::<false>("bread".to_owned())).await;
        assert_eq!(work.runs(), 2, "the others still wait");
        work.gate.add_permits(30);
        for number in 0..30 {
            server.until(&number.to_string(), JobState::Done).await;
        }
        assert_eq!(work.most_together(), 2);
        workers.stop(PATIENCE).await;
    }

    async fn what_is_urgent_goes_first_and_then_what_is_due_for_longest(server: Idle) {
        for name in ["bread", "milk"] {
            server.enqueue(Errand::<false>(name.to_owned())).await;
            server.0.clock.advance(Duration::from_secs(1));
        }
        server.enqueue(Errand::<true>("doctor".to_owned())).await;
        let run = Run::default();
        let workers = server.workers_of(messengers(&run), 3);
        server.until_done(&Errand::<false>("milk".to_owned())).await;
        workers.stop(PATIENCE).await;
        assert_eq!(*run.lock().unwrap(), ["doctor", "bread", "milk"]);
    }

    async fn a_kind_says_how_often_it_is_tried(server: Idle) {
        let run = Run::default();
        let errand = Errand::<true>("impossible".to_owned());
        server.enqueue(Errand::<true>("impossible".to_owned())).await;
        let workers = server.workers_of(messengers(&run), 1);
        server.until_state(&errand, JobState::Queued, "nobody at home").await;
        server.0.clock.advance(Duration::from_secs(600));
        server.until_state(&errand, JobState::Failed, "nobody at home").await;
        workers.stop(PATIENCE).await;
        assert_eq!(run.lock().unwrap().len(), 2);
    }

    async fn what_another_version_queued_and_nobody_can_read_is_given_up_with_its_reason(server: Idle) {
        let sql = "INSERT INTO job (kind, key, payload, state, due_at, created_at) \
                   VALUES ('test-task', 'a', '{\"subject\": \"a\"}', 'queued', $1, $1)";
        server.0.state().db.execute(sql, args![server.0.clock.now()]).await.unwrap();
        let work = Work::open();
        let workers = server.workers(&work, 1);
        let message = server.until("a", JobState::Failed).await.message;
        for part in ["given up", "another version", "about"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(work.runs(), 0);
        server.enqueue(Task::good("a")).await;
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
    }

    async fn work_of_a_kind_that_nobody_here_does_waits_for_who_does_it(server: Idle) {
        server.enqueue(Errand::<false>("bread".to_owned())).await;
        server.enqueue(Task::good("a")).await;
        let workers = server.workers(&Work::open(), 2);
        server.until("a", JobState::Done).await;
        workers.stop(PATIENCE).await;
        let status = server.status_of(&Errand::<false>("bread".to_owned())).await;
        assert_eq!(status.unwrap().state, JobState::Queued);
    }

    async fn who_looks_at_what_is_unfinished_reads_it_as_it_was_queued(server: Idle) {
        let work = Work::closed();
        for about in ["a", "b", "c"] {
            server.enqueue(Task::good(about)).await;
        }
        let workers = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        work.gate.add_permits(1);
        server.until_runs(&work, 2).await;
        let left: Vec<Task> = server.0.state().jobs.unfinished().await.unwrap();
        let left: Vec<_> = left.iter().map(|task| task.about.as_str()).collect();
        assert_eq!(left, ["b", "c"]);
        work.gate.add_permits(2);
        workers.stop(PATIENCE).await;
    }

    async fn periodic_work_comes_back(server: Idle) {
        #[derive(Debug, Serialize, Deserialize)]
        struct Daily;
        impl Job for Daily {
            const KIND: &'static str = "test-daily";
            const QUEUE: Queue = Task::QUEUE;
            const PRIORITY: Priority = Priority::Low;
            const UNIQUE: Unique<Self> = Unique::OfKind;
            const PERIOD: Option<(Period, Self)> = Some((Period::Daily(0, 0), Self));
        }
        struct Counter(Arc<AtomicU32>);
        impl JobHandler for Counter {
            type Job = Daily;
            async fn run(&self, _: Daily, _: JobContext) -> Result<(), JobError> {
                self.0.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        }
        let runs = Arc::new(AtomicU32::new(0));
        for expected in [0, 1, 2] {
            let handlers = Handlers::default().with(Counter(Arc::clone(&runs)));
            let workers = server.workers_of(handlers, 1);
            tokio::time::sleep(Duration::from_millis(400)).await;
            workers.stop(PATIENCE).await;
            assert_eq!(runs.load(Ordering::SeqCst), expected, "not before its time, and once a day");
            server.0.clock.advance(Duration::from_secs(86_400));
        }
    }
}

on_both_engines! {
    async fn housekeeping_comes_back_though_the_clock_was_ahead_before(server: Server) {
        let scheduled = "SELECT next_run_at FROM job_schedule WHERE kind = 'redate-repositories'";
        let db = &server.state().db;
        let hour = Duration::from_secs(3600);
        let ahead = server.clock_now() + hour * 48;
        let set = "INSERT INTO job_schedule (kind, next_run_at) VALUES ('redate-repositories', $1) \
                   ON CONFLICT (kind) DO UPDATE SET next_run_at = excluded.next_run_at";
        db.execute(set, args![ahead]).await.unwrap();
        for _ in 0..600 {
            let (next,): (Ts,) = db.one(scheduled, args![]).await.unwrap();
            if next < server.clock_now() + hour {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it would come back when the clock gets there");
    }

    async fn work_queued_or_taken_while_the_clock_was_ahead_is_due_when_it_is_right(server: Idle) {
        let right = server.0.clock_now();
        server.0.clock.advance(Duration::from_secs(2 * 86_400));
        let work = Work::closed();
        server.enqueue(Task::good("taken")).await;
        let dead = server.workers(&work, 1);
        server.until_runs(&work, 1).await;
        drop(dead);
        server.enqueue(Task::good("queued")).await;
        server.0.clock.set(right);
        work.gate.add_permits(5);
        let workers = server.workers(&work, 1);
        server.until("taken", JobState::Done).await;
        server.until("queued", JobState::Done).await;
        workers.stop(PATIENCE).await;
        assert_eq!(work.runs(), 3);
    }
}

/// An ended job, as a server left it; `None` still waits.
async fn put(server: &Server, kind: &str, state: &str, days_ago: Option<u32>) {
    let ago = |days: u32| server.clock_now() - Duration::from_secs(86_400) * days;
    let sql = "INSERT INTO job (kind, key, payload, state, due_at, created_at, finished_at) \
               VALUES ($1, 'old', 'null', $2, $3, $3, $4)";
    let args = args![kind, state, ago(30), days_ago.map(ago)];
    server.state().db.execute(sql, args).await.unwrap();
}

async fn old_ones(server: &Server) -> Vec<(String, String)> {
    let sql = "SELECT kind, state FROM job WHERE key = 'old' ORDER BY id";
    server.state().db.all(sql, args![]).await.unwrap()
}

/// Lets an hour pass and waits until what is left of the old jobs is this.
async fn until_left(server: &Server, left: &[(&str, &str)]) {
    let scheduled = "SELECT kind FROM job_schedule WHERE kind = 'forget-jobs'";
    let db = &server.state().db;
    while db
        .optional::<(String,)>(scheduled, args![])
        .await
        .unwrap()
        .is_none()
    {
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    server.clock.advance(Duration::from_secs(3600));
    let left: Vec<_> = left
        .iter()
        .map(|(kind, state)| ((*kind).to_owned(), (*state).to_owned()))
        .collect();
    for _ in 0..600 {
        if old_ones(server).await == left {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(old_ones(server).await, left);
}

on_both_engines! {
    async fn ended_jobs_are_forgotten_after_their_time_and_those_that_wait_never(server: Server) {
        for (kind, state, days_ago) in [
            ("publish", "done", Some(8)),
            ("publish", "failed", Some(6)),
            ("collect-files", "done", Some(2)),
            ("collect-files", "failed", Some(0)),
            // Of a version that had more kinds.
            ("gone", "superseded", Some(8)),
            ("gone", "queued", None),
        ] {
            put(&server, kind, state, days_ago).await;
        }
        for _ in 0..600 {
            put(&server, "publish", "done", Some(20)).await;
        }
        until_left(&server, &[("publish", "failed"), ("collect-files", "failed"), ("gone", "queued")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_jobs_may_be_kept_for_ever_but_for_those_of_every_hour() {
    let settings = Settings {
        keep_jobs_days: 0,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    put(&server, "publish", "done", Some(3_000)).await;
    put(&server, "collect-files", "done", Some(3_000)).await;
    until_left(&server, &[("publish", "done")]).await;
}
