//! The configuration of a computer: `migasfree.conf`, its drop-in files and the environment.
//!
//! The environment wins over the drop-ins, these (by name) over the file, the file over the defaults.

mod address;
mod error;
pub mod ini;
mod misread;
mod project;
mod reader;
mod remote;
mod settings;
mod shown;
mod write;

pub use address::{Scheme, ServerAddress};
pub use error::ConfigError;
pub use misread::{Expected, Misread, Place, Unread, Used};
pub use project::default_project;
pub use reader::Origin;
pub use remote::RemoteSupport;
pub use settings::{Packager, Secret, Settings, Sources};
pub use shown::{Shown, Value};
pub use write::{Change, apply};
