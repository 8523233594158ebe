//! Changing the configuration file: all values are checked first, then written at once.

use std::fs;
use std::path::Path;

use super::address::ServerAddress;
use super::error::{ConfigError, read_optional};
use super::ini;
use crate::files;
use crate::sync::EngineText;

/// Characters of the longest name a computer may have; Linux allows no more for a host.
pub(super) const LONGEST_NAME: usize = 64;

/// One key of `[client]` and its new text; an empty text takes the key out of force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub key: &'static str,
    pub value: String,
}

impl Change {
    /// Checks the value against what the key takes.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`].
    pub fn new(key: &'static str, value: &str) -> Result<Self, ConfigError> {
        let value = value.trim();
        let invalid = |expected| Err(ConfigError::invalid(key, value, expected));
        match key {
            "Server" => {
                ServerAddress::parse(value, None, None)?;
            }
            "Project" if value.is_empty() || !value.chars().all(is_name) => {
                return invalid(EngineText::ConfigName);
            }
            "Computer_Name" if !value.chars().all(is_name) => {
                return invalid(EngineText::ConfigNameOrEmpty);
            }
            "Computer_Name" if value.chars().count() > LONGEST_NAME => {
                return invalid(EngineText::ConfigNameLength);
            }
            "Auto_Update_Packages" | "Manage_Devices" | "Upload_Hardware" | "Debug"
                if value != "true" && value != "false" =>
            {
                return invalid(EngineText::ConfigFlag);
            }
            "Proxy" | "Package_Proxy_Cache" if !value.is_empty() && !is_host_and_port(value) => {
                return invalid(EngineText::ConfigHostAndPortOrEmpty);
            }
            _ => {}
        }
        Ok(Self {
            key,
            value: value.to_owned(),
        })
    }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.-".contains(letter)
}

fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    !host.is_empty()
        && !host.contains(char::is_whitespace)
        && !host.contains('/')
        && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// A host and a port and nothing else, as it can stand in an address.
pub(super) fn is_plain_host_and_port(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-[]:".contains(&byte);
    is_host_and_port(text) && text.bytes().all(plain)
}

/// Writes the changes into the file, keeping its comments and order. The older keys `Protocol` and `Port` are taken
/// out of force when the server changes, for its address says both.
///
/// # Errors
/// [`ConfigError::Read`] when the file cannot be read or written, [`ConfigError::NotText`] when what is in it would be
/// lost; it is then as it was.
pub fn apply(file: &Path, changes: &[Change]) -> Result<(), ConfigError> {
    let mut text = read_optional(file)?;
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(ConfigError::NotText(file.to_owned()));
    }
    for change in changes {
        if change.key == "Server" {
            text = ini::edit(&text, "client", "Protocol", "");
            text = ini::edit(&text, "client", "Port", "");
        }
        text = ini::edit(&text, "client", change.key, &change.value);
    }
    replace(file, &text).map_err(|source| ConfigError::Read {
        path: file.to_owned(),
        source,
    })
}

fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = file.parent().unwrap_or_else(|| Path::new("/"));
    files::public_folder(folder)?;
    let mode = fs::metadata(file).map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
    files::write(file, text.as_bytes(), mode)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_that_make_no_sense_are_refused() {
        for (key, value) in [
            ("Server", "a b"),
            ("Project", ""),
            ("Project", "a/b"),
            ("Computer_Name", "a b"),
            ("Debug", "yes"),
            ("Proxy", "host"),
            ("Proxy", "host:0"),
            ("Package_Proxy_Cache", "host:70000"),
        ] {
            assert!(Change::new(key, value).is_err(), "{key} {value}");
        }
        assert!(Change::new("Computer_Name", "").is_ok());
    }

    #[test]
    fn a_new_server_silences_the_older_keys() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migasfree.conf");
        fs::write(
            &file,
            "[client]\nServer = old\nProtocol = http\nPort = 81\n",
        )
        .unwrap();
        apply(
            &file,
            &[Change::new("Server", "https://new.example").unwrap()],
        )
        .unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(
            text,
            "[client]\nServer = https://new.example\n# Protocol = http\n# Port = 81\n"
        );
    }
}
