//! `org.migasfree.Client1.Job`.

use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::{
    Action, Error, FinishedDetail, JobQuestion, JobResult, JobRole, JobState, JobSubject, Stage,
};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::{Variant, interface};

use crate::access::{Access, Caller, Details, check_text, prompt_is_welcome};
use crate::ending::Ending;
use crate::job::ResultCode;
use crate::jobs::{Jobs, LiveJob, read_output};
use crate::properties::{Collector, Properties};
use crate::sync::told::os;
use crate::texts::Text;

/// Bytes of one answer of `ReadOutput`.
const READ_LIMIT: u32 = 64 * 1024;

/// The object of a job.
#[derive(Debug)]
pub struct JobObject {
    pub id: u64,
    pub access: Arc<Access>,
    pub jobs: Arc<Jobs>,
    pub ending: Ending,
}

impl JobObject {
    fn look<R: Default>(&self, look: impl FnOnce(&LiveJob) -> R) -> R {
        self.jobs.with(self.id, |job| look(job)).unwrap_or_default()
    }

    /// The caller, if it is the owner, root, or has the right over the jobs of others.
    async fn admit(&self, header: &Header<'_>, foreign: Action) -> Result<Caller, Error> {
        let caller = self.access.caller(header).await?;
        let ask = prompt_is_welcome(header);
        admit_to_job(&self.access, &self.jobs, &caller, self.id, foreign, ask).await?;
        Ok(caller)
    }

    /// Lets through who may stop a script of a package, whoever the job belongs to.
    async fn admit_administrator(&self, header: &Header<'_>) -> Result<(), Error> {
        let caller = self.access.caller(header).await?;
        let (details, ask) = (Details::default(), prompt_is_welcome(header));
        let admitted = self
            .access
            .require(&caller, Action::JobCancelForeign, &details, ask)
            .await;
        admitted.map_err(|error| match error {
            Error::NotAuthorized(_) => Error::NotCancellable(Text::ErrorNotCancellable.told(&[])),
            other => other,
        })
    }

    /// Whether who reads a property may know what the job is about.
    async fn is_own(&self, header: Option<Header<'_>>) -> bool {
        let Some(header) = header else {
            return false;
        };
        match self.access.caller(&header).await {
            Ok(caller) => caller.is_root() || caller.uid == self.look(|job| job.stored.owner_uid),
            Err(_) => false,
        }
    }
}

/// What may be told of a job to everybody and changes.
pub fn public_properties(jobs: &Jobs, id: u64) -> Properties {
    let properties = jobs.with(id, |job| {
        let view = &job.view;
        Collector::default()
            .with("State", view.state.as_str())
            .with("Started", job.stored.started.unwrap_or_default())
            .with("Ended", job.stored.ended.unwrap_or_default())
            .with("Stage", view.stage.as_str())
            .with("Percent", view.percent)
            .with("BytesDone", view.bytes_done)
            .with("BytesTotal", view.bytes_total)
            .with("Speed", view.speed)
            .with("Remaining", job.remaining())
            .with("AllowCancel", view.allow_cancel)
            .with("AllowAdminCancel", job.runs_scripts())
            .with(
                "Result",
                job.result().map_or("", |(result, _)| result.as_str()),
            )
            .with("ErrorCode", job.result().map_or("", |(_, code)| code))
            .with("Reboot", job.reboot())
            .all()
    });
    properties.unwrap_or_default()
}

/// Lets the owner of a job and root through, and others with the right.
pub async fn admit_to_job(
    access: &Access,
    jobs: &Jobs,
    caller: &Caller,
    id: u64,
    foreign: Action,
    interactive: bool,
) -> Result<(), Error> {
    let owner = jobs.with(id, |job| job.stored.owner_uid)?;
    if caller.uid == owner {
        return Ok(());
    }
    access
        .require(caller, foreign, &Details::default(), interactive)
        .await
}

/// Output of a job: the offset that follows, and the bytes.
pub fn output_of(jobs: &Jobs, id: u64, offset: u64, limit: u32) -> Result<(u64, Vec<u8>), Error> {
    let limit = u64::from(limit.min(READ_LIMIT));
    let (from, bytes) = read_output(&jobs.folder(id), offset, limit)
        .map_err(|error| Error::NotAvailable(Text::OutputUnreadable.with([os(&error).into()])))?;
    let next = from.saturating_add(u64::try_from(bytes.len()).unwrap_or_default());
    Ok((next, bytes))
}

#[interface(name = "org.migasfree.Client1.Job")]
impl JobObject {
    async fn cancel(&self, #[zbus(header)] header: Header<'_>) -> Result<(), Error> {
        let by = if self.look(LiveJob::runs_scripts) {
            self.admit_administrator(&header).await?;
            ResultCode::ByAdmin
        } else {
            let caller = self.admit(&header, Action::JobCancelForeign).await?;
            if caller.uid == self.look(|job| job.stored.owner_uid) {
                ResultCode::ByUser
            } else {
                ResultCode::ByAdmin
            }
        };
        self.ending.cancel(self.id, by).await
    }

    async fn subscribe(&self, #[zbus(header)] header: Header<'_>) -> Result<(), Error> {
        let caller = self.admit(&header, Action::JobReadForeign).await?;
        self.jobs.subscribe(self.id, caller.address(), caller.uid)
    }

    async fn unsubscribe(&self, #[zbus(header)] header: Header<'_>) -> Result<(), Error> {
        let caller = self.access.caller(&header).await?;
        self.jobs.unsubscribe(Some(self.id), caller.address());
        Ok(())
    }

    #[zbus(out_args("next", "bytes"))]
    async fn read_output(
        &self,
        offset: u64,
        limit: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(u64, Vec<u8>), Error> {
        self.admit(&header, Action::JobReadForeign).await?;
        output_of(&self.jobs, self.id, offset, limit)
    }

    async fn answer(
        &self,
        question: u32,
        answer: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(), Error> {
        check_text(&answer)?;
        let caller = self.access.caller(&header).await?;
        if !caller.is_root() && caller.uid != self.look(|job| job.stored.owner_uid) {
            return Err(Error::NotAuthorized(Text::NotYourQuestion.told(&[])));
        }
        self.jobs.answer(self.id, question, &answer)
    }

    #[zbus(signal)]
    pub async fn output(
        emitter: &SignalEmitter<'_>,
        offset: u64,
        stream: &str,
        bytes: &[u8],
    ) -> zbus::Result<()>;

    #[zbus(signal, name = "Item")]
    pub async fn item_progress(
        emitter: &SignalEmitter<'_>,
        phase: &str,
        package: &str,
        version: &str,
        percent: u32,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn question(
        emitter: &SignalEmitter<'_>,
        id: u32,
        kind: &str,
        data: HashMap<&str, Variant<'_>>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn finished(
        emitter: &SignalEmitter<'_>,
        result: JobResult,
        code: &str,
        message: &str,
        detail: FinishedDetail,
    ) -> zbus::Result<()>;

    #[zbus(property(emits_changed_signal = "const"))]
    fn id(&self) -> String {
        self.id.to_string()
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn role(&self) -> JobRole {
        self.look(|job| job.stored.task.role())
    }

    #[zbus(property(emits_changed_signal = "false"))]
    async fn title(&self, #[zbus(header)] header: Option<Header<'_>>) -> String {
        if self.is_own(header).await {
            self.look(|job| job.stored.task.title())
        } else {
            String::new()
        }
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn origin(&self) -> String {
        self.look(|job| job.stored.origin.clone())
    }

    #[zbus(property(emits_changed_signal = "false"))]
    async fn subject(&self, #[zbus(header)] header: Option<Header<'_>>) -> JobSubject {
        if self.is_own(header).await {
            let position = self.jobs.position(self.id);
            self.look(|job| job.subject(position))
        } else {
            JobSubject::default()
        }
    }

    #[zbus(property(emits_changed_signal = "false"))]
    async fn open_question(&self, #[zbus(header)] header: Option<Header<'_>>) -> JobQuestion {
        if self.is_own(header).await {
            self.look(LiveJob::open_question)
        } else {
            JobQuestion::default()
        }
    }

    #[zbus(property)]
    fn state(&self) -> JobState {
        self.look(|job| job.view.state)
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn owner_uid(&self) -> u32 {
        self.look(|job| job.stored.owner_uid)
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn created(&self) -> i64 {
        self.look(|job| job.stored.created)
    }

    #[zbus(property)]
    fn started(&self) -> i64 {
        self.look(|job| job.stored.started.unwrap_or_default())
    }

    #[zbus(property)]
    fn ended(&self) -> i64 {
        self.look(|job| job.stored.ended.unwrap_or_default())
    }

    #[zbus(property)]
    fn stage(&self) -> Stage {
        self.look(|job| job.view.stage)
    }

    #[zbus(property)]
    fn percent(&self) -> u32 {
        self.look(|job| job.view.percent)
    }

    #[zbus(property(emits_changed_signal = "false"))]
    async fn item(&self, #[zbus(header)] header: Option<Header<'_>>) -> String {
        if self.is_own(header).await {
            self.look(|job| job.view.item.clone())
        } else {
            String::new()
        }
    }

    #[zbus(property)]
    fn bytes_done(&self) -> u64 {
        self.look(|job| job.view.bytes_done)
    }

    #[zbus(property)]
    fn bytes_total(&self) -> u64 {
        self.look(|job| job.view.bytes_total)
    }

    #[zbus(property)]
    fn speed(&self) -> u64 {
        self.look(|job| job.view.speed)
    }

    #[zbus(property)]
    fn remaining(&self) -> u32 {
        self.look(LiveJob::remaining)
    }

    #[zbus(property)]
    fn allow_cancel(&self) -> bool {
        self.look(|job| job.view.allow_cancel)
    }

    #[zbus(property)]
    fn allow_admin_cancel(&self) -> bool {
        self.look(LiveJob::runs_scripts)
    }

    #[zbus(property)]
    fn result(&self) -> String {
        self.look(|job| {
            job.result()
                .map_or("", |(result, _)| result.as_str())
                .into()
        })
    }

    #[zbus(property)]
    fn error_code(&self) -> String {
        self.look(|job| job.result().map_or("", |(_, code)| code).into())
    }

    #[zbus(property)]
    fn reboot(&self) -> String {
        self.look(|job| job.reboot().into())
    }
}
