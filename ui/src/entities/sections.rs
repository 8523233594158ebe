//! The sections of the console: which lists there are and where they belong. Rail, search, settings, breadcrumbs, routes and
//! addresses of the older console follow from this table. A section of which somebody may see one list alone is that list.
use super::{
    ACTIONS, API_KEYS, APPLICATION_REQUESTS, APPLICATIONS, ATTRIBUTE_SETS, ATTRIBUTES, AUDIT,
    CATEGORIES, CERTIFICATES, COMPUTER_KEYS, COMPUTERS, DEPLOYMENTS, DOMAINS, ENROLMENT_TOKENS,
    ERRORS, EXECUTIONS, FAULT_DEFINITIONS, FAULTS, FORMULAS, GROUPS, PACKAGES, PACKAGES_HISTORY,
    PLATFORMS, POLICIES, PROJECTS, REMOTE_POLICIES, REMOTE_SESSIONS, SCHEDULES, STAMPS, STORES,
    SYNCHRONIZATIONS, TAGS, USERS,
};
use crate::{
    entity::Entity,
    text::{Label, label},
};

/// Lists that belong together.
pub struct Section {
    /// Under which it is kept whether somebody opened it.
    pub name: &'static str,
    pub title: Label,
    pub icon: icondata::Icon,
    /// The page that shows what is in it.
    pub page: Option<Page>,
    pub lists: &'static [List],
}

/// A list in a section.
pub struct List {
    pub entity: &'static Entity,
    /// First parts of the addresses that lead here from the older console.
    pub aliases: &'static [&'static str],
    /// Whether the bottom bar of a small screen has it.
    pub main: bool,
}

/// A page that is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Overview,
    Settings,
    Preferences,
    Device,
}

impl Page {
    /// Every one, in the order in which search offers them.
    pub const ALL: [Self; 4] = [
        Self::Overview,
        Self::Preferences,
        Self::Settings,
        Self::Device,
    ];

    /// First part of its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Settings => "settings",
            Self::Preferences => "preferences",
            Self::Device => "device",
        }
    }

    /// Its address.
    pub fn href(self) -> String {
        format!("/{}", self.path())
    }

    /// Its title.
    pub const fn title(self) -> Label {
        match self {
            Self::Overview => label!(overview.title),
            Self::Settings => label!(rail.all_settings),
            Self::Preferences => label!(preferences.title),
            Self::Device => label!(device.title),
        }
    }

    /// Its icon.
    pub const fn icon(self) -> icondata::Icon {
        match self {
            Self::Overview => icondata::LuLayoutDashboard,
            Self::Settings => icondata::LuSettings,
            Self::Preferences => icondata::LuSettings2,
            Self::Device => icondata::LuTerminal,
        }
    }

    /// Whether there is something on it for the signed-in user.
    pub fn is_there(self) -> bool {
        match self {
            Self::Settings => settings().any(|entity| entity.may("view")),
            Self::Overview | Self::Preferences | Self::Device => true,
        }
    }
}

impl Section {
    /// The entities of its lists.
    pub fn entities(&self) -> impl Iterator<Item = &'static Entity> + use<> {
        self.lists.iter().map(|list| list.entity)
    }

    /// Those that the signed-in user may view.
    pub fn viewed(&self) -> impl Iterator<Item = &'static Entity> + use<> {
        self.entities().filter(|entity| entity.may("view"))
    }

    /// Whether there are several to the signed-in user.
    pub fn is_group(&self) -> bool {
        self.viewed().nth(1).is_some()
    }

    /// Whether an address with this first part is in it.
    pub fn has(&self, path: &str) -> bool {
        let is_own = self.page.is_some_and(|page| page.path() == path);
        is_own || self.entities().any(|entity| entity.path == path)
    }
}

const fn list(entity: &'static Entity) -> List {
    List {
        entity,
        aliases: &[],
        main: false,
    }
}

impl List {
    const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn main(mut self) -> Self {
        self.main = true;
        self
    }
}

/// The table.
pub static SECTIONS: &[Section] = &[
    Section {
        name: "computers",
        title: label!(computer.plural),
        icon: icondata::LuMonitor,
        page: None,
        lists: &[
            list(&COMPUTERS).main(),
            list(&COMPUTER_KEYS),
            list(&ENROLMENT_TOKENS),
        ],
    },
    Section {
        name: "software",
        title: label!(rail.software),
        icon: icondata::LuPackageOpen,
        page: None,
        lists: &[
            list(&PACKAGES),
            list(&DEPLOYMENTS).main(),
            list(&APPLICATIONS).main(),
            list(&APPLICATION_REQUESTS),
            list(&POLICIES),
        ],
    },
    Section {
        name: "targets",
        title: label!(rail.targets),
        icon: icondata::LuTarget,
        page: None,
        lists: &[
            list(&ATTRIBUTES).alias(&["features"]),
            list(&ATTRIBUTE_SETS),
            list(&TAGS),
            list(&SCHEDULES),
        ],
    },
    Section {
        name: "support",
        title: label!(rail.support),
        icon: icondata::LuHeadset,
        page: None,
        lists: &[
            list(&REMOTE_SESSIONS),
            list(&ACTIONS),
            list(&EXECUTIONS),
            list(&REMOTE_POLICIES),
        ],
    },
    Section {
        name: "activity",
        title: label!(rail.activity),
        icon: icondata::LuActivity,
        page: None,
        lists: &[
            list(&SYNCHRONIZATIONS).alias(&["syncs"]),
            list(&ERRORS),
            list(&FAULTS),
            list(&PACKAGES_HISTORY),
            list(&AUDIT),
        ],
    },
    Section {
        name: "settings",
        title: label!(rail.settings),
        icon: icondata::LuSettings,
        page: Some(Page::Settings),
        lists: &[
            list(&PROJECTS),
            list(&PLATFORMS),
            list(&STORES),
            list(&CATEGORIES),
            list(&FORMULAS),
            list(&FAULT_DEFINITIONS),
            list(&STAMPS),
            list(&DOMAINS),
            list(&USERS).alias(&["user-profiles"]),
            list(&GROUPS),
            list(&API_KEYS),
            list(&CERTIFICATES),
        ],
    },
];

/// Every list.
pub fn lists() -> impl Iterator<Item = &'static List> {
    SECTIONS.iter().flat_map(|section| section.lists)
}

/// Every entity that has a list.
pub fn all() -> impl Iterator<Item = &'static Entity> {
    lists().map(|list| list.entity)
}

/// What the organisation sets up once, on a page of its own.
pub fn settings() -> impl Iterator<Item = &'static Entity> {
    let own = |section: &&Section| section.page == Some(Page::Settings);
    SECTIONS.iter().filter(own).flat_map(Section::entities)
}

/// The section that an address with this first part is in.
pub fn section(path: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.has(path))
}

/// The page that is no list of an address.
pub fn page(path: &str) -> Option<Page> {
    Page::ALL.into_iter().find(|page| page.path() == path)
}

/// The list at an address.
pub fn by_path(path: &str) -> Option<&'static Entity> {
    all().find(|entity| entity.path == path)
}

/// What the older console called by this first part of an address.
pub fn by_alias(path: &str) -> Option<&'static Entity> {
    let list = lists().find(|list| list.aliases.contains(&path));
    list.map(|list| list.entity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_address_leads_to_one_place() {
        let lists = lists().flat_map(|list| {
            let aliases = list.aliases.iter().copied();
            std::iter::once(list.entity.path).chain(aliases)
        });
        let mut known = BTreeSet::new();
        for path in lists.chain(Page::ALL.map(Page::path)) {
            assert!(known.insert(path), "{path}");
        }
    }

    #[test]
    fn an_address_is_in_one_section() {
        let mut names = BTreeSet::new();
        for section in SECTIONS {
            assert!(names.insert(section.name), "{}", section.name);
            let own = section.page.map(Page::path);
            let paths = section.entities().map(|entity| entity.path).chain(own);
            for path in paths {
                let found = super::section(path).map(|found| found.name);
                assert_eq!(found, Some(section.name), "{path}");
            }
        }
    }

    #[test]
    fn every_list_has_columns_and_words_for_nothing() {
        for entity in all() {
            let sheet = super::super::sheet(entity);
            assert!(!sheet.columns.is_empty(), "{}", entity.path);
            assert!(!sheet.about.text().is_empty(), "{}", entity.path);
            assert!(!entity.plural.text().is_empty(), "{}", entity.path);
        }
    }
}
