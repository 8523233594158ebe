//! The catalogue as the daemon keeps it: what the server offered last, what the package manager says about its packages, and
//! the images. All of it is on disk, so that every read works without the server and right after a start.

mod facts;
mod images;
mod offer;
mod query;
mod records;
mod render;
mod requests;
mod states;
mod text;

pub use facts::{PackageFacts, Update, package_names, updates};
pub use images::{Icon, IconCache};
pub use offer::Offer;
pub use query::select;
pub use records::Shelf;
pub use render::{ImageError, Renderer, render_child};
pub use requests::{Exchange, Requests};
pub use states::{AppWork, Viewer, state_of};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::store::{read, write};
use offer::changed_apps;

/// What is done by one at a time.
#[derive(Debug, Default)]
pub struct Turns {
    /// A fetch of the catalogue.
    pub fetching: tokio::sync::Mutex<()>,
    /// A look at the packages.
    pub looking: tokio::sync::Mutex<()>,
    /// A look for updates.
    pub counting: tokio::sync::Mutex<()>,
}

/// The catalogue of this computer.
#[derive(Debug)]
pub struct Catalog {
    folder: PathBuf,
    offer: RwLock<Arc<Offer>>,
    facts: RwLock<Arc<PackageFacts>>,
    /// The images.
    pub icons: IconCache,
    /// Who brings it up to date.
    pub turns: Turns,
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
            turns: Turns::default(),
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
