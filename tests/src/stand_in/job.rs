//! `org.migasfree.Client1.Job`.

use std::sync::Arc;

use migasfree_dbus::{
    Error, FinishedDetail, JobQuestion, JobResult, JobRole, JobState, JobSubject, Message, Stage,
};
use zbus::interface;
use zbus::object_server::SignalEmitter;

use super::world::{Task, World};

#[derive(Debug)]
pub(super) struct Job {
    pub world: Arc<World>,
    pub id: u64,
}

impl Job {
    fn read<T>(&self, what: impl FnOnce(&Task) -> T) -> T
    where
        T: Default,
    {
        self.world
            .facts()
            .jobs
            .get(&self.id)
            .map(what)
            .unwrap_or_default()
    }
}

impl Job {
    fn listen(&self, on: bool) {
        if let Some(task) = self.world.facts().jobs.get_mut(&self.id) {
            task.heard = on;
        }
    }
}

#[interface(name = "org.migasfree.Client1.Job")]
impl Job {
    async fn cancel(
        &self,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> Result<(), Error> {
        {
            let mut facts = self.world.facts();
            let task = facts.jobs.get_mut(&self.id);
            let may = |task: &&mut Task| task.record.allow_cancel || task.record.allow_admin_cancel;
            let Some(task) = task.filter(may) else {
                return Err(Error::NotCancellable(Message::verbatim(
                    "packages are being changed",
                )));
            };
            task.record.state = JobState::Cancelling;
        }
        self.state_changed(&emitter).await.map_err(Error::ZBus)
    }

    async fn subscribe(&self) {
        self.listen(true);
    }

    async fn unsubscribe(&self) {
        self.listen(false);
    }

    async fn answer(&self, question: u32, answer: String) -> Result<(), Error> {
        let mut facts = self.world.facts();
        let task = facts.jobs.get_mut(&self.id);
        let Some(task) = task.filter(|task| task.question.id == question) else {
            return Err(Error::NotFound(Message::verbatim(
                "this question is not open",
            )));
        };
        task.answer = Some(answer);
        Ok(())
    }

    async fn read_output(&self, offset: u64, limit: u32) -> (u64, Vec<u8>) {
        self.read(|task| task.part(offset, limit))
    }

    #[zbus(signal)]
    pub(super) async fn output(
        emitter: &SignalEmitter<'_>,
        offset: u64,
        stream: &str,
        bytes: Vec<u8>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub(super) async fn finished(
        emitter: &SignalEmitter<'_>,
        result: JobResult,
        code: &str,
        message: &str,
        detail: FinishedDetail,
    ) -> zbus::Result<()>;

    #[zbus(property)]
    fn id(&self) -> String {
        self.id.to_string()
    }

    #[zbus(property)]
    fn role(&self) -> JobRole {
        self.read(|task| task.record.role)
    }

    #[zbus(property)]
    fn subject(&self) -> JobSubject {
        self.read(|task| task.record.subject.clone())
    }

    #[zbus(property)]
    fn state(&self) -> JobState {
        self.read(|task| task.record.state)
    }

    #[zbus(property)]
    fn open_question(&self) -> JobQuestion {
        self.read(|task| task.question.clone())
    }

    #[zbus(property)]
    fn owner_uid(&self) -> u32 {
        self.read(|task| task.record.owner_uid)
    }

    #[zbus(property)]
    fn created(&self) -> i64 {
        self.read(|task| task.record.created)
    }

    #[zbus(property)]
    fn started(&self) -> i64 {
        self.read(|task| task.record.started.unwrap_or(0))
    }

    #[zbus(property)]
    fn ended(&self) -> i64 {
        self.read(|task| task.record.ended.unwrap_or(0))
    }

    #[zbus(property)]
    fn stage(&self) -> Stage {
        self.read(|task| task.record.stage)
    }

    #[zbus(property)]
    fn percent(&self) -> u32 {
        self.read(|task| task.record.percent)
    }

    #[zbus(property)]
    fn item(&self) -> String {
        self.read(|task| task.record.item.clone())
    }

    #[zbus(property)]
    fn bytes_done(&self) -> u64 {
        self.read(|task| task.record.bytes_done)
    }

    #[zbus(property)]
    fn bytes_total(&self) -> u64 {
        self.read(|task| task.record.bytes_total)
    }

    #[zbus(property)]
    fn speed(&self) -> u64 {
        self.read(|task| task.speed)
    }

    #[zbus(property)]
    fn remaining(&self) -> u32 {
        self.read(|task| {
            let left = task
                .record
                .bytes_total
                .saturating_sub(task.record.bytes_done);
            let seconds = left.checked_div(task.speed).unwrap_or(0);
            u32::try_from(seconds).unwrap_or(0)
        })
    }

    #[zbus(property)]
    fn allow_cancel(&self) -> bool {
        self.read(|task| task.record.allow_cancel)
    }

    #[zbus(property)]
    fn allow_admin_cancel(&self) -> bool {
        self.read(|task| task.record.allow_admin_cancel)
    }

    #[zbus(property)]
    fn result(&self) -> String {
        self.read(|task| {
            task.record
                .result
                .map(|word| word.to_string())
                .unwrap_or_default()
        })
    }

    #[zbus(property)]
    fn error_code(&self) -> String {
        self.read(|task| task.record.error_code.clone().unwrap_or_default())
    }

    #[zbus(property)]
    fn reboot(&self) -> String {
        "none".to_owned()
    }
}
