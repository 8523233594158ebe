//! The catalogue as the daemon keeps it: what the server offered last, what the package manager says about its packages, and
//! the images. All of it is on disk, so that every read works without the server and right after a start.

mod facts;
mod images;
mod query;
mod records;
mod render;
mod requests;
mod states;
mod text;

pub use facts::{PackageFacts, Update, package_names, updates};
pub use images::{Icon, IconCache};
pub use query::select;
pub use records::Shelf;
pub use render::{ImageError, Renderer, render_child};
pub use requests::Requests;
pub use states::{AppWork, Viewer, state_of};

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

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

/// The catalogue of this computer.
#[derive(Debug)]
pub struct Catalog {
    folder: PathBuf,
    offer: RwLock<Arc<Offer>>,
    facts: RwLock<Arc<PackageFacts>>,
    /// The images.
    pub icons: IconCache,
}

impl Catalog {
    /// Reads what is on disk; what cannot be read counts as never fetched.
    pub fn open(folder: &Path, renderer: Renderer) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            offer: RwLock::new(Arc::new(read(&folder.join("catalog.json")))),
            facts: RwLock::new(Arc::new(read(&folder.join("packages.json")))),
            icons: IconCache::open(&folder.join("icons"), renderer)?,
            folder: folder.to_path_buf(),
        })
    }

    /// What the server offered last.
    #[must_use]
    pub fn offer(&self) -> Arc<Offer> {
        Arc::clone(&self.offer.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the package manager said last.
    #[must_use]
    pub fn facts(&self) -> Arc<PackageFacts> {
        Arc::clone(&self.facts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in what the server offers now. Answers with the applications that are not what they were, `None` when nothing changed
    /// but the time.
    pub fn replace_offer(&self, mut new: Offer) -> io::Result<Option<Vec<u32>>> {
        let old = self.offer();
        let changed = changed_apps(&old, &new);
        let same = changed.is_empty() && old.snapshot == new.snapshot && old.revision != 0;
        new.revision = if same { old.revision } else { old.revision + 1 };
        write(&self.folder.join("catalog.json"), &new)?;
        *self.offer.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok((!same).then_some(changed))
    }

    /// Takes in what the package manager says now.
    pub fn replace_facts(&self, new: PackageFacts) -> io::Result<()> {
        write(&self.folder.join("packages.json"), &new)?;
        *self.facts.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }
}

fn changed_apps(old: &Offer, new: &Offer) -> Vec<u32> {
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

/// Reads a cache; a missing or damaged one is an empty one.
pub(super) fn read<T: Default + serde::de::DeserializeOwned>(path: &Path) -> T {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "a cache is damaged and begins anew");
            T::default()
        }),
        Err(_) => T::default(),
    }
}

/// Replaces a cache in one step.
pub(super) fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, serde_json::to_vec(value)?)?;
    fs::rename(&unfinished, path)
}
