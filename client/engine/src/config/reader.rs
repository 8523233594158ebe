//! Finds the values of keys in the files and the environment.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{ConfigError, read_optional};
use super::ini::Ini;
use super::misread::{Expected, Misread, Place, Unread, Used};
use super::remote::RemoteSupport;

pub(super) const CLIENT: &str = "client";
pub(super) const PACKAGER: &str = "packager";
pub(super) const ENROLMENT_TOKEN: &str = "Enrolment_Token";

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Default,
    File,
    Environment,
}

impl Origin {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "env",
        }
    }
}

/// Reads keys, and keeps in mind where their values came from and which of them say nothing.
pub(super) struct Reader<'a> {
    files: Vec<(PathBuf, Ini)>,
    environment: &'a dyn Fn(&str) -> Option<String>,
    /// A file that shows a password to others.
    pub(super) exposed: Option<PathBuf>,
    /// One that shows them an enrolment token.
    pub(super) exposed_token: Option<PathBuf>,
    pub(super) origins: BTreeMap<(&'static str, &'static str), Origin>,
    pub(super) misread: Vec<Misread>,
    pub(super) unread: Vec<Unread>,
}

impl<'a> Reader<'a> {
    /// The file and, by name, `<file>.d/*.conf`.
    pub(super) fn open(
        file: &Path,
        environment: &'a dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut reader = Self {
            files: Vec::new(),
            environment,
            exposed: None,
            exposed_token: None,
            origins: BTreeMap::new(),
            misread: Vec::new(),
            unread: Vec::new(),
        };
        reader.read(file.to_owned())?;
        let mut folder = file.as_os_str().to_owned();
        folder.push(".d");
        let entries = std::fs::read_dir(PathBuf::from(folder));
        let entries = entries.into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "conf")
        });
        paths.sort();
        for path in paths {
            reader.read(path)?;
        }
        Ok(reader)
    }

    fn read(&mut self, path: PathBuf) -> Result<(), ConfigError> {
        let mut ini = Ini::parse(&read_optional(&path)?);
        if is_readable_by_others(&path) && ini.remove(PACKAGER, "Password") {
            self.exposed = Some(path.clone());
        }
        if is_readable_by_others(&path) && ini.remove(CLIENT, ENROLMENT_TOKEN) {
            self.exposed_token = Some(path.clone());
        }
        if !ini.unread().is_empty() {
            self.unread.push(Unread {
                path: path.clone(),
                lines: ini.unread().to_vec(),
            });
        }
        self.files.push((path, ini));
        Ok(())
    }

    /// A value and where it stands: the environment wins, then the last file that names the key.
    fn find(&self, section: &str, key: &str) -> Option<(String, Place)> {
        let variable = format!("MIGASFREE_{section}_{key}").to_uppercase();
        if let Some(value) = (self.environment)(&variable).filter(|value| !value.is_empty()) {
            return Some((value, Place::Environment(variable)));
        }
        let named = |(_, ini): &&(PathBuf, Ini)| ini.names(section, key);
        let (path, ini) = self.files.iter().rev().find(named)?;
        let value = ini.get(section, key)?;
        Some((value.to_owned(), Place::File(path.clone())))
    }

    fn value(&mut self, section: &'static str, key: &'static str) -> Option<(String, Place)> {
        let found = self.find(section, key);
        let origin = match &found {
            Some((_, Place::Environment(_))) => Origin::Environment,
            Some((_, Place::File(_))) => Origin::File,
            None => Origin::Default,
        };
        self.origins.insert((section, key), origin);
        found
    }

    pub(super) fn client(&mut self, key: &'static str) -> Option<String> {
        self.value(CLIENT, key).map(|(value, _)| value)
    }

    pub(super) fn packager(&mut self, key: &'static str) -> Option<String> {
        self.value(PACKAGER, key).map(|(value, _)| value)
    }

    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        self.understood(key, Expected::Flag, boolean, default, bool::to_string)
    }

    pub(super) fn number(&mut self, key: &'static str, default: usize) -> usize {
        let read = |text: &str| text.trim().parse().ok();
        self.understood(key, Expected::Number, read, default, usize::to_string)
    }

    pub(super) fn time(&mut self, key: &'static str, default: Duration) -> Duration {
        let shown = |time: &Duration| shown_time(*time);
        self.understood(key, Expected::Time, minutes, default, shown)
    }

    fn understood<T>(
        &mut self,
        key: &'static str,
        expected: Expected,
        read: impl Fn(&str) -> Option<T>,
        default: T,
        shown: impl Fn(&T) -> String,
    ) -> T {
        let Some((value, place)) = self.value(CLIENT, key) else {
            return default;
        };
        read(&value).unwrap_or_else(|| {
            let used = Used::Default(shown(&default));
            self.misread(key, value, place, expected, used);
            default
        })
    }

    /// The first of these keys that has a value, if it is one.
    pub(super) fn one_of(
        &mut self,
        keys: &[&'static str],
        expected: Expected,
        used: Used,
        fits: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let found: Vec<_> = keys
            .iter()
            .map(|key| (*key, self.value(CLIENT, key)))
            .collect();
        let (key, (value, place)) = found
            .into_iter()
            .find_map(|(key, found)| Some((key, found?)))?;
        if fits(&value) {
            return Some(value);
        }
        self.misread(key, value, place, expected, used);
        None
    }

    /// A word that is none means `off`: whoever wrote it wanted less than there is without it.
    pub(super) fn remote_support(&mut self) -> RemoteSupport {
        let key = "Remote_Support";
        let Some((value, place)) = self.value(CLIENT, key) else {
            return RemoteSupport::default();
        };
        RemoteSupport::parse(&value).unwrap_or_else(|| {
            let used = Used::Default(RemoteSupport::Off.to_string());
            self.misread(key, value, place, Expected::RemoteSupport, used);
            RemoteSupport::Off
        })
    }

    /// The words of a list that fit.
    pub(super) fn words(
        &mut self,
        key: &'static str,
        expected: Expected,
        fits: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let Some((value, place)) = self.value(CLIENT, key) else {
            return Vec::new();
        };
        let words = value.split([',', ' ']).filter(|word| !word.is_empty());
        let (fine, wrong): (Vec<_>, Vec<_>) = words.map(str::to_owned).partition(|word| fits(word));
        for word in wrong {
            self.misread(key, word, place.clone(), expected, Used::Nothing);
        }
        fine
    }

    fn misread(
        &mut self,
        key: &'static str,
        value: impl Display,
        place: Place,
        expected: Expected,
        used: Used,
    ) {
        self.misread.push(Misread {
            place,
            section: CLIENT,
            key,
            value: value.to_string(),
            expected,
            used,
        });
    }
}

fn is_readable_by_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

/// A length of time: minutes unless `s`, `m` or `h` follows. `None` for anything else.
fn minutes(text: &str) -> Option<Duration> {
    let text = text.trim();
    let number = text.trim_end_matches(['s', 'm', 'h']);
    let unit = match &text[number.len()..] {
        "s" => 1,
        "" | "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let seconds = number.trim().parse::<u64>().ok()?.checked_mul(unit)?;
    Some(Duration::from_secs(seconds))
}

/// The same length of time as somebody would write it.
pub(super) fn shown_time(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds % 60 == 0 => (seconds / 60).to_string(),
        seconds => format!("{seconds}s"),
    }
}

/// Yes and no in the words the file may use; `None` for anything else.
fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "on" | "yes" | "y" | "1" => Some(true),
        "false" | "off" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}
