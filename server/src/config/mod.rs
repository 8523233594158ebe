//! Settings of one server process: a file, the environment, flags; the later wins.

mod load;
mod table;
mod value;

pub use load::{Origin, Source, explain, load};
pub use table::Settings;
pub use value::{Addresses, LogFormat, Names, PublicUrl, Secret};

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{path} is not TOML: {source}")]
    Syntax {
        /// The file.
        path: String,
        /// Where it is wrong.
        source: Box<toml::de::Error>,
    },
    /// A name in the file that is not a setting.
    #[error(
        "{path}: there is no setting {name:?}; `migasfree-server config check` lists all of them"
    )]
    Unknown {
        /// The file.
        path: String,
        /// The name.
        name: String,
    },
    /// A value that cannot be used.
    #[error("{name} from {origin}: {reason}")]
    Value {
        /// The setting.
        name: &'static str,
        /// Where the value comes from.
        origin: Origin,
        /// What is wrong with it.
        reason: String,
    },
}
