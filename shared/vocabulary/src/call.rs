//! What calls may ask for.

use crate::word::word;

word! {
    /// Which part of a synchronisation to do.
    pub enum SyncScope {
        /// All of it.
        Full = "full",
        /// Properties of this computer.
        Attributes = "attributes",
        /// Checks for faults.
        Faults = "faults",
        /// Software inventory.
        Software = "software",
        /// Hardware inventory.
        Hardware = "hardware",
        /// Printers.
        Devices = "devices",
    }
}

word! {
    /// Why a synchronisation happens.
    pub enum SyncReason {
        /// Somebody asked for it.
        Manual = "manual",
        /// Somebody logged in.
        Login = "login",
        /// It was time.
        Timer = "timer",
        /// The helpdesk asked for it.
        Agent = "agent",
        /// Tags changed.
        Tags = "tags",
    }
}

word! {
    /// Order of a list of applications.
    pub enum AppSort {
        /// Score descending, then name. With a query: how well it matches, then that.
        Relevance = "relevance",
        /// Name.
        Name = "name",
        /// Newest first.
        Newest = "newest",
    }
}

word! {
    /// What `Manager.Plan` is asked about.
    pub enum PlanRole {
        /// Installing packages by name.
        Install = "install",
        /// Removing packages by name.
        Remove = "remove",
        /// Installing applications; the names are their ids in decimal.
        InstallApps = "install-apps",
        /// Removing applications; the names are their ids in decimal.
        RemoveApps = "remove-apps",
        /// Upgrading everything; no names.
        Upgrade = "upgrade",
    }
}
