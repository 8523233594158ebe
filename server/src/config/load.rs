//! Where settings come from.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::table::{Setting, Settings, TABLE};
use super::{ConfigError, ConfigErrors};

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
    /// Flags of the command line.
    pub flags: Vec<Flag>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
}

/// A value given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As it is written, such as `--data`.
    pub flag: &'static str,
    /// The setting.
    pub name: String,
    /// Its value.
    pub value: String,
}

const FILE_NAME: &str = "migasfree-server.toml";
/// Variables that begin as ours do and belong to other programs of the product.
const NOT_OURS: [&str; 4] = [
    "MIGASFREE_CLIENT_",
    "MIGASFREE_PACKAGER_",
    "MIGASFREE_PLAY_",
    "MIGASFREE_CONF",
];

/// What came of everything that was given.
#[derive(Debug)]
pub struct Loaded {
    settings: Settings,
    origins: Vec<Origin>,
    wrong: Vec<ConfigError>,
    unknown: Vec<String>,
}

/// Reads the settings; what is wrong with them is in the result.
pub fn load(source: &Source) -> Loaded {
    let mut loaded = Loaded {
        settings: Settings::default(),
        origins: vec![Origin::Default; TABLE.len()],
        wrong: Vec::new(),
        unknown: unknown_variables(&source.environment),
    };
    let file = settings_file(source, &mut loaded.wrong);
    for Flag { flag, name, .. } in &source.flags {
        if !TABLE.iter().any(|setting| setting.name == *name) {
            loaded.wrong.push(ConfigError::Unknown {
                path: (*flag).to_owned(),
                name: name.clone(),
            });
        }
    }
    for (index, setting) in TABLE.iter().enumerate() {
        for (origin, value) in values(setting, &file, source) {
            match (setting.set)(&mut loaded.settings, &value) {
                Ok(()) => loaded.origins[index] = origin,
                Err(reason) => loaded.wrong.push(ConfigError::Value {
                    name: setting.name,
                    origin,
                    reason,
                }),
            }
        }
    }
    loaded
}

impl Loaded {
    /// The settings in force, when nothing is wrong.
    ///
    /// # Errors
    /// Everything that cannot be used.
    pub fn settings(self) -> Result<Settings, ConfigErrors> {
        if self.wrong.is_empty() {
            Ok(self.settings)
        } else {
            Err(ConfigErrors(self.wrong))
        }
    }

    /// Variables of the environment that look like settings and are none.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Every setting with its value, origin and meaning, for `config check`.
    pub fn explain(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        for (setting, origin) in TABLE.iter().zip(&self.origins) {
            let value = Some((setting.show)(&self.settings)).filter(|value| !value.is_empty());
            let value = value.as_deref().unwrap_or("(none)");
            let _ = write!(
                text,
                "{} = {value}\n    {}\n    from: {origin}; environment: {}\n",
                setting.name,
                setting.help,
                setting.variable(),
            );
            for error in &self.wrong {
                if let ConfigError::Value {
                    name,
                    origin,
                    reason,
                } = error
                    && *name == setting.name
                {
                    let _ = writeln!(text, "    WRONG, from {origin}: {reason}");
                }
            }
            text.push('\n');
        }
        text
    }
}

fn unknown_variables(environment: &BTreeMap<String, String>) -> Vec<String> {
    let known = |name: &str| TABLE.iter().any(|setting| setting.variable() == name);
    let foreign = |name: &str| NOT_OURS.iter().any(|start| name.starts_with(start));
    let names = environment.keys();
    names
        .filter(|name| name.starts_with("MIGASFREE_") && !known(name) && !foreign(name))
        .cloned()
        .collect()
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
    for Flag { flag, name, value } in &source.flags {
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
fn settings_file(source: &Source, wrong: &mut Vec<ConfigError>) -> SettingsFile {
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
        Ok(text) => return parse(&path, &text, wrong),
        Err(error) if error.kind() == io::ErrorKind::NotFound && given.is_none() => {}
        Err(source) => wrong.push(ConfigError::File {
            path: path.display().to_string(),
            source,
        }),
    }
    SettingsFile::default()
}

fn data_folder(source: &Source) -> PathBuf {
    let flag = source
        .flags
        .iter()
        .rfind(|flag| flag.name == "data")
        .map(|flag| &flag.value);
    flag.or_else(|| source.environment.get("MIGASFREE_DATA"))
        .map_or_else(|| Settings::default().data, PathBuf::from)
}

fn parse(path: &Path, text: &str, wrong: &mut Vec<ConfigError>) -> SettingsFile {
    let shown = path.display().to_string();
    let mut file = SettingsFile {
        path: path.to_owned(),
        values: BTreeMap::new(),
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(source) => {
            let source = Box::new(source);
            wrong.push(ConfigError::Syntax {
                path: shown,
                source,
            });
            return file;
        }
    };
    for (name, value) in table {
        let Some(setting) = TABLE.iter().find(|setting| setting.name == name) else {
            wrong.push(ConfigError::Unknown {
                path: shown.clone(),
                name,
            });
            continue;
        };
        let text = if setting.name == "data" {
            Err("the folder is given with --data or MIGASFREE_DATA")
        } else {
            as_text(&value).ok_or("a text, a number, true, false or a list of texts is needed")
        };
        match text {
            Ok(text) => {
                file.values.insert(name, text);
            }
            Err(reason) => wrong.push(ConfigError::Value {
                name: setting.name,
                origin: Origin::File(path.to_owned()),
                reason: reason.to_owned(),
            }),
        }
    }
    file
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
        for (flag, name, value) in [
            ("--listen", "listen", "127.0.0.1:3"),
            ("--set", "rate_operator", "5"),
            ("--set", "rate_operator", "6"),
        ] {
            let (name, value) = (name.to_owned(), value.to_owned());
            given.flags.push(Flag { flag, name, value });
        }
        let loaded = load(&given);
        let text = loaded.explain();
        let settings = loaded.settings().unwrap();
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.log, "debug");
        assert_eq!(settings.session_hours, 3);
        assert_eq!((settings.rate_operator, settings.rate_anonymous), (6, 100));
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
        let loaded = load(&given);
        let text = loaded.explain();
        let settings = loaded.settings().unwrap();
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
            ("data = '/srv'", "--data"),
            ("session_hours = 0", "from 1 to 8760"),
            ("default_computer_status = 'new'", "assigned"),
            ("computer_search_fields = ['id', 'colour']", "ip_address"),
            ("computer_search_fields = ''", "at least one"),
            ("log = 'info,migasfree_server=loud'", "what to log"),
            ("time_zone = 'Nowhere'", "Europe/Madrid"),
        ] {
            let wrong = load(&source(folder.path(), file)).settings();
            let error = wrong.unwrap_err().to_string();
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
        let wrong = load(&given).settings().unwrap_err();
        assert!(matches!(wrong.0[..], [ConfigError::File { .. }]));
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_beside_its_setting() {
        let folder = tempfile::tempdir().unwrap();
        let mut given = source(
            folder.path(),
            "listen = 'nowhere'\nlisten_to = 1\nlog = 'warn'",
        );
        for (name, value) in [
            ("DATABASE_URL", "mysql://m:secret@db/m"),
            ("MIGASFREE_LISTENN", "127.0.0.1:2"),
            ("MIGASFREE_CLIENT_SERVER", "elsewhere"),
        ] {
            given.environment.insert(name.to_owned(), value.to_owned());
        }
        given.flags.push(Flag {
            flag: "--set",
            name: "colour".to_owned(),
            value: "red".to_owned(),
        });
        let loaded = load(&given);
        assert_eq!(loaded.unknown(), ["MIGASFREE_LISTENN"]);
        let text = loaded.explain();
        for part in ["listen = 127.0.0.1:8080\n", "WRONG", "log = warn\n"] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let error = loaded.settings().unwrap_err();
        assert_eq!(error.0.len(), 4, "{error}");
        for part in [
            "nowhere",
            "listen_to",
            "postgres://user",
            "--set: there is no setting \"colour\"",
        ] {
            assert!(error.to_string().contains(part), "{part}: {error}");
        }
        assert!(!format!("{error}{text}").contains("secret"));
    }
}
