//! Package managers: one driver that works with any of them, and a back end for each.

pub mod apt;
pub mod back_end;
mod detect;
pub mod driver;
pub mod entry;
mod error;
pub mod locks;
mod manager;
pub mod query;
pub mod sources;
mod space;
pub mod work;

pub use crate::change::{Action, PackageName, Plan, PlannedPackage};
pub use back_end::BackEnd;
pub use detect::{Family, detect, family};
pub use driver::{Driver, SCRIPT_SILENCE_LIMIT};
pub use error::PmsError;
pub use manager::{
    Candidate, FoundPackage, InstalledPackage, PackageManager, RepositoryAccess, inventory_name,
    search_words, versions,
};
pub use space::{Shortage, amount};

// The floors below, under the names they have here.
use migasfree_client_base::{job, messages, observer, paths};
use migasfree_client_policy::{self as policy, change};
use migasfree_client_system::{files, process};
