use crate::{Error, FinishedDetail, JobQuestion, JobResult, JobRole, JobState, JobSubject, Stage};

/// `org.migasfree.Client1.Job`: one piece of work, at `/org/migasfree/Client1/job/<n>`.
///
/// Build it with the path that a method of the manager gave: `JobProxy::new(&bus, path)`. Title and subject
/// are told to the job's owner and to root; anybody else reads them empty.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Job",
    default_service = "org.migasfree.Client1"
)]
pub trait Job {
    /// Asks the job to stop. It does so at the next safe moment; watch the state. While packages are being changed this
    /// needs the right `job-cancel-foreign` and stops the script of a package that runs; it may be called again.
    /// `NotCancellable` for whom has not the right, and in the other stages that must not be interrupted.
    #[zbus(allow_interactive_auth)]
    fn cancel(&self) -> Result<(), Error>;

    /// From now on the caller gets `Output`, `Item` and the full `Finished`.
    #[zbus(allow_interactive_auth)]
    fn subscribe(&self) -> Result<(), Error>;

    /// Ends that.
    fn unsubscribe(&self) -> Result<(), Error>;

    /// Output from a byte offset: the offset that follows, and the bytes (at most `limit`, at most 64 KiB).
    #[zbus(allow_interactive_auth)]
    fn read_output(&self, offset: u64, limit: u32) -> Result<(u64, Vec<u8>), Error>;

    /// Answers a question. One that no program of the owner listens to is closed with its default after 5 seconds, any
    /// other after 5 minutes.
    fn answer(&self, question: u32, answer: &str) -> Result<(), Error>;

    /// Output at a byte offset; the stream is `out`, `err` or `info`. Unicast to subscribers.
    #[zbus(signal)]
    fn output(&self, offset: u64, stream: &str, bytes: Vec<u8>) -> zbus::Result<()>;

    /// Phase, package, version and percent of what is being worked on. Unicast to subscribers.
    #[zbus(signal, name = "Item")]
    fn item_progress(
        &self,
        phase: &str,
        package: &str,
        version: &str,
        percent: u32,
    ) -> zbus::Result<()>;

    /// A question for the owner: id, kind and data as in [`JobQuestion`].
    #[zbus(signal)]
    fn question(
        &self,
        id: u32,
        kind: &str,
        data: std::collections::HashMap<String, zbus::OwnedVariant>,
    ) -> zbus::Result<()>;

    /// It is over. Broadcast without message and detail; subscribers get both.
    #[zbus(signal)]
    fn finished(
        &self,
        result: JobResult,
        code: &str,
        message: &str,
        detail: FinishedDetail,
    ) -> zbus::Result<()>;

    /// Its number.
    #[zbus(property(emits_changed_signal = "const"))]
    fn id(&self) -> zbus::Result<String>;

    /// What it does.
    #[zbus(property(emits_changed_signal = "const"))]
    fn role(&self) -> zbus::Result<JobRole>;

    /// A short English title; empty for other users.
    #[zbus(property(emits_changed_signal = "false"))]
    fn title(&self) -> zbus::Result<String>;

    /// `user`, `timer`, `login`, `agent`, `daemon`.
    #[zbus(property(emits_changed_signal = "const"))]
    fn origin(&self) -> zbus::Result<String>;

    /// What it is about; empty for other users.
    #[zbus(property(emits_changed_signal = "false"))]
    fn subject(&self) -> zbus::Result<JobSubject>;

    /// Where it is.
    #[zbus(property)]
    fn state(&self) -> zbus::Result<JobState>;

    /// The user it belongs to.
    #[zbus(property(emits_changed_signal = "const"))]
    fn owner_uid(&self) -> zbus::Result<u32>;

    /// The question that is open, told to the owner and to root; the state is `waiting-answer` then.
    #[zbus(property(emits_changed_signal = "false"))]
    fn open_question(&self) -> zbus::Result<JobQuestion>;

    /// When it was asked for, Unix seconds.
    #[zbus(property(emits_changed_signal = "const"))]
    fn created(&self) -> zbus::Result<i64>;

    /// When it began to run, Unix seconds, 0 before that.
    #[zbus(property)]
    fn started(&self) -> zbus::Result<i64>;

    /// When it ended, Unix seconds, 0 before that.
    #[zbus(property)]
    fn ended(&self) -> zbus::Result<i64>;

    /// The step it is in.
    #[zbus(property)]
    fn stage(&self) -> zbus::Result<Stage>;

    /// 0 to 100, 101 when unknown.
    #[zbus(property)]
    fn percent(&self) -> zbus::Result<u32>;

    /// The package or file it is at; empty for other users.
    #[zbus(property(emits_changed_signal = "false"))]
    fn item(&self) -> zbus::Result<String>;

    /// Bytes downloaded.
    #[zbus(property)]
    fn bytes_done(&self) -> zbus::Result<u64>;

    /// Bytes to download, 0 when unknown.
    #[zbus(property)]
    fn bytes_total(&self) -> zbus::Result<u64>;

    /// Bytes per second.
    #[zbus(property)]
    fn speed(&self) -> zbus::Result<u64>;

    /// Seconds to the end of the download, 0 when unknown.
    #[zbus(property)]
    fn remaining(&self) -> zbus::Result<u32>;

    /// Whether it can be cancelled now.
    #[zbus(property)]
    fn allow_cancel(&self) -> zbus::Result<bool>;

    /// Whether an administrator can cancel it now, see [`cancel`](Self::cancel).
    #[zbus(property)]
    fn allow_admin_cancel(&self) -> zbus::Result<bool>;

    /// How it ended: a [`JobResult`], empty before that.
    #[zbus(property)]
    fn result(&self) -> zbus::Result<String>;

    /// The code that goes with the result.
    #[zbus(property)]
    fn error_code(&self) -> zbus::Result<String>;

    /// `none`, `recommended`, `required`.
    #[zbus(property)]
    fn reboot(&self) -> zbus::Result<String>;
}
