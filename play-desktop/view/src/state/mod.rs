//! What the view knows, in signals that live as long as the page.

mod actions;
mod announce;
mod events;
mod fold;
mod index;
mod place;
mod start;
mod status;
mod work;

pub use actions::{Actions, Trouble, use_actions};
pub use announce::Announcer;
pub use events::{Output, begin};
pub use fold::fold;
pub use index::Index;
pub use place::{Navigation, Page};
pub use start::{read_all, read_catalog, read_computer, read_requests, read_updates};
pub use status::{Status, status_of};
pub use work::Work;

use leptos::prelude::*;
use migasfree_play_records::{
    App, Computer, Fault, Link, Request, Settings, StateInfo, States, Update,
};
use std::sync::Arc;

/// Which applications Discover shows, by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// All.
    #[default]
    All,
    /// On the computer.
    Installed,
    /// Not on it, and obtainable.
    Available,
    /// Only with an administrator.
    Privileged,
    /// Not obtainable.
    Unavailable,
}

/// What somebody looks for in Discover; kept while Play runs.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Typed text.
    pub query: RwSignal<String>,
    /// Category, 0 for all.
    pub category: RwSignal<u32>,
    /// By state.
    pub shown: RwSignal<Shown>,
}

/// Everything the view knows.
#[derive(Clone, Copy, Debug)]
pub struct Store {
    /// Version of Play.
    pub version: RwSignal<String>,
    /// Whether this is the trial mode.
    pub session: RwSignal<bool>,
    /// The way to the daemon.
    pub link: RwSignal<Link>,
    /// The catalogue, once there is one to show.
    pub index: RwSignal<Option<Arc<Index>>>,
    /// Why the catalogue could not be read.
    pub catalog_fault: RwSignal<Option<Fault>>,
    /// Why this computer cannot be described; `None` while it is, or was not asked yet.
    pub computer_fault: RwSignal<Option<Fault>>,
    /// Whether the catalogue was read from the daemon in this run, not from the cache alone.
    pub fresh: RwSignal<bool>,
    /// States, newer than those of the catalogue.
    pub states: RwSignal<States>,
    /// What has a newer version, or why nobody can say.
    pub updates: RwSignal<Option<Result<Vec<Update>, Fault>>>,
    /// The person's requests for applications, newest first.
    pub requests: RwSignal<Vec<Request>>,
    /// Jobs.
    pub work: Work,
    /// This computer.
    pub computer: RwSignal<Option<Computer>>,
    /// Counts up when tags changed.
    pub tags_changed: RwSignal<u32>,
    /// What the person chose.
    pub settings: RwSignal<Settings>,
    /// What somebody looks for in Discover.
    pub filter: Filter,
    /// What somebody looks for in Installed.
    pub installed_query: RwSignal<String>,
    /// Where the person is.
    pub navigation: Navigation,
    /// The window was asked to close for the first time while work runs.
    pub closing: RwSignal<bool>,
    /// Whether the list of running work is open.
    pub queue_open: RwSignal<bool>,
    /// Application whose removal is being asked about.
    pub removing: RwSignal<Option<u32>>,
    /// What screen readers are told.
    pub announcer: Announcer,
}

impl Store {
    fn new() -> Self {
        Self {
            version: RwSignal::new(String::new()),
            session: RwSignal::new(false),
            link: RwSignal::new(Link::Connecting),
            index: RwSignal::new(None),
            catalog_fault: RwSignal::new(None),
            computer_fault: RwSignal::new(None),
            fresh: RwSignal::new(false),
            states: RwSignal::new(States::new()),
            updates: RwSignal::new(None),
            requests: RwSignal::new(Vec::new()),
            work: Work::new(),
            computer: RwSignal::new(None),
            tags_changed: RwSignal::new(0),
            settings: RwSignal::new(Settings::default()),
            filter: Filter {
                query: RwSignal::new(String::new()),
                category: RwSignal::new(0),
                shown: RwSignal::new(Shown::All),
            },
            installed_query: RwSignal::new(String::new()),
            navigation: Navigation::new(),
            closing: RwSignal::new(false),
            queue_open: RwSignal::new(false),
            removing: RwSignal::new(None),
            announcer: Announcer::new(),
        }
    }

    /// One application of the catalogue.
    pub fn app(&self, id: u32) -> Option<App> {
        self.index
            .with(|index| index.as_ref().and_then(|index| index.get(id)).cloned())
    }

    /// What an application is, whatever its state: this changes only with the catalogue.
    pub fn face(&self, id: u32) -> Option<App> {
        self.app(id).map(|app| App {
            state: StateInfo::default(),
            ..app
        })
    }

    /// The last known state of an application, whatever jobs do.
    pub fn state(&self, id: u32) -> StateInfo {
        let newer = self.states.with(|states| states.get(&id).cloned());
        newer.unwrap_or_else(|| {
            self.index.with(|index| {
                let app = index.as_ref().and_then(|index| index.get(id));
                app.map(|app| app.state.clone()).unwrap_or_default()
            })
        })
    }
}

/// Makes the store and hands it to everything below.
pub fn provide() -> Store {
    let store = Store::new();
    provide_context(store);
    store
}

/// The store.
pub fn use_store() -> Store {
    expect_context::<Store>()
}
