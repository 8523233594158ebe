//! Names of the bus, objects and interfaces.

use zbus::OwnedObjectPath;

/// The well-known name the daemon owns.
pub const BUS_NAME: &str = "org.migasfree.Client1";
/// The object with every interface but [`JOB`].
pub const ROOT_PATH: &str = "/org/migasfree/Client1";
/// Job objects live below this path.
pub const JOB_PATH: &str = "/org/migasfree/Client1/job";

/// Starts work, lists jobs, tells how the daemon is.
pub const MANAGER: &str = "org.migasfree.Client1.Manager";
/// The organisation's applications.
pub const CATALOG: &str = "org.migasfree.Client1.Catalog";
/// The packages of this computer.
pub const PACKAGES: &str = "org.migasfree.Client1.Packages";
/// The tags of this computer.
pub const TAGS: &str = "org.migasfree.Client1.Tags";
/// Who this computer is.
pub const COMPUTER: &str = "org.migasfree.Client1.Computer";
/// The settings in force.
pub const CONFIG: &str = "org.migasfree.Client1.Config";
/// Remote support, for the agent alone.
pub const REMOTE: &str = "org.migasfree.Client1.Remote";
/// Remote support, for the person at this computer.
pub const SUPPORT: &str = "org.migasfree.Client1.Support";
/// One piece of work.
pub const JOB: &str = "org.migasfree.Client1.Job";

/// Number of this interface; a client refuses a daemon with a smaller one.
pub const PROTOCOL_VERSION: u32 = 1;

/// A percentage that is not known.
pub const PERCENT_UNKNOWN: u32 = 101;

/// The object path of job number `id`.
#[must_use]
pub fn job_path(id: u64) -> OwnedObjectPath {
    // INVARIANT: the prefix and a decimal number always make a valid path.
    OwnedObjectPath::try_from(format!("{JOB_PATH}/{id}")).unwrap_or_default()
}

/// The number of the job at `path`, if it is the path of a job.
#[must_use]
pub fn job_id(path: &str) -> Option<u64> {
    path.strip_prefix(JOB_PATH)?.strip_prefix('/')?.parse().ok()
}
