//! What an action would do.

use crate::wire::record;

record! {
    /// A package of a plan.
    pub struct PlannedPackage {
        /// Its name (`s`).
        pub name: String,
        /// The version that would be installed; for removals the one that is (`s`).
        pub version: String,
        /// The version that is replaced (`s`), for updates.
        pub from: Option<String>,
        /// Bytes to download (`t`).
        pub download_bytes: Option<u64>,
    }
}

record! {
    /// Something said against a plan.
    pub struct PlanObjection {
        /// Why (`s`). `system`, `kernel`, `init`, `network`, `desktop`, `migasfree`: they would be removed, and this
        /// computer cannot do without that. `required`: they would be removed, and what policies demand needs them.
        /// `forbidden`: they would be installed, and policies take them away. `held`: they would be changed in spite of
        /// being held. `removal`: they would be removed without having been named.
        pub reason: String,
        /// The packages (`as`).
        pub packages: Vec<String>,
    }
}

record! {
    /// The answer of `Manager.Plan`.
    pub struct PlanRecord {
        /// Packages that would be added (`aa{sv}`).
        pub install: Vec<PlannedPackage>,
        /// Packages that would be taken away (`aa{sv}`).
        pub remove: Vec<PlannedPackage>,
        /// Packages that would be replaced by another version (`aa{sv}`).
        pub update: Vec<PlannedPackage>,
        /// Bytes to download in all (`t`).
        pub download_bytes: u64,
        /// Bytes the disk gains (positive) or gives back (negative) (`x`).
        pub disk_bytes: i64,
        /// Bytes free where packages are installed (`t`).
        pub free_bytes: u64,
        /// Whether a restart is to be expected (`s`): `none`, `recommended`, `required`.
        pub reboot: String,
        /// A package comes from a source whose signature cannot be checked (`b`).
        pub untrusted: bool,
        /// What would become of it if the caller asked for it (`s`): `allow`, it is done; `ask`, a question `removal` of
        /// the job puts the objections before its owner; `refuse`, it is not done.
        pub verdict: String,
        /// What is said against it (`aa{sv}`).
        pub objections: Vec<PlanObjection>,
    }
}

record! {
    /// An update as [`list_updates`](crate::PackagesProxy::list_updates) gives it.
    pub struct UpdateRecord {
        /// The package (`s`).
        pub name: String,
        /// The version that is installed (`s`).
        pub from: String,
        /// The version that the repositories offer (`s`).
        pub to: String,
        /// Bytes to download (`t`), where the package is one of the catalogue.
        pub bytes: Option<u64>,
        /// It comes from a repository of security updates (`b`).
        pub security: bool,
        /// Id of an application of the catalogue it belongs to (`u`).
        pub app: Option<u32>,
    }
}

record! {
    /// A change that a policy demands and that was not made yet.
    pub struct PendingChange {
        /// Its id (`s`).
        pub id: String,
        /// `install` or `remove` (`s`).
        pub kind: String,
        /// The package (`s`).
        pub package: String,
        /// When it is made whatever anybody says, Unix seconds (`x`); 0: with the next synchronisation.
        pub deadline: i64,
        /// How often it may still be postponed (`u`).
        pub postponements: u32,
    }
}
