//! Applications, and requests for them.

use crate::word::word;

word! {
    /// Who may install an application.
    pub enum Level {
        /// `U`: everybody at this computer.
        User = "U",
        /// `A`: administrators; polkit asks.
        Admin = "A",
    }
}

word! {
    /// What this computer has of an application, and so what its main button does. The first rule that holds, from the top of
    /// this list, decides.
    pub enum AppState {
        /// A job for it waits (`StateDetail::job`, `StateDetail::position`).
        Queued = "queued",
        /// A job works on it now (`StateDetail::role`, `StateDetail::percent`).
        Working = "working",
        /// A package of it was begun with and not finished (`StateDetail::missing` says which): installing it tries
        /// again, and it can be removed.
        Broken = "broken",
        /// Installed, and a policy of the organisation demands it: it cannot be removed
        /// (`StateDetail::required_by`).
        Required = "required",
        /// A policy of the organisation takes it away.
        Forbidden = "forbidden",
        /// Installed, and a newer version of one of its packages is in the repositories.
        UpdateAvailable = "update-available",
        /// All of its packages are installed.
        Installed = "installed",
        /// Some of its packages are installed (`StateDetail::missing` says which are not).
        Partial = "partial",
        /// It has no packages for this computer: a card with information only.
        Information = "information",
        /// A package of it is in no repository of this computer (`StateDetail::missing`).
        Unavailable = "unavailable",
        /// It could be installed, but only by an administrator, and the caller has not shown to be one: installing
        /// it makes polkit ask.
        Privileged = "privileged",
        /// It can be installed.
        Installable = "installable",
    }
}

word! {
    /// How far a request is.
    pub enum RequestState {
        /// Kept here; the server was away.
        Unsent = "unsent",
        /// The organisation has it.
        Pending = "pending",
        /// Granted.
        Approved = "approved",
        /// Refused.
        Refused = "refused",
        /// Nobody answered in time.
        Expired = "expired",
    }
}
