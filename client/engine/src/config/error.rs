//! Why a configuration cannot be used.

use std::path::{Path, PathBuf};

use crate::sync::EngineText;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// It is read as far as it goes, and not written.
    #[error("{} is not text in UTF-8; mend it, or put it away and write it anew", .0.display())]
    NotText(PathBuf),
    #[error("`{value}` is not a value for {key}: it must be {}", expected.declared().text)]
    Invalid {
        key: &'static str,
        value: String,
        expected: EngineText,
    },
}

impl ConfigError {
    pub(super) fn invalid(key: &'static str, value: &str, expected: EngineText) -> Self {
        Self::Invalid {
            key,
            value: value.to_owned(),
            expected,
        }
    }
}

/// The text of a file, empty where there is none.
pub(super) fn read_optional(path: &Path) -> Result<String, ConfigError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(ConfigError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}
