//! The settings file: sections of keys, and lists.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::Value;

use super::load::{Origin, Source};
use super::table::{Setting, Settings, TABLE};
use super::value::Misplaced;
use super::{ConfigError, unknown};

const FILE_NAME: &str = "migasfree-server.toml";

/// What stands in the settings file, as text, by the path of the setting.
#[derive(Default)]
pub(super) struct SettingsFile {
    pub(super) path: PathBuf,
    pub(super) values: BTreeMap<&'static str, String>,
}

/// `--config`, else `migasfree-server.toml` in the data folder, if it is there.
pub(super) fn find(source: &Source, wrong: &mut Vec<ConfigError>) -> SettingsFile {
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
    let mut file = SettingsFile {
        path: path.to_owned(),
        values: BTreeMap::new(),
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(source) => {
            let path = path.display().to_string();
            let source = Box::new(source);
            wrong.push(ConfigError::Syntax { path, source });
            return file;
        }
    };
    for (name, value) in &table {
        match value {
            Value::Table(keys) if is_section(name) => {
                for (key, value) in keys {
                    file.take(&format!("{name}.{key}"), value, wrong);
                }
            }
            value => file.take(name, value, wrong),
        }
    }
    file
}

fn is_section(name: &str) -> bool {
    let mut paths = TABLE
        .iter()
        .filter_map(|setting| setting.path.split_once('.'));
    paths.any(|(section, _)| section == name)
}

impl SettingsFile {
    /// Takes one value.
    fn take(&mut self, path: &str, value: &Value, wrong: &mut Vec<ConfigError>) {
        match self.read(path, value) {
            Ok((path, text)) => {
                self.values.insert(path, text);
            }
            Err(error) => wrong.push(error),
        }
    }

    fn read(&self, path: &str, value: &Value) -> Result<(&'static str, String), ConfigError> {
        let wrong = |Misplaced { at, reason }: Misplaced| ConfigError::Value {
            path: format!("{path}{at}"),
            origin: Origin::File(self.path.clone()),
            reason,
        };
        let Some(setting) = Setting::of(path) else {
            if is_section(path) {
                let reason = format!("it is a section: write [{path}], and its keys below");
                return Err(wrong(Misplaced::here(reason)));
            }
            return Err(unknown(self.path.display().to_string(), path));
        };
        if setting.path == "data" {
            let reason = "the folder is given with --data or MIGASFREE_DATA";
            return Err(wrong(Misplaced::here(reason)));
        }
        let text = (setting.read)(value).map_err(wrong)?;
        Ok((setting.path, text))
    }
}
