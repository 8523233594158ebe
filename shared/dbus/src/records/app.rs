//! Applications of the catalogue.

use super::{AppState, JobRole, Level};
use crate::wire::record;

record! {
    /// A category of the catalogue: `a{sv}` inside [`AppRecord::category`].
    pub struct Category {
        /// The server's id (`u`).
        pub id: u32,
        /// Its name (`s`).
        pub name: String,
    }
}

record! {
    /// What goes with an [`AppState`]; only the keys that the state calls for are there.
    pub struct StateDetail {
        /// The object path of the job that works on it, or waits to (`s`).
        pub job: Option<String>,
        /// What that job does (`s`): a [`JobRole`](crate::JobRole), `install` or `remove`.
        pub role: Option<JobRole>,
        /// Progress of that job, 0 to 100, 101 when unknown (`u`).
        pub percent: Option<u32>,
        /// Jobs before it in the queue (`u`).
        pub position: Option<u32>,
        /// `broken`: the packages that are not finished; `partial`: the packages that are not installed; `unavailable`: those that no repository
        /// has (`as`).
        pub missing: Vec<String>,
        /// The policies that demand or forbid it, by name where the server tells it (`as`).
        pub required_by: Vec<String>,
        /// A code that explains the state further (`s`): `missing-packages`, `not-finished`, `policy-demands`, `policy-forbids`, `level`,
        /// `no-packages`.
        pub reason: Option<String>,
    }
}

record! {
    /// An application as [`list_apps`](crate::CatalogProxy::list_apps) and
    /// [`get_app`](crate::CatalogProxy::get_app) give it.
    pub struct AppRecord {
        /// The server's id (`u`); everything about an application is asked by it.
        pub id: u32,
        /// Its name (`s`).
        pub name: String,
        /// The first line of the description, without Markdown marks (`s`).
        pub summary: String,
        /// The whole description in Markdown (`s`). Empty in `ListApps`. Treat it as text from outside.
        pub description: String,
        /// Revision of its icon (`t`): changes whenever the image does, 0 when it has none. Ask
        /// `Catalog.GetImage(id, "icon", size)` for the image and use the revision as the key of a cache.
        pub icon: u64,
        /// Its category (`a{sv}`: `id`, `name`).
        pub category: Category,
        /// `U` or `A` (`s`).
        pub level: Level,
        /// Relevance from 1 to 5, set by the organisation (`u`). The list is ordered by it, then by name.
        pub score: u32,
        /// The packages it stands for on this computer (`as`); the first one is the main one.
        pub packages: Vec<String>,
        /// What this computer has of it, for this caller (`s`).
        pub state: AppState,
        /// What goes with the state (`a{sv}`).
        pub detail: StateDetail,
        /// All of its packages are installed, whatever the state says (`b`).
        pub installed: bool,
        /// Version of the main package that is installed (`s`).
        pub installed_version: Option<String>,
        /// Version of the main package that the repositories offer (`s`).
        pub candidate_version: Option<String>,
        /// Bytes to download for its own packages (`t`); [`PlanRecord`](crate::PlanRecord) counts dependencies too.
        pub download_bytes: Option<u64>,
        /// Bytes its own packages take when installed (`t`).
        pub installed_bytes: Option<u64>,
        /// Licence of the main package (`s`), where the package manager knows it.
        pub licence: Option<String>,
        /// Home page of the main package (`s`), where the package manager knows it.
        pub homepage: Option<String>,
        /// The policies that demand it (`as`); empty when none does.
        pub required_by: Vec<String>,
        /// When the organisation added it, Unix seconds (`x`).
        pub created_at: Option<i64>,
        /// Seconds since the catalogue came from the server (`t`).
        pub age: u64,
    }
}
