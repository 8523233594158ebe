use std::collections::HashMap;

use zbus::{Fd, OwnedFd, OwnedObjectPath, OwnedVariant};

use crate::{
    ActionRecord, CallOptions, Error, InhibitorRecord, JobFilter, JobRecord, PendingChange,
    PlanRecord, PlanRole, SyncOptions, UpgradeOptions,
};

/// `org.migasfree.Client1.Manager`: starts work, lists jobs, tells how the daemon is.
///
/// Methods that start work answer with the path of a job at once. When polkit has to ask the person first, the job is in
/// the state `authorizing` until it was answered, and ends as `refused` when it was dismissed; when nobody can be asked, the
/// call fails with `NotAuthorized` and there is no job.
#[zbus::proxy(
    interface = "org.migasfree.Client1.Manager",
    default_service = "org.migasfree.Client1",
    default_path = "/org/migasfree/Client1"
)]
pub trait Manager {
    /// Synchronises with the server. Joins a queued synchronisation of the same scope.
    fn sync(&self, options: SyncOptions) -> Result<OwnedObjectPath, Error>;

    /// Installs applications by id, in one job.
    fn install_apps(&self, ids: &[u32], options: CallOptions) -> Result<OwnedObjectPath, Error>;

    /// Removes applications by id, in one job. Packages that another installed application has too are kept;
    /// applications that a policy demands are refused (`NotAvailable`).
    fn remove_apps(&self, ids: &[u32], options: CallOptions) -> Result<OwnedObjectPath, Error>;

    /// Installs packages of the configured repositories by name.
    fn install_packages(
        &self,
        names: &[&str],
        options: CallOptions,
    ) -> Result<OwnedObjectPath, Error>;

    /// Removes packages by name. Essential packages and the client itself are refused.
    fn remove_packages(
        &self,
        names: &[&str],
        options: CallOptions,
    ) -> Result<OwnedObjectPath, Error>;

    /// Upgrades packages that are installed; all of them when none is named, those of one application with the option `app`.
    fn upgrade(&self, names: &[&str], options: UpgradeOptions) -> Result<OwnedObjectPath, Error>;

    /// Refreshes the package metadata; with `force` even if that was done in the last quarter of an hour.
    #[zbus(allow_interactive_auth)]
    fn refresh_metadata(&self, force: bool) -> Result<OwnedObjectPath, Error>;

    /// What an action would do. For `install-apps` and `remove-apps` the names are ids in decimal.
    fn plan(
        &self,
        role: PlanRole,
        names: &[&str],
        options: CallOptions,
    ) -> Result<PlanRecord, Error>;

    /// Jobs, newest first; those of the caller unless `all` is set or the caller is root.
    #[zbus(allow_interactive_auth)]
    fn list_jobs(&self, filter: JobFilter) -> Result<Vec<JobRecord>, Error>;

    /// Output of a job from a byte offset, also when its object is gone: the offset that follows, and the bytes (at most
    /// `limit`, at most 64 KiB). Own jobs; those of others need the right `job-read-foreign`.
    #[zbus(allow_interactive_auth)]
    fn read_output(&self, id: &str, offset: u64, limit: u32) -> Result<(u64, Vec<u8>), Error>;

    /// Registers this computer with the server's user and password. The password is read from the pipe until its end.
    /// An empty user asks for automatic registration.
    fn register(
        &self,
        user: &str,
        password: Fd<'_>,
        options: CallOptions,
    ) -> Result<OwnedObjectPath, Error>;

    /// Deletes the keys of the current server, or of all of them.
    #[zbus(allow_interactive_auth)]
    fn unregister(&self, all: bool) -> Result<(), Error>;

    /// Whether the caller has a right: 0 no, 1 yes, 2 after polkit asked. The id may be full or its last part
    /// (`app-install-admin`).
    fn can_authorize(&self, action: &str) -> Result<u32, Error>;

    /// Lets polkit ask once for each right, so that later calls pass while polkit keeps it. `true` when all are granted.
    fn unlock(&self, actions: &[&str]) -> Result<bool, Error>;

    /// Jobs that run by themselves wait while the descriptor is open: what for (`background`) and why. Four hours at
    /// most; work that waited eight hours is done in any case.
    #[zbus(allow_interactive_auth)]
    fn inhibit(&self, what: &str, why: &str) -> Result<OwnedFd, Error>;

    /// Who holds back the jobs that run by themselves.
    fn list_inhibitors(&self) -> Result<Vec<InhibitorRecord>, Error>;

    /// What the helpdesk ordered lately, the newest first.
    fn list_actions(&self) -> Result<Vec<ActionRecord>, Error>;

    /// A job came.
    #[zbus(signal)]
    fn job_added(&self, job: OwnedObjectPath) -> zbus::Result<()>;

    /// A job's object went away.
    #[zbus(signal)]
    fn job_removed(&self, job: OwnedObjectPath) -> zbus::Result<()>;

    /// How many updates there are, and how many of them close a hole.
    #[zbus(signal)]
    fn updates_changed(&self, total: u32, security: u32) -> zbus::Result<()>;

    /// The changes that policies demand and that were not made yet.
    #[zbus(signal)]
    fn pending_changed(&self, pending: Vec<PendingChange>) -> zbus::Result<()>;

    /// Something the person should know: id, urgency (0 to 2), title and text in English, and both with their codes and
    /// arguments (`title`, `body`, see [`said`](crate::said)). Unicast to the subscribers of the job that it comes from.
    #[zbus(signal)]
    fn notice(
        &self,
        id: &str,
        urgency: u32,
        title: &str,
        body: &str,
        actions: HashMap<String, OwnedVariant>,
    ) -> zbus::Result<()>;

    /// Version of the daemon.
    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> zbus::Result<String>;

    /// Number of the interface, see [`PROTOCOL_VERSION`](crate::names::PROTOCOL_VERSION).
    #[zbus(property(emits_changed_signal = "const"))]
    fn protocol_version(&self) -> zbus::Result<u32>;

    /// Whether this computer has keys of its server.
    #[zbus(property)]
    fn registered(&self) -> zbus::Result<bool>;

    /// How this computer proves who it is: `none`, `project-key`, `own-key`, `pending`, `rejected` or `damaged`.
    #[zbus(property)]
    fn identification(&self) -> zbus::Result<String>;

    /// Fingerprint of the key this computer made itself; empty where it has none.
    #[zbus(property)]
    fn key_fingerprint(&self) -> zbus::Result<String>;

    /// Until when the certificate that this computer shows is valid, Unix seconds; 0 where it has none.
    #[zbus(property)]
    fn certificate_until(&self) -> zbus::Result<i64>;

    /// The server's id of this computer, 0 when not registered.
    #[zbus(property)]
    fn computer_id(&self) -> zbus::Result<u32>;

    /// Name of this computer.
    #[zbus(property)]
    fn computer_name(&self) -> zbus::Result<String>;

    /// Hardware UUID.
    #[zbus(property)]
    fn uuid(&self) -> zbus::Result<String>;

    /// Address of the server.
    #[zbus(property)]
    fn server(&self) -> zbus::Result<String>;

    /// Version the server told.
    #[zbus(property)]
    fn server_version(&self) -> zbus::Result<String>;

    /// Name of the organisation.
    #[zbus(property)]
    fn organization(&self) -> zbus::Result<String>;

    /// Project of this computer.
    #[zbus(property)]
    fn project(&self) -> zbus::Result<String>;

    /// Whom to ask for help.
    #[zbus(property)]
    fn help_desk(&self) -> zbus::Result<String>;

    /// `online`, `metered`, `offline`, `server-unreachable`, `saturated`; `unknown` until the server was tried.
    #[zbus(property)]
    fn connectivity(&self) -> zbus::Result<String>;

    /// Name of the package manager, empty when there is none.
    #[zbus(property)]
    fn package_manager(&self) -> zbus::Result<String>;

    /// Architecture of this computer, for instance `x86_64`.
    #[zbus(property)]
    fn architecture(&self) -> zbus::Result<String>;

    /// End of the last synchronisation, Unix seconds, 0 for never.
    #[zbus(property)]
    fn last_sync(&self) -> zbus::Result<i64>;

    /// How it ended: a [`JobResult`](crate::JobResult), empty for never.
    #[zbus(property)]
    fn last_sync_result(&self) -> zbus::Result<String>;

    /// Why it ended so, to be said in any language: JSON with `code`, `args` and `text`. Empty where there is nothing to
    /// say.
    #[zbus(property)]
    fn last_sync_reason(&self) -> zbus::Result<String>;

    /// When the server answered last, Unix seconds, 0 for never.
    #[zbus(property(emits_changed_signal = "false"))]
    fn last_contact(&self) -> zbus::Result<i64>;

    /// When the daemon synchronises next by itself, Unix seconds, 0 for never.
    #[zbus(property)]
    fn next_sync(&self) -> zbus::Result<i64>;

    /// The job that runs, `/` when none does.
    #[zbus(property)]
    fn current_job(&self) -> zbus::Result<OwnedObjectPath>;

    /// Jobs that wait.
    #[zbus(property)]
    fn queue_length(&self) -> zbus::Result<u32>;

    /// Packages with a newer version in the repositories.
    #[zbus(property)]
    fn updates_available(&self) -> zbus::Result<u32>;

    /// Those of them that come from a repository of security updates.
    #[zbus(property)]
    fn security_updates(&self) -> zbus::Result<u32>;

    /// `none`, `recommended`, `required`.
    #[zbus(property)]
    fn reboot_required(&self) -> zbus::Result<String>;

    /// The packages that want the restart.
    #[zbus(property)]
    fn reboot_reason(&self) -> zbus::Result<Vec<String>>;

    /// Until when it may be put off, Unix seconds; 0 when nobody said.
    #[zbus(property)]
    fn reboot_deadline(&self) -> zbus::Result<i64>;

    /// Whether another program holds the package database, and which.
    #[zbus(property)]
    fn backend_locked(&self) -> zbus::Result<(bool, String)>;

    /// Whether the client manages printers.
    #[zbus(property)]
    fn manage_devices(&self) -> zbus::Result<bool>;

    /// Whether a full synchronisation upgrades packages.
    #[zbus(property)]
    fn auto_update(&self) -> zbus::Result<bool>;
}
