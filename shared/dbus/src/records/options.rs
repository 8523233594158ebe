//! What goes into a call.

use super::{AppSort, AppState, SyncReason, SyncScope};
use crate::wire::options;

options! {
    /// Options that every call which starts something takes.
    pub struct CallOptions {
        /// Whether polkit may ask the person (`b`); `true` when left out.
        pub interactive: Option<bool>,
        /// Language for texts, for instance `es` (`s`).
        pub locale: Option<String>,
        /// The call comes from something that runs by itself (`b`): the job waits behind those of people.
        pub hint_background: Option<bool>,
    }
}

options! {
    /// Options of `Manager.Upgrade`.
    pub struct UpgradeOptions {
        /// Whether polkit may ask the person (`b`); `true` when left out.
        pub interactive: Option<bool>,
        /// Language for texts (`s`).
        pub locale: Option<String>,
        /// The call comes from something that runs by itself (`b`).
        pub hint_background: Option<bool>,
        /// Id of an application (`u`): only its packages are upgraded, and the right to install it is enough.
        pub app: Option<u32>,
        /// Only what closes a hole (`b`). Not offered yet: `true` is answered with `Unsupported`.
        pub security_only: Option<bool>,
        /// At the next start of the computer (`b`). Not offered yet: `true` is answered with `Unsupported`.
        pub offline: Option<bool>,
    }
}

options! {
    /// Options of `Manager.Sync`.
    pub struct SyncOptions {
        /// Whether polkit may ask the person (`b`); `true` when left out.
        pub interactive: Option<bool>,
        /// Language for texts (`s`).
        pub locale: Option<String>,
        /// The call comes from something that runs by itself (`b`).
        pub hint_background: Option<bool>,
        /// Which part (`s`); `full` when left out.
        pub scope: Option<SyncScope>,
        /// Why (`s`); `manual` when left out.
        pub reason: Option<SyncReason>,
        /// Upgrade everything whatever the settings say (`b`); needs the right `sync-force`.
        pub force_upgrade: Option<bool>,
    }
}

options! {
    /// Filters of `Catalog.ListApps`; all that are there must match.
    pub struct AppQuery {
        /// Id of a category (`u`).
        pub category: Option<u32>,
        /// Words to look for in name, summary, description, category and packages; case and accents do not
        /// matter, each word must occur (`s`).
        pub query: Option<String>,
        /// A state (`s`).
        pub state: Option<AppState>,
        /// `U` or `A` (`s`).
        pub level: Option<String>,
        /// Only those (not) wholly installed (`b`).
        pub installed: Option<bool>,
        /// Only those of score 5, or only the others (`b`).
        pub featured: Option<bool>,
        /// How many to leave out at the beginning (`u`).
        pub offset: Option<u32>,
        /// How many at most (`u`); all when left out.
        pub limit: Option<u32>,
        /// The order (`s`); `relevance` when left out.
        pub sort: Option<AppSort>,
        /// Language for texts (`s`).
        pub locale: Option<String>,
    }
}

options! {
    /// Filters of `Manager.ListJobs`; newest first.
    pub struct JobFilter {
        /// A state (`s`), or `active` for all but finished ones.
        pub state: Option<String>,
        /// Created at or after this time, Unix seconds (`x`).
        pub since: Option<i64>,
        /// How many at most (`u`); 100 when left out.
        pub limit: Option<u32>,
        /// A role (`s`).
        pub role: Option<String>,
        /// Jobs of other users too (`b`); needs the right `job-read-foreign`. When left out, `true` for root alone.
        pub all: Option<bool>,
    }
}

options! {
    /// Options of `Tags.Set`.
    pub struct TagOptions {
        /// Whether polkit may ask the person (`b`); `true` when left out.
        pub interactive: Option<bool>,
        /// Language for texts (`s`).
        pub locale: Option<String>,
    }
}
