//! Where settings come from.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::table::{Setting, Settings, TABLE};

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The settings file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// What was given to the process.
#[derive(Debug, Default)]
pub struct Source {
    /// `--config`
    pub file: Option<PathBuf>,
    /// Flags by setting.
    pub flags: Vec<(&'static str, &'static str, String)>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
}

const FILE_NAME: &str = "migasfree-server.toml";

/// The settings in force, and where each comes from.
///
/// # Errors
/// The first value that cannot be used.
pub fn load(source: &Source) -> Result<(Settings, Vec<Origin>), ConfigError> {
    let mut settings = Settings::default();
    let mut origins = vec![Origin::Default; TABLE.len()];
    let file = settings_file(source)?;
    for (index, setting) in TABLE.iter().enumerate() {
        for (origin, value) in values(setting, &file, source) {
            (setting.set)(&mut settings, &value).map_err(|reason| ConfigError::Value {
                name: setting.name,
                origin: origin.clone(),
                reason,
            })?;
            origins[index] = origin;
        }
    }
    Ok((settings, origins))
}

/// The values given for a setting, weakest first.
fn values(setting: &Setting, file: &SettingsFile, source: &Source) -> Vec<(Origin, String)> {
    let mut values = Vec::new();
    if let Some(value) = file.values.get(setting.name) {
        values.push((Origin::File(file.path.clone()), value.clone()));
    }
    let variable = setting.variable();
    if let Some(value) = source.environment.get(&variable) {
        values.push((Origin::Environment(variable), value.clone()));
    }
    for (name, flag, value) in &source.flags {
        if *name == setting.name {
            values.push((Origin::Flag(flag), value.clone()));
        }
    }
    values
}

#[derive(Default)]
struct SettingsFile {
    path: PathBuf,
    values: BTreeMap<String, String>,
}

/// `--config`, else `migasfree-server.toml` in the data folder, if it is there.
fn settings_file(source: &Source) -> Result<SettingsFile, ConfigError> {
    let given = source.file.clone().or_else(|| {
        source
            .environment
            .get("MIGASFREE_CONFIG")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    });
    let path = given
        .clone()
        .unwrap_or_else(|| data_folder(source).join(FILE_NAME));
    match fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && given.is_none() => {
            Ok(SettingsFile::default())
        }
        Err(source) => Err(ConfigError::File {
            path: path.display().to_string(),
            source,
        }),
    }
}

fn data_folder(source: &Source) -> PathBuf {
    let flag = source
        .flags
        .iter()
        .rfind(|(name, ..)| *name == "data")
        .map(|(.., value)| value);
    flag.or_else(|| source.environment.get("MIGASFREE_DATA"))
        .map_or_else(|| Settings::default().data, PathBuf::from)
}

fn parse(path: &Path, text: &str) -> Result<SettingsFile, ConfigError> {
    let shown = path.display().to_string();
    let table: toml::Table = text.parse().map_err(|source| ConfigError::Syntax {
        path: shown.clone(),
        source: Box::new(source),
    })?;
    let mut values = BTreeMap::new();
    for (name, value) in table {
        let setting = TABLE.iter().find(|setting| setting.name == name);
        let Some(setting) = setting.filter(|setting| setting.name != "data") else {
            return Err(ConfigError::Unknown { path: shown, name });
        };
        let text = as_text(&value).ok_or_else(|| ConfigError::Value {
            name: setting.name,
            origin: Origin::File(path.to_owned()),
            reason: "a text, a number, true, false or a list of texts is needed".to_owned(),
        })?;
        values.insert(name, text);
    }
    Ok(SettingsFile {
        path: path.to_owned(),
        values,
    })
}

fn as_text(value: &toml::Value) -> Option<String> {
    Some(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(value) => value.to_string(),
        toml::Value::Array(items) => items
            .iter()
            .map(toml::Value::as_str)
            .collect::<Option<Vec<_>>>()?
            .join(","),
        _ => return None,
    })
}

/// Every setting with its value, origin and meaning, for `config check`.
pub fn explain(settings: &Settings, origins: &[Origin]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (setting, origin) in TABLE.iter().zip(origins) {
        let value = (setting.show)(settings);
        let value = if value.is_empty() {
            "(none)".to_owned()
        } else {
            value
        };
        let _ = write!(
            text,
            "{} = {value}\n    {}\n    from: {origin}; environment: {}\n\n",
            setting.name,
            setting.help,
            setting.variable(),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn source(folder: &Path, file: &str) -> Source {
        let path = folder.join("settings.toml");
        fs::write(&path, file).unwrap();
        Source {
            file: Some(path),
            ..Source::default()
        }
    }

    #[test]
    fn a_flag_beats_the_environment_and_the_environment_beats_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut given = source(
            folder.path(),
            "listen = '127.0.0.1:1'\nsession_hours = 3\nlog = 'warn'",
        );
        given
            .environment
            .insert("MIGASFREE_LISTEN".to_owned(), "127.0.0.1:2".to_owned());
        given
            .environment
            .insert("MIGASFREE_LOG".to_owned(), "debug".to_owned());
        given
            .flags
            .push(("listen", "--listen", "127.0.0.1:3".to_owned()));
        let (settings, origins) = load(&given).unwrap();
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.log, "debug");
        assert_eq!(settings.session_hours, 3);
        assert_eq!(settings.rate_operator, 1000);
        let text = explain(&settings, &origins);
        for part in [
            "from: flag --listen",
            "from: environment MIGASFREE_LOG;",
            "settings.toml",
            "from: default",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn the_password_of_the_database_is_not_shown() {
        let mut given = Source::default();
        given.environment.insert(
            "DATABASE_URL".to_owned(),
            "postgres://m:secret@db/m".to_owned(),
        );
        let (settings, origins) = load(&given).unwrap();
        let text = explain(&settings, &origins);
        assert!(
            text.contains("postgres://m:***@db/m") && !text.contains("secret@"),
            "{text}"
        );
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn wrong_values_and_names_say_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        for (file, part) in [
            ("listen = 'nowhere'", "127.0.0.1:8080"),
            ("session_hours = -1", "whole number"),
            ("lisstten = 1", "lisstten"),
            ("listen = {}", "a text, a number"),
            ("listen =", "TOML"),
            ("public_url = 'ftp://x'", "https://migasfree.example"),
        ] {
            let error = load(&source(folder.path(), file)).unwrap_err().to_string();
            assert!(
                error.contains(part) && error.contains("settings.toml"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_that_was_named_has_to_exist() {
        let given = Source {
            file: Some("/nowhere/at/all.toml".into()),
            ..Source::default()
        };
        assert!(matches!(load(&given), Err(ConfigError::File { .. })));
    }
}
