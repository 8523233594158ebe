//! Where the person is, and the way back.

use leptos::prelude::*;
use migasfree_play_records::Place;
use std::collections::HashMap;

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Page {
    /// The catalogue.
    #[default]
    Discover,
    /// What is on the computer.
    Installed,
    /// What has a newer version.
    Updates,
    /// What happened.
    Activity,
    /// This computer.
    Info,
    /// Settings.
    Settings,
    /// One application.
    App(u32),
}

impl Page {
    /// The pages of the rail, in its order.
    pub const RAIL: [Self; 6] = [
        Self::Discover,
        Self::Installed,
        Self::Updates,
        Self::Activity,
        Self::Info,
        Self::Settings,
    ];

    /// Stable word for addresses and tests.
    pub fn word(self) -> &'static str {
        match self {
            Self::Discover => "discover",
            Self::Installed => "installed",
            Self::Updates => "updates",
            Self::Activity => "activity",
            Self::Info => "info",
            Self::Settings => "settings",
            Self::App(_) => "app",
        }
    }
}

/// The current page and those behind it.
#[derive(Clone, Copy, Debug)]
pub struct Navigation {
    /// The current page.
    pub page: RwSignal<Page>,
    trail: RwSignal<Vec<Page>>,
    scrolled: StoredValue<HashMap<Page, i32>>,
}

impl Navigation {
    pub fn new() -> Self {
        Self {
            page: RwSignal::new(Page::default()),
            trail: RwSignal::new(Vec::new()),
            scrolled: StoredValue::new(HashMap::new()),
        }
    }

    /// Goes to a page; going from the rail forgets the way back.
    pub fn go(&self, page: Page) {
        let here = self.page.get_untracked();
        if here == page {
            return;
        }
        if matches!(page, Page::App(_)) {
            self.trail.update(|trail| trail.push(here));
            self.scrolled.update_value(|scrolled| {
                scrolled.remove(&page);
            });
        } else {
            self.trail.set(Vec::new());
            self.scrolled.set_value(HashMap::new());
        }
        self.page.set(page);
    }

    /// Goes back one page, if there is one.
    pub fn back(&self) {
        if let Some(page) = self.trail.try_update(Vec::pop).flatten() {
            self.page.set(page);
        } else if matches!(self.page.get_untracked(), Page::App(_)) {
            self.page.set(Page::Discover);
        }
    }

    /// The page of the rail that the current page belongs to.
    pub fn section(&self) -> Page {
        match self.page.get() {
            Page::App(_) => self.trail.with(|trail| {
                (trail.iter().rev().copied())
                    .find(|page| !matches!(page, Page::App(_)))
                    .unwrap_or_default()
            }),
            page => page,
        }
    }

    /// Remembers how far a page was scrolled, for coming back.
    pub fn remember_scroll(&self, page: Page, top: i32) {
        self.scrolled.update_value(|scrolled| {
            scrolled.insert(page, top);
        });
    }

    /// How far a page was scrolled when it was left.
    pub fn scroll_of(&self, page: Page) -> i32 {
        self.scrolled
            .with_value(|scrolled| scrolled.get(&page).copied().unwrap_or(0))
    }

    /// Follows what the command line asked for.
    pub fn follow(&self, place: &Place, query: RwSignal<String>) {
        let named = place.page.as_deref();
        if let Some(page) = Page::RAIL
            .into_iter()
            .find(|page| Some(page.word()) == named)
        {
            self.go(page);
        }
        if let Some(text) = &place.search {
            self.go(Page::Discover);
            query.set(text.clone());
        }
        if let Some(id) = place.app {
            self.go(Page::App(id));
        }
    }
}
