//! Settings of one server process: a file, the environment, flags; the later wins.

mod check;
mod file;
mod load;
mod providers;
mod proxies;
mod remote;
mod table;
mod tls;
mod together;
mod value;

pub use load::{Flag, Loaded, Origin, Source, load};
pub use providers::{ProviderList, ProviderSettings};
pub use proxies::NamedProxies;
pub use table::Settings;
pub use tls::{PlainHttp, TlsClients, TlsMode, TlsVersion};
pub use value::{Hidden, LogFormat, PublicUrl, Secret, SyslogUrl};

use table::TABLE;

/// Everything that is wrong with what was given.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ConfigErrors(pub Vec<ConfigError>);

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
    /// A name that is not a setting.
    #[error(
        "{path}: there is no setting {name:?}{hint}; `migasfree-server config check` lists all of them"
    )]
    Unknown {
        /// The file or flag it stands in.
        path: String,
        /// The name.
        name: String,
        /// Which one may be meant.
        hint: String,
    },
    /// A value that cannot be used.
    #[error("{path} from {origin}: {reason}")]
    Value {
        /// The setting, or what is below it.
        path: String,
        /// Where the value comes from.
        origin: Origin,
        /// What is wrong with it.
        reason: String,
    },
}

/// Of a name that is no setting; keys are often looked for in another section.
fn unknown(path: String, name: &str) -> ConfigError {
    let key = name.rsplit('.').next().unwrap_or(name);
    let is_meant = |path: &&str| path.rsplit('.').next() == Some(key);
    let hint = match TABLE.iter().map(|setting| setting.path).find(is_meant) {
        Some(meant) => format!(" (is {meant} meant?)"),
        None => String::new(),
    };
    ConfigError::Unknown {
        path,
        name: name.to_owned(),
        hint,
    }
}
