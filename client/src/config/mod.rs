//! The configuration of a computer: `migasfree.conf`, its drop-in files and the environment.
//!
//! The environment wins over the drop-ins, these (by name) over the file, the file over the defaults.

mod address;
pub mod ini;
mod project;
mod write;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use address::{Scheme, ServerAddress};
pub use project::default_project;
pub use write::{Change, apply};

use ini::Ini;

/// Characters of the longest name a computer may have; Linux allows no more for a host.
const LONGEST_NAME: usize = 64;

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
    fn invalid(key: &'static str, value: &str, expected: &'static str) -> Self {
        Self::Invalid {
            key,
            value: value.to_owned(),
            expected,
        }
    }
}

/// How long a script of a package may be silent unless the settings say otherwise.
pub const SCRIPT_SILENCE_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    File,
    Environment,
}

impl Origin {
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "env",
        }
    }
}

/// A secret that does not show in logs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("***")
    }
}

/// Who uploads packages, where to; everything may be missing and is asked for then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packager {
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// A file that holds a password and that others than its owner can read: the password in it does not count.
    pub exposed: Option<PathBuf>,
    pub project: Option<String>,
    pub store: Option<String>,
}

/// The configuration in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The file read and edited; it may not exist.
    pub file: PathBuf,
    pub server: ServerAddress,
    pub project: String,
    pub computer_name: String,
    pub auto_update_packages: bool,
    pub manage_devices: bool,
    pub upload_hardware: bool,
    /// How many packages work that nobody waits for may remove.
    pub unattended_removals: usize,
    pub debug: bool,
    /// Whether passwords may go over http to other computers, where everybody on the way can read them.
    pub allow_insecure_credentials: bool,
    /// UUIDs that firmware makers left in many computers, beyond those known.
    pub firmware_fillers: Vec<String>,
    pub proxy: Option<String>,
    pub package_proxy_cache: Option<String>,
    /// How long a script of a package may be without output and processor time; `None` for ever.
    pub script_silence_limit: Option<Duration>,
    /// Overrides the detection of the package manager.
    pub package_manager: Option<String>,
    pub packager: Packager,
    /// Where the value of each key of `[client]` came from.
    pub origins: BTreeMap<&'static str, Origin>,
}

/// What the configuration is read from.
pub struct Sources<'a> {
    pub file: PathBuf,
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    pub host_name: &'a str,
    /// The text of `os-release`, for the default project.
    pub os_release: &'a str,
}

impl std::fmt::Debug for Sources<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Sources")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// # Errors
    /// When a file exists but cannot be read, or a value makes no sense.
    pub fn load(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let (ini, exposed) = read_files(&sources.file)?;
        let mut reader = Reader {
            ini,
            environment: sources.environment,
            origins: BTreeMap::new(),
        };
        let protocol = reader.client("Protocol", "PROTOCOL");
        let port = reader.client("Port", "PORT");
        let server = reader
            .client("Server", "SERVER")
            .unwrap_or_else(|| "localhost".to_owned());
        let host_name = sources.host_name.split('.').next().unwrap_or_default();
        let mut settings = Self {
            file: sources.file.clone(),
            server: ServerAddress::parse(&server, protocol.as_deref(), port.as_deref())?,
            project: reader
                .client("Project", "PROJECT")
                .unwrap_or_else(|| default_project(sources.os_release)),
            computer_name: reader
                .client("Computer_Name", "COMPUTER_NAME")
                .unwrap_or_else(|| host_name.to_owned())
                .chars()
                .take(LONGEST_NAME)
                .collect(),
            auto_update_packages: reader.flag("Auto_Update_Packages", "AUTO_UPDATE_PACKAGES", true),
            manage_devices: reader.flag("Manage_Devices", "MANAGE_DEVICES", true),
            upload_hardware: reader.flag("Upload_Hardware", "UPLOAD_HARDWARE", true),
            unattended_removals: reader.number(
                "Unattended_Removals",
                "UNATTENDED_REMOVALS",
                crate::policy::UNATTENDED_REMOVALS,
            ),
            debug: reader.flag("Debug", "DEBUG", false),
            allow_insecure_credentials: reader.flag(
                "Allow_Insecure_Credentials",
                "ALLOW_INSECURE_CREDENTIALS",
                false,
            ),
            firmware_fillers: reader
                .client("Firmware_Fillers", "FIRMWARE_FILLERS")
                .unwrap_or_default()
                .split([',', ' '])
                .filter(|uuid| !uuid.is_empty())
                .map(str::to_owned)
                .collect(),
            proxy: reader.client("Proxy", "PROXY"),
            package_proxy_cache: reader.client("Package_Proxy_Cache", "PACKAGE_PROXY_CACHE"),
            script_silence_limit: reader
                .client("Script_Silence_Limit", "SCRIPT_SILENCE_LIMIT")
                .and_then(|text| minutes(&text))
                .map_or(Some(SCRIPT_SILENCE_LIMIT), |limit| {
                    Some(limit).filter(|limit| !limit.is_zero())
                }),
            package_manager: reader
                .client("Package_Manager", "PACKAGE_MANAGER")
                .or_else(|| reader.client("PackageManager", "PACKAGEMANAGER")),
            packager: Packager {
                user: reader.packager("User", "USER"),
                password: reader.packager("Password", "PASSWORD").map(Secret),
                exposed,
                project: reader.packager("Project", "PROJECT"),
                store: reader.packager("Store", "STORE"),
            },
            origins: BTreeMap::new(),
        };
        settings.origins = reader.origins;
        Ok(settings)
    }
}

/// The file and, by name, `<file>.d/*.conf`, and which of them shows a password to others.
fn read_files(file: &Path) -> Result<(Ini, Option<PathBuf>), ConfigError> {
    let mut exposed = None;
    let mut read = |path: &Path| -> Result<Ini, ConfigError> {
        let mut ini = Ini::parse(&read_optional(path)?);
        if is_readable_by_others(path) && ini.remove("packager", "Password") {
            exposed = Some(path.to_owned());
        }
        Ok(ini)
    };
    let mut ini = read(file)?;
    let mut folder = file.as_os_str().to_owned();
    folder.push(".d");
    let entries = std::fs::read_dir(PathBuf::from(folder));
    let mut paths: Vec<_> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "conf")
    });
    paths.sort();
    for path in paths {
        ini.merge(read(&path)?);
    }
    Ok((ini, exposed))
}

fn is_readable_by_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

fn read_optional(path: &Path) -> Result<String, ConfigError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(ConfigError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

struct Reader<'a> {
    ini: Ini,
    environment: &'a dyn Fn(&str) -> Option<String>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Reader<'_> {
    fn client(&mut self, key: &'static str, variable: &str) -> Option<String> {
        let from_environment = (self.environment)(&format!("MIGASFREE_CLIENT_{variable}"));
        let (value, origin) = match from_environment.filter(|value| !value.is_empty()) {
            Some(value) => (Some(value), Origin::Environment),
            None => match self.ini.get("client", key) {
                Some(value) => (Some(value.to_owned()), Origin::File),
                None => (None, Origin::Default),
            },
        };
        self.origins.insert(key, origin);
        value
    }

    fn packager(&self, key: &str, variable: &str) -> Option<String> {
        (self.environment)(&format!("MIGASFREE_PACKAGER_{variable}"))
            .filter(|value| !value.is_empty())
            .or_else(|| self.ini.get("packager", key).map(str::to_owned))
    }

    fn flag(&mut self, key: &'static str, variable: &str, default: bool) -> bool {
        self.client(key, variable)
            .and_then(|value| boolean(&value))
            .unwrap_or(default)
    }

    fn number(&mut self, key: &'static str, variable: &str, default: usize) -> usize {
        self.client(key, variable)
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(default)
    }
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

/// Yes and no in the words the file may use; `None` for anything else.
fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "on" | "yes" | "y" | "1" => Some(true),
        "false" | "off" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn load(folder: &Path, environment: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let environment = |name: &str| {
            environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Settings::load(&Sources {
            file: folder.join("migasfree.conf"),
            environment: &environment,
            host_name: "pc7.example.org",
            os_release: "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n",
        })
    }

    #[test]
    fn without_a_file_the_defaults_hold() {
        let folder = tempfile::tempdir().unwrap();
        let settings = load(folder.path(), &[]).unwrap();
        assert_eq!(settings.server.base(), "https://localhost");
        assert_eq!(settings.project, "debian-gnu-linux-12");
        assert_eq!(settings.computer_name, "pc7");
        assert!(settings.auto_update_packages && !settings.debug);
        assert_eq!(settings.unattended_removals, 5);
        assert_eq!(settings.origins["Server"], Origin::Default);
    }

    #[test]
    fn environment_beats_drop_in_beats_file() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[client]\nServer = http://a\nProject = p1\nDebug = maybe\nProxy = x:1\n";
        std::fs::write(folder.path().join("migasfree.conf"), text).unwrap();
        std::fs::create_dir(folder.path().join("migasfree.conf.d")).unwrap();
        let drop_in = folder.path().join("migasfree.conf.d/10.conf");
        std::fs::write(drop_in, "[client]\nProject = p2\nServer = http://b\n").unwrap();
        let settings = load(folder.path(), &[("MIGASFREE_CLIENT_SERVER", "http://c:81")]).unwrap();
        assert_eq!(settings.server.base(), "http://c:81");
        assert_eq!(settings.project, "p2");
        let removals = |text| {
            let environment = [("MIGASFREE_CLIENT_UNATTENDED_REMOVALS", text)];
            load(folder.path(), &environment)
                .unwrap()
                .unattended_removals
        };
        assert_eq!((removals("0"), removals("many")), (0, 5));
        assert_eq!(settings.proxy.as_deref(), Some("x:1"));
        assert!(!settings.debug);
        assert_eq!(settings.origins["Server"], Origin::Environment);
        assert_eq!(settings.origins["Project"], Origin::File);
    }

    #[test]
    fn a_name_is_cut_at_what_a_host_may_be_called() {
        let folder = tempfile::tempdir().unwrap();
        for (length, kept) in [(51, 51), (64, 64), (70, 64)] {
            let name = "n".repeat(length);
            let named = [("MIGASFREE_CLIENT_COMPUTER_NAME", name.as_str())];
            let settings = load(folder.path(), &named);
            assert_eq!(settings.unwrap().computer_name.len(), kept);
        }
    }

    #[test]
    fn a_password_in_a_file_that_others_can_read_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migasfree.conf");
        std::fs::write(&file, "[packager]\nUser = ana\nPassword = hush\n").unwrap();
        for (mode, counts) in [(0o644, false), (0o640, false), (0o600, true)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let packager = load(folder.path(), &[]).unwrap().packager;
            assert_eq!(packager.user.as_deref(), Some("ana"));
            assert_eq!(packager.password.is_some(), counts, "{mode:o}");
            assert_eq!(packager.exposed.is_none(), counts, "{mode:o}");
        }
    }

    #[test]
    fn silence_of_scripts_has_a_limit_in_minutes_or_another_unit_and_zero_means_none() {
        let folder = tempfile::tempdir().unwrap();
        let limit = |text: &str| {
            let variable = [("MIGASFREE_CLIENT_SCRIPT_SILENCE_LIMIT", text)];
            let settings = load(folder.path(), &variable).unwrap();
            settings.script_silence_limit.map(|limit| limit.as_secs())
        };
        assert_eq!(limit(""), Some(1800));
        assert_eq!(limit("soon"), Some(1800));
        assert_eq!(limit("5"), Some(300));
        assert_eq!(limit("90s"), Some(90));
        assert_eq!(limit("2h"), Some(7200));
        assert_eq!(limit("0"), None);
    }

    #[test]
    fn a_server_that_is_none_is_an_error_and_the_password_does_not_show() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(folder.path(), &[("MIGASFREE_CLIENT_SERVER", "ftp://x")]).is_err());
        let settings = load(folder.path(), &[("MIGASFREE_PACKAGER_PASSWORD", "hush")]).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
