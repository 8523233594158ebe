//! The parts of the program that are loaded after the first page: one for each section, with the sheets of its lists and what is theirs alone. What they
//! have in common (lists, forms, pages of objects) is reached from every one of them, and from nothing else: it is loaded with the first. So nothing in the
//! frame, the overview or the login page may mention a [`Sheet`], and nothing that is common may mention one of an entity: it asks [`entities::sheet`].
//! Beside the sections there is [`account`], whose pages come before somebody is in, too.
//!
//! What each may weigh is in `xtask/src/wasm/parts.rs`.
use crate::{
    address::Destination,
    entities::{self, AUDIT},
    entity::{Entity, Sheet},
    pages::account::{Account, draw},
    work,
};
use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::time::Duration;

/// After the first page has come to rest.
const PAUSE: Duration = Duration::from_millis(1500);

macro_rules! parts {
    ($($part:ident, $load:ident: $($entity:ident => $sheet:ident),+;)+) => {
        /// Lists whose pages are loaded together.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Part {
            $($part),+
        }

        impl Part {
            const ALL: &'static [Self] = &[$(Self::$part),+];

            /// What belongs to it.
            fn entities(self) -> &'static [&'static Entity] {
                match self {
                    $(Self::$part => {
                        static ENTITIES: &[&Entity] = &[$(&entities::$entity),+];
                        ENTITIES
                    })+
                }
            }

            /// Loads it, and draws a page with it.
            async fn open(self, page: Option<Destination>) -> Result<AnyView, SplitLoaderError> {
                match self {
                    $(Self::$part => $load(page).await,)+
                }
            }
        }

        $(
            #[leptos::wasm_split::wasm_split($load, wasm_split_path = leptos::wasm_split, fallible)]
            fn $load(page: Option<Destination>) -> Result<AnyView, SplitLoaderError> {
                static SHEETS: &[(&Entity, &Sheet)] = &[$((&entities::$entity, &entities::$sheet)),+];
                entities::add(SHEETS);
                Ok(page.map_or_else(|| ().into_any(), work::draw))
            }
        )+

        /// Every sheet there is.
        #[cfg(test)]
        pub fn sheets() -> Vec<(&'static Entity, &'static Sheet)> {
            vec![$($((&entities::$entity, &entities::$sheet)),+),+]
        }
    };
}

parts! {
    Computers, computers:
        COMPUTERS => COMPUTERS_SHEET,
        COMPUTER_KEYS => COMPUTER_KEYS_SHEET,
        ENROLMENT_TOKENS => ENROLMENT_TOKENS_SHEET;
    Software, software:
        PACKAGES => PACKAGES_SHEET,
        DEPLOYMENTS => DEPLOYMENTS_SHEET,
        APPLICATIONS => APPLICATIONS_SHEET,
        APPLICATION_REQUESTS => APPLICATION_REQUESTS_SHEET,
        POLICIES => POLICIES_SHEET;
    Targets, targets:
        ATTRIBUTES => ATTRIBUTES_SHEET,
        ATTRIBUTE_SETS => ATTRIBUTE_SETS_SHEET,
        TAGS => TAGS_SHEET,
        SCHEDULES => SCHEDULES_SHEET;
    Support, support:
        REMOTE_SESSIONS => REMOTE_SESSIONS_SHEET,
        ACTIONS => ACTIONS_SHEET,
        EXECUTIONS => EXECUTIONS_SHEET,
        REMOTE_POLICIES => REMOTE_POLICIES_SHEET;
    Activity, activity:
        SYNCHRONIZATIONS => SYNCHRONIZATIONS_SHEET,
        ERRORS => ERRORS_SHEET,
        FAULTS => FAULTS_SHEET,
        PACKAGES_HISTORY => PACKAGES_HISTORY_SHEET,
        AUDIT => AUDIT_SHEET;
    Settings, settings:
        PROJECTS => PROJECTS_SHEET,
        PLATFORMS => PLATFORMS_SHEET,
        STORES => STORES_SHEET,
        CATEGORIES => CATEGORIES_SHEET,
        FORMULAS => FORMULAS_SHEET,
        FAULT_DEFINITIONS => FAULT_DEFINITIONS_SHEET,
        STAMPS => STAMPS_SHEET,
        DOMAINS => DOMAINS_SHEET,
        USERS => USERS_SHEET,
        GROUPS => GROUPS_SHEET,
        API_KEYS => API_KEYS_SHEET,
        CERTIFICATES => CERTIFICATES_SHEET;
}

/// What is of one's own account: how one gets in, and what one has for that.
#[leptos::wasm_split::wasm_split(account, wasm_split_path = leptos::wasm_split, fallible)]
pub fn account(what: Account) -> Result<AnyView, SplitLoaderError> {
    Ok(draw(what))
}

impl Part {
    /// The part of a page; pages that are no lists of ours are with the settings.
    fn of(destination: &Destination) -> Self {
        let has = |path: &str| {
            let mut all = Self::ALL.iter().copied();
            all.find(|part| part.entities().iter().any(|one| one.path == path))
        };
        let part = match destination {
            Destination::List(path) | Destination::New(path) | Destination::Object(path, _) => {
                has(path)
            }
            Destination::Page(_) | Destination::Declared(..) | Destination::Nowhere => None,
        };
        part.unwrap_or(Self::Settings)
    }
}

/// The page of a destination, once its part has arrived.
pub async fn page(destination: Destination) -> Result<AnyView, SplitLoaderError> {
    // The audit trail calls the members of everything.
    if destination == Destination::List(AUDIT.path) {
        load_all().await?;
    }
    Part::of(&destination).open(Some(destination)).await
}

async fn load_all() -> Result<(), SplitLoaderError> {
    for part in Part::ALL {
        part.open(None).await?;
    }
    Ok(())
}

/// Fetches the parts while nothing else is to do, so that the first press on a list does not wait.
pub fn preload() {
    let load = || {
        spawn_local(async {
            let _ = load_all().await;
        });
    };
    set_timeout(load, PAUSE);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::sections::{self, Page, SECTIONS};

    #[test]
    fn the_lists_of_a_section_come_together() {
        for section in SECTIONS {
            let mut parts = section.lists.iter().map(|list| {
                let path = list.entity.path;
                (path, Part::of(&Destination::List(path)))
            });
            let first = parts.next();
            for (path, part) in parts {
                assert_eq!(Some(part), first.map(|(_, part)| part), "{path}");
            }
        }
    }

    #[test]
    fn every_list_is_in_a_part() {
        for entity in sections::all() {
            let part = Part::of(&Destination::List(entity.path));
            let paths = part.entities().iter().map(|one| one.path);
            assert!(
                paths.collect::<Vec<_>>().contains(&entity.path),
                "{}",
                entity.path
            );
        }
    }

    #[test]
    fn other_pages_come_with_the_settings() {
        let settings = Destination::Page(Page::Settings);
        assert_eq!(
            Part::of(&settings),
            Part::of(&Destination::List("projects"))
        );
    }
}
