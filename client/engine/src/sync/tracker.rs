//! Progress of a whole job, out of the progress of its stages.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use migasfree_types::message::Message;

use crate::observer::{Item, LockHolder, Observer, OutputStream, Progress, Question, Stage, Step};
use crate::transport::messages::Trait;

/// What kind of job it is, because stages weigh differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sync,
    Packages,
}

/// Stands between the engine's parts and the job's observer: turns percent of a stage into percent of the job,
/// which never goes back, and collects what failed.
pub(super) struct Tracker<'a> {
    observer: &'a dyn Observer,
    kind: Kind,
    last: AtomicU8,
    problems: Mutex<Vec<Message>>,
}

impl<'a> Tracker<'a> {
    pub(super) fn new(observer: &'a dyn Observer, kind: Kind) -> Self {
        Self {
            observer,
            kind,
            last: AtomicU8::new(0),
            problems: Mutex::default(),
        }
    }

    /// A stage begins.
    pub(super) fn begin(&self, stage: Stage) {
        self.progress(&Progress::of(stage, 0));
    }

    /// A stage ended as it should.
    pub(super) fn ok(&self, stage: Stage) {
        self.progress(&Progress::of(stage, 100));
        self.observer.step(&Step {
            stage,
            ok: true,
            detail: String::new(),
        });
    }

    /// A stage failed; the job goes on.
    pub(super) fn failed(&self, stage: Stage, said: Message) {
        self.observer.said(OutputStream::Err, &said);
        self.observer.step(&Step {
            stage,
            ok: false,
            detail: said.text.clone(),
        });
        if let Ok(mut problems) = self.problems.lock() {
            problems.push(said);
        }
    }

    pub(super) fn problems(&self) -> Vec<Message> {
        self.problems
            .lock()
            .map(|problems| problems.clone())
            .unwrap_or_default()
    }

    /// First and last percent of a stage within the job.
    fn share(&self, stage: Stage) -> (u8, u8) {
        match (self.kind, stage) {
            (Kind::Packages, Stage::Download) => (5, 45),
            (Kind::Packages, Stage::Metadata | Stage::Remove | Stage::Install | Stage::Upgrade) => {
                (45, 90)
            }
            (Kind::Packages, _) => (90, 100),
            (Kind::Sync, stage) => match stage {
                Stage::Connect | Stage::Unknown => (0, 3),
                Stage::HooksPre => (3, 5),
                Stage::Attributes => (5, 12),
                Stage::Faults => (12, 20),
                Stage::Repositories => (20, 22),
                Stage::Metadata => (22, 35),
                Stage::Download => (35, 60),
                Stage::Remove | Stage::Install | Stage::Upgrade => (60, 85),
                Stage::Software => (85, 88),
                Stage::Hardware => (88, 92),
                Stage::Devices => (92, 96),
                Stage::Traits => (96, 97),
                Stage::Events => (97, 98),
                Stage::HooksPost => (98, 99),
                Stage::Record => (99, 100),
            },
        }
    }
}

#[async_trait]
impl Observer for Tracker<'_> {
    fn progress(&self, progress: &Progress) {
        let (first, last) = self.share(progress.stage);
        let within = u16::from(last - first) * u16::from(progress.percent.min(100)) / 100;
        let percent = first + u8::try_from(within).unwrap_or(0);
        let before = self.last.fetch_max(percent, Ordering::Relaxed);
        self.observer.progress(&Progress {
            percent: percent.max(before),
            ..progress.clone()
        });
    }

    fn item(&self, item: &Item) {
        self.observer.item(item);
    }

    fn output(&self, stream: OutputStream, line: &str) {
        self.observer.output(stream, line);
    }

    fn said(&self, stream: OutputStream, message: &Message) {
        self.observer.said(stream, message);
    }

    fn step(&self, step: &Step) {
        self.observer.step(step);
    }

    fn waiting_for_lock(&self, holder: Option<&LockHolder>) {
        self.observer.waiting_for_lock(holder);
    }

    fn traits(&self, traits: &[Trait]) {
        self.observer.traits(traits);
    }

    async fn question(&self, question: &Question) -> Option<String> {
        self.observer.question(question).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<u8>>);

    impl Observer for Heard {
        fn progress(&self, progress: &Progress) {
            self.0.lock().unwrap().push(progress.percent);
        }
    }

    #[test]
    fn the_percentage_of_a_job_never_goes_back() {
        let heard = Heard::default();
        let tracker = Tracker::new(&heard, Kind::Sync);
        tracker.progress(&Progress::of(Stage::Download, 100));
        tracker.progress(&Progress::of(Stage::Install, 50));
        tracker.progress(&Progress::of(Stage::Download, 10));
        tracker.progress(&Progress::of(Stage::Record, 100));
        assert_eq!(*heard.0.lock().unwrap(), [60, 72, 72, 100]);
    }
}
