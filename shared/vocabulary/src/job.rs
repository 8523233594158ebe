//! Jobs: what they do, where they are, how they end.

use crate::word::word;

word! {
    /// What a job does.
    pub enum JobRole {
        /// Synchronises with the server.
        Sync = "sync",
        /// Installs applications or packages.
        Install = "install",
        /// Removes applications or packages.
        Remove = "remove",
        /// Upgrades packages.
        Upgrade = "upgrade",
        /// Refreshes the package metadata.
        Refresh = "refresh",
        /// Assigns a device.
        Device = "device",
        /// Sends tags.
        Tags = "tags",
        /// Registers this computer.
        Register = "register",
        /// Finishes what an interrupted package job left half done; the daemon starts it by itself.
        Repair = "repair",
    }
}

word! {
    /// Where a job is.
    pub enum JobState {
        /// polkit asks the person.
        Authorizing = "authorizing",
        /// It waits for jobs before it (`JobSubject::position`).
        Queued = "queued",
        /// Another program holds the package database.
        WaitingLock = "waiting-lock",
        /// The network or the server is away or busy (`JobSubject::retry_at`).
        WaitingNetwork = "waiting-network",
        /// It runs.
        Running = "running",
        /// It was asked to stop.
        Cancelling = "cancelling",
        /// A question is open.
        WaitingAnswer = "waiting-answer",
        /// It is over; the object goes away 60 seconds later, the record stays.
        Finished = "finished",
    }
}

word! {
    /// The step a job is in.
    pub enum Stage {
        /// Reaching the server.
        Connect = "connect",
        /// Scripts of the organisation before a synchronisation.
        HooksPre = "hooks-pre",
        /// Properties of this computer.
        Attributes = "attributes",
        /// Checks for faults.
        Faults = "faults",
        /// Repository definitions.
        Repositories = "repositories",
        /// Package metadata.
        Metadata = "metadata",
        /// Downloading packages.
        Download = "download",
        /// Removing packages. Only an administrator stops it.
        Remove = "remove",
        /// Installing packages. Only an administrator stops it.
        Install = "install",
        /// Upgrading packages. Only an administrator stops it.
        Upgrade = "upgrade",
        /// Software inventory.
        Software = "software",
        /// Hardware inventory.
        Hardware = "hardware",
        /// Printers.
        Devices = "devices",
        /// Assigned attributes.
        Traits = "traits",
        /// Scripts of the organisation for changed attributes.
        Events = "events",
        /// Scripts of the organisation after a synchronisation.
        HooksPost = "hooks-post",
        /// Telling the server that it is over.
        Record = "record",
    }
}

impl Stage {
    /// Whether the package manager runs scripts of packages in this stage.
    #[must_use]
    pub const fn runs_scripts(self) -> bool {
        matches!(self, Self::Remove | Self::Install | Self::Upgrade)
    }

    /// Whether anybody may stop their job in this stage.
    #[must_use]
    pub const fn cancellable(self) -> bool {
        !matches!(
            self,
            Self::Remove
                | Self::Install
                | Self::Upgrade
                | Self::Traits
                | Self::Events
                | Self::HooksPost
                | Self::Record
        )
    }
}

word! {
    /// How a job ended. Which code means which is said by [`ResultCode::result`].
    pub enum JobResult {
        /// Everything was done.
        Success = "success",
        /// Some of it was done.
        Partial = "partial",
        /// It was not done.
        Failed = "failed",
        /// Somebody stopped it.
        Cancelled = "cancelled",
        /// It was not allowed.
        Refused = "refused",
    }
}

impl JobResult {
    /// Whether not all was done, although nobody wanted that.
    #[must_use]
    pub const fn went_wrong(self) -> bool {
        matches!(
            self,
            Self::Partial | Self::Failed | Self::Refused | Self::Unknown
        )
    }
}

word! {
    /// Why a job ended so.
    pub enum ResultCode {
        /// All is well.
        Ok = "ok",
        /// All was well already.
        NothingToDo = "nothing-to-do",
        /// Some packages could not be changed.
        PackagesFailed = "packages-failed",
        /// Some printers could not be set up.
        DevicesFailed = "devices-failed",
        /// A script of the organisation failed.
        HookFailed = "hook-failed",
        /// Package metadata could not be refreshed.
        MetadataFailed = "metadata-failed",
        /// There is no such thing.
        NotFound = "not-found",
        /// Packages exclude each other.
        Conflict = "conflict",
        /// A package needs one that is not there.
        Dependency = "dependency",
        /// A signature is missing or wrong.
        Untrusted = "untrusted",
        /// There is no room.
        DiskFull = "disk-full",
        /// A package could not be downloaded.
        Download = "download",
        /// The package manager failed.
        Backend = "backend",
        /// Another program held the package database too long.
        LockTimeout = "lock-timeout",
        /// The server answered with an error.
        Server = "server",
        /// The server cannot be reached.
        Offline = "offline",
        /// It was cut off in the middle.
        Interrupted = "interrupted",
        /// The daemon itself failed.
        Internal = "internal",
        /// Who asked for it stopped it.
        ByUser = "by-user",
        /// An administrator stopped it.
        ByAdmin = "by-admin",
        /// Another job made it needless.
        Superseded = "superseded",
        /// polkit said no.
        NotAuthorized = "not-authorized",
        /// Nothing in the session can ask for a password.
        NoAgent = "no-agent",
        /// A policy of the organisation speaks against it.
        Policy = "policy",
        /// The organisation does not admit the application.
        BlockedApp = "blocked-app",
    }
}

impl ResultCode {
    /// The result this code belongs to.
    #[must_use]
    pub const fn result(self) -> JobResult {
        match self {
            Self::Ok | Self::NothingToDo => JobResult::Success,
            Self::PackagesFailed
            | Self::DevicesFailed
            | Self::HookFailed
            | Self::MetadataFailed => JobResult::Partial,
            Self::ByUser | Self::ByAdmin | Self::Superseded => JobResult::Cancelled,
            Self::NotAuthorized | Self::NoAgent | Self::Policy | Self::BlockedApp => {
                JobResult::Refused
            }
            _ => JobResult::Failed,
        }
    }
}

word! {
    /// What happens to one package.
    pub enum ItemPhase {
        /// It is being downloaded.
        Download = "download",
        /// It is being unpacked.
        Unpack = "unpack",
        /// It is being configured.
        Configure = "configure",
        /// It is being installed.
        Install = "install",
        /// It is being removed.
        Remove = "remove",
    }
}

word! {
    /// Where a line of output came from.
    pub enum OutputStream {
        /// The output of a program.
        Out = "out",
        /// Its complaints.
        Err = "err",
        /// Words of the engine itself.
        Info = "info",
    }
}
