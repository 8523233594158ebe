//! Jobs.

use migasfree_types::message::Message;

use super::{JobResult, JobRole, JobState, Stage};
use crate::said;
use crate::wire::record;

record! {
    /// What a job is about.
    pub struct JobSubject {
        /// Ids of the applications (`au`).
        pub apps: Vec<u32>,
        /// Their names, in the same order (`as`).
        pub app_names: Vec<String>,
        /// The packages (`as`).
        pub packages: Vec<String>,
        /// Scope of a synchronisation (`s`).
        pub scope: Option<String>,
        /// Reason of a synchronisation (`s`).
        pub reason: Option<String>,
        /// The tags to send (`as`).
        pub tags: Vec<String>,
        /// Jobs before it in the queue; 0 means it is next (`u`). Only while it waits.
        pub position: Option<u32>,
        /// When a job that waits for the network tries again, Unix seconds (`x`).
        pub retry_at: Option<i64>,
        /// The program that holds the package database (`s`), while it waits for it.
        pub lock_holder: Option<String>,
    }
}

record! {
    /// A job as [`list_jobs`](crate::ManagerProxy::list_jobs) gives it, finished ones included. The object of a
    /// job has the same facts as properties.
    pub struct JobRecord {
        /// Its number (`s`). The number of a job that was allowed to run is never used again.
        pub id: String,
        /// Its object path (`s`); the object is there until 60 seconds after the end.
        pub path: String,
        /// What it does (`s`).
        pub role: JobRole,
        /// A short English title (`s`); views make their own from role and subject.
        pub title: String,
        /// Who started it (`s`): `user`, `timer`, `login`, `agent`, `daemon`.
        pub origin: String,
        /// What it is about (`a{sv}`).
        pub subject: JobSubject,
        /// Where it is (`s`).
        pub state: JobState,
        /// The step it is in (`s`).
        pub stage: Stage,
        /// 0 to 100, 101 when unknown (`u`).
        pub percent: u32,
        /// The package or file it is at (`s`).
        pub item: String,
        /// Bytes downloaded (`t`).
        pub bytes_done: u64,
        /// Bytes to download (`t`), 0 when unknown.
        pub bytes_total: u64,
        /// The user it belongs to (`u`).
        pub owner_uid: u32,
        /// When it was asked for, Unix seconds (`x`).
        pub created: i64,
        /// When it began to run, Unix seconds (`x`).
        pub started: Option<i64>,
        /// When it ended, Unix seconds (`x`).
        pub ended: Option<i64>,
        /// Whether it can be cancelled now (`b`).
        pub allow_cancel: bool,
        /// Whether an administrator can cancel it now: the script of a package that runs is stopped then (`b`). That
        /// needs the right `job-cancel-foreign`, also for an own job.
        pub allow_admin_cancel: bool,
        /// How it ended (`s`).
        pub result: Option<JobResult>,
        /// The code that goes with the result (`s`), see [`JobResult`].
        pub error_code: Option<String>,
        /// What happened, in English (`s`).
        pub message: Option<String>,
        /// The same with its code and arguments (`s`), see [`said`](crate::said).
        pub said: Option<String>,
        /// Whether a restart is wanted (`s`): `none`, `recommended`, `required`.
        pub reboot: String,
        /// Bytes of output kept, to be read with `Job.ReadOutput` while the object is there (`t`).
        pub output_bytes: u64,
    }
}

impl JobRecord {
    /// What happened; `None` where the result says all.
    #[must_use]
    pub fn told(&self) -> Option<Message> {
        let text = self.message.as_deref().unwrap_or_default();
        let told = said::read(self.said.as_deref().unwrap_or_default(), text);
        (!told.text.is_empty()).then_some(told)
    }
}

record! {
    /// The open question of a job. Whoever looks at a job later than it was asked learns of it here.
    pub struct JobQuestion {
        /// What [`answer`](crate::JobProxy::answer) wants to know (`u`), 0 while none is open.
        pub id: u32,
        /// What is asked (`s`): `removal`, `conffile`, `terms`, `reboot`, `close-app`.
        pub kind: String,
        /// What is assumed when nobody answers (`s`).
        pub default: String,
        /// What it is about (`a{ss}`), by key. Of `removal`: packages, with `, ` between, that nobody named and that
        /// would go (`removal`) or change in spite of being held (`held`), and what the plan installs (`install`) and
        /// updates (`update`); answers are `accept` and `refuse`.
        pub data: std::collections::BTreeMap<String, String>,
    }
}

record! {
    /// A change of the history of packages.
    pub struct HistoryRecord {
        /// `install`, `remove` or `upgrade` (`s`).
        pub what: String,
        /// The package (`s`).
        pub package: String,
        /// When, Unix seconds (`x`).
        pub at: i64,
        /// The number of the job that did it (`s`).
        pub job: String,
        /// Who started that (`s`): `user`, `timer`, `login`, `daemon`.
        pub origin: String,
        /// The user it belonged to (`u`).
        pub owner_uid: u32,
    }
}

record! {
    /// What goes with a `Finished` signal.
    pub struct FinishedDetail {
        /// Packages that were added (`as`).
        pub installed: Vec<String>,
        /// Packages that were taken away (`as`).
        pub removed: Vec<String>,
        /// Packages that were replaced by another version (`as`).
        pub upgraded: Vec<String>,
        /// The person dismissed the prompt of polkit (`b`).
        pub dismissed: bool,
        /// What happened, with its code and arguments (`s`), see [`said`](crate::said). Empty where there is nothing to say.
        pub said: String,
    }
}
