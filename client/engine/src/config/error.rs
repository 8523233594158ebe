//! Why a configuration cannot be used.

use std::path::{Path, PathBuf};

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{value}` is not a value for {key}: it must be {expected}")]
    Invalid {
        key: &'static str,
        value: String,
        expected: &'static str,
    },
}

impl ConfigError {
    pub(super) fn invalid(key: &'static str, value: &str, expected: &'static str) -> Self {
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
