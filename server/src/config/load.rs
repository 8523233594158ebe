//! Where settings come from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::file::{self, SettingsFile};
use super::table::{Setting, Settings, TABLE};
use super::together;
use super::{ConfigError, ConfigErrors, unknown};

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
    /// The setting, as in `limits.body_mb`.
    pub name: String,
    /// Its value.
    pub value: String,
}

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
    let file = file::find(source, &mut loaded.wrong);
    for Flag { flag, name, .. } in &source.flags {
        if Setting::of(name).is_none() {
            loaded.wrong.push(unknown((*flag).to_owned(), name));
        }
    }
    for (index, setting) in TABLE.iter().enumerate() {
        for (origin, value) in values(setting, &file, source) {
            match (setting.set)(&mut loaded.settings, &value) {
                Ok(()) => loaded.origins[index] = origin,
                Err(reason) => loaded.wrong.push(ConfigError::Value {
                    path: setting.path.to_owned(),
                    origin,
                    reason,
                }),
            }
        }
    }
    if loaded.wrong.is_empty() {
        loaded.check_together();
    }
    loaded
}

impl Loaded {
    /// What is wrong with settings that are good each on its own.
    fn check_together(&mut self) {
        for (path, reason) in together::check(&self.settings) {
            let index = TABLE.iter().position(|setting| setting.path == path);
            self.wrong.push(ConfigError::Value {
                path: path.to_owned(),
                origin: index.map_or(Origin::Default, |index| self.origins[index].clone()),
                reason,
            });
        }
    }

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
                setting.path,
                setting.help,
                setting.variable(),
            );
            for error in &self.wrong {
                if let ConfigError::Value {
                    path,
                    origin,
                    reason,
                } = error
                    && let Some(at) = path.strip_prefix(setting.path)
                    && !at.starts_with(|next: char| next.is_alphanumeric() || next == '_')
                {
                    let _ = writeln!(text, "    WRONG{at}, from {origin}: {reason}");
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
    if let Some(value) = file.values.get(setting.path) {
        values.push((Origin::File(file.path.clone()), value.clone()));
    }
    let variable = setting.variable();
    if let Some(value) = source.environment.get(&variable) {
        values.push((Origin::Environment(variable), value.clone()));
    }
    for Flag { flag, name, value } in &source.flags {
        if name == setting.path {
            values.push((Origin::Flag(flag), value.clone()));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;
    use std::path::Path;

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
            "[listen]\naddress = '127.0.0.1:1'\n[sign_in]\nsession_hours = 3\n[log]\nfilter = 'warn'",
        );
        given
            .environment
            .insert("MIGASFREE_LISTEN".to_owned(), "127.0.0.1:2".to_owned());
        given
            .environment
            .insert("MIGASFREE_LOG".to_owned(), "debug".to_owned());
        for (flag, name, value) in [
            ("--listen", "listen.address", "127.0.0.1:3"),
            ("--set", "limits.rate_operator", "5"),
            ("--set", "limits.rate_operator", "6"),
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
            "postgres://m:hunter2@db/m".to_owned(),
        );
        let loaded = load(&given);
        let text = loaded.explain();
        let settings = loaded.settings().unwrap();
        assert!(
            text.contains("postgres://m:***@db/m") && !text.contains("hunter2"),
            "{text}"
        );
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn wrong_values_and_names_say_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        for (file, at, part) in [
            (
                "[listen]\naddress = 'nowhere'",
                "listen.address",
                "127.0.0.1:8080",
            ),
            (
                "[sign_in]\nsession_hours = -1",
                "sign_in.session_hours",
                "whole number",
            ),
            ("lisstten = 1", "lisstten", "config check"),
            ("[lisstten]\naddress = 1", "lisstten", "config check"),
            ("[listen]\nadress = 1", "listen.adress", "config check"),
            (
                "session_hours = 3",
                "session_hours",
                "sign_in.session_hours meant",
            ),
            (
                "[limits]\nsession_hours = 3",
                "limits.session_hours",
                "sign_in.session_hours meant",
            ),
            ("listen = '[::]:80'", "listen", "write [listen]"),
            (
                "[listen]\naddress = {}",
                "listen.address",
                "a text, a number",
            ),
            (
                "[limits]\nbody_mb = 1.5",
                "limits.body_mb",
                "a text, a number",
            ),
            ("listen =", "", "TOML"),
            (
                "[listen]\npublic_url = 'ftp://x'",
                "listen.public_url",
                "https://migasfree.example",
            ),
            ("data = '/srv'", "data", "--data"),
            (
                "[sign_in]\nsession_hours = 0",
                "sign_in.session_hours",
                "from 1 to 8760",
            ),
            (
                "[computers]\ndefault_status = 'new'",
                "computers.default_status",
                "assigned",
            ),
            (
                "[computers]\nsearch_fields = ['id', 'colour']",
                "computers.search_fields",
                "ip_address",
            ),
            (
                "[computers]\nsearch_fields = ''",
                "computers.search_fields",
                "at least one",
            ),
            (
                "[log]\nfilter = 'info,migasfree_server=loud'",
                "log.filter",
                "what to log",
            ),
            (
                "[organization]\ntime_zone = 'Nowhere'",
                "organization.time_zone",
                "Europe/Madrid",
            ),
            (
                "[[proxies]]\nname = 'edge'\naddresses = ['nowhere']",
                "proxies[0].addresses[0]",
                "neither",
            ),
        ] {
            let wrong = load(&source(folder.path(), file)).settings();
            let error = wrong.unwrap_err().to_string();
            for part in [at, part, "settings.toml"] {
                assert!(error.contains(part), "{part} is not in {error}");
            }
        }
    }

    #[test]
    fn the_example_can_be_used_and_has_every_section() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/migasfree-server.toml");
        let text = fs::read_to_string(&example).unwrap();
        for setting in TABLE {
            if let Some((section, _)) = setting.path.split_once('.') {
                assert!(text.contains(&format!("\n[{section}]\n")), "{section}");
            }
        }
        let given = Source {
            file: Some(example),
            ..Source::default()
        };
        let settings = load(&given).settings().unwrap();
        assert_eq!(settings.listen.port(), 8080);
        let proxy = "10.1.2.3".parse().unwrap();
        assert!(settings.trusted_proxies.networks().contains(proxy));
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
            "[listen]\naddress = 'nowhere'\nlisten_to = 1\n[log]\nfilter = 'warn'\n[[proxies]]\nname = 'edge'\naddresses = []",
        );
        for (name, value) in [
            ("DATABASE_URL", "mysql://m:hunter2@db/m"),
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
        for part in [
            "listen.address = 127.0.0.1:8080\n",
            "WRONG, from",
            "WRONG[0].addresses, from",
            "log.filter = warn\n",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let error = loaded.settings().unwrap_err();
        assert_eq!(error.0.len(), 5, "{error}");
        for part in [
            "nowhere",
            "listen_to",
            "postgres://user",
            "--set: there is no setting \"colour\"",
        ] {
            assert!(error.to_string().contains(part), "{part}: {error}");
        }
        assert!(!format!("{error}{text}").contains("hunter2"));
    }
}
