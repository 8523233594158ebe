//! What the server offers this computer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::images::Icon;
use crate::sync::CatalogSnapshot;
use crate::transport::messages::App;

/// The catalogue as the server offered it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Another number whenever the content is another one; 0 for never fetched.
    pub revision: u64,
    /// When it was fetched, Unix seconds.
    pub fetched_at: i64,
    /// The project it was offered to.
    pub project: String,
    /// Applications and categories.
    pub snapshot: CatalogSnapshot,
    /// The icon of each application that has one.
    pub icons: BTreeMap<u32, Icon>,
}

impl Offer {
    /// An application by id.
    #[must_use]
    pub fn app(&self, id: u32) -> Option<&App> {
        self.snapshot.apps.iter().find(|app| app.id.0 == id)
    }

    /// The packages of an application here; empty when it has none.
    #[must_use]
    pub fn packages<'a>(&self, app: &'a App) -> &'a [String] {
        app.packages_in(&self.project).unwrap_or_default()
    }

    /// Every package of the catalogue, once each.
    #[must_use]
    pub fn all_packages(&self) -> Vec<String> {
        let mut packages: Vec<String> = self
            .snapshot
            .apps
            .iter()
            .flat_map(|app| self.packages(app).iter().cloned())
            .collect();
        packages.sort_unstable();
        packages.dedup();
        packages
    }
}

/// The applications that are not what they were.
pub(super) fn changed_apps(old: &Offer, new: &Offer) -> Vec<u32> {
    let by_id = |offer: &Offer| -> BTreeMap<u32, (App, Option<Icon>)> {
        offer
            .snapshot
            .apps
            .iter()
            .map(|app| (app.id.0, (app.clone(), offer.icons.get(&app.id.0).cloned())))
            .collect()
    };
    let (old, new) = (by_id(old), by_id(new));
    let mut ids: Vec<u32> = old.keys().chain(new.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| match (old.get(id), new.get(id)) {
        (Some((app, icon)), Some((now, icon_now))) => {
            app != now
                || icon.as_ref().map(|icon| icon.revision)
                    != icon_now.as_ref().map(|icon| icon.revision)
        }
        _ => true,
    });
    ids
}
