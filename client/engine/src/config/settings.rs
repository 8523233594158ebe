//! The settings in force.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::address::ServerAddress;
use super::error::ConfigError;
use super::misread::{Expected, Misread, Unread, Used};
use super::project::default_project;
use super::reader::{ENROLMENT_TOKEN, Origin, Reader};
use super::remote::RemoteSupport;
use super::write::{LONGEST_NAME, is_plain_host_and_port};
use crate::pms::SCRIPT_SILENCE_LIMIT;

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
    /// Whether this computer gets a certificate from its server, and shows it.
    pub client_certificate: bool,
    /// How far remote support may go.
    pub remote_support: RemoteSupport,
    /// What lets an image's computers in at their first synchronisation.
    pub enrolment_token: Option<Secret>,
    /// A file with one that does not count, because others can read it.
    pub exposed_token: Option<PathBuf>,
    pub packager: Packager,
    /// Where the value of each key came from, by section and key.
    pub origins: BTreeMap<(&'static str, &'static str), Origin>,
    /// Values that are none for their keys.
    pub misread: Vec<Misread>,
    /// Lines that say nothing.
    pub unread: Vec<Unread>,
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
        let mut reader = Reader::open(&sources.file, sources.environment)?;
        let protocol = reader.client("Protocol");
        let port = reader.client("Port");
        let server = reader
            .client("Server")
            .unwrap_or_else(|| "localhost".to_owned());
        let host_name = sources.host_name.split('.').next().unwrap_or_default();
        let is_uuid = |word: &str| uuid::Uuid::parse_str(word).is_ok();
        let settings = Self {
            file: sources.file.clone(),
            server: ServerAddress::parse(&server, protocol.as_deref(), port.as_deref())?,
            project: reader
                .client("Project")
                .unwrap_or_else(|| default_project(sources.os_release)),
            computer_name: reader
                .client("Computer_Name")
                .unwrap_or_else(|| host_name.to_owned())
                .chars()
                .take(LONGEST_NAME)
                .collect(),
            auto_update_packages: reader.flag("Auto_Update_Packages", true),
            manage_devices: reader.flag("Manage_Devices", true),
            upload_hardware: reader.flag("Upload_Hardware", true),
            unattended_removals: reader
                .number("Unattended_Removals", crate::policy::UNATTENDED_REMOVALS),
            debug: reader.flag("Debug", false),
            allow_insecure_credentials: reader.flag("Allow_Insecure_Credentials", false),
            firmware_fillers: reader.words("Firmware_Fillers", Expected::Uuid, is_uuid),
            proxy: reader.client("Proxy"),
            package_proxy_cache: reader.one_of(
                &["Package_Proxy_Cache"],
                Expected::HostAndPort,
                Used::Nothing,
                is_plain_host_and_port,
            ),
            script_silence_limit: Some(reader.time("Script_Silence_Limit", SCRIPT_SILENCE_LIMIT))
                .filter(|limit| !limit.is_zero()),
            package_manager: reader.one_of(
                &["Package_Manager", "PackageManager"],
                Expected::PackageManager,
                Used::Distribution,
                |name| crate::pms::family(name).is_some(),
            ),
            client_certificate: reader.flag("Client_Certificate", false),
            remote_support: reader.remote_support(),
            enrolment_token: reader.client(ENROLMENT_TOKEN).map(Secret),
            exposed_token: reader.exposed_token.take(),
            packager: Packager {
                user: reader.packager("User"),
                password: reader.packager("Password").map(Secret),
                exposed: reader.exposed.take(),
                project: reader.packager("Project"),
                store: reader.packager("Store"),
            },
            origins: std::mem::take(&mut reader.origins),
            misread: std::mem::take(&mut reader.misread),
            unread: std::mem::take(&mut reader.unread),
        };
        Ok(settings)
    }

    /// Notes in the log which values and lines say nothing, but for those that did so before.
    pub fn tell_misread(&self, before: Option<&Self>) {
        if let Some(file) = &self.exposed_token
            && before.is_none_or(|before| before.exposed_token != self.exposed_token)
        {
            let file = file.display();
            tracing::warn!(%file, "others can read the enrolment token in this file: it does not count");
        }
        for misread in &self.misread {
            if !before.is_some_and(|before| before.misread.contains(misread)) {
                tracing::warn!("{misread}");
            }
        }
        for unread in &self.unread {
            if !before.is_some_and(|before| before.unread.contains(unread)) {
                tracing::warn!("{unread}");
            }
        }
    }

    /// Where the value of a key came from.
    #[must_use]
    pub fn origin(&self, section: &'static str, key: &'static str) -> Origin {
        let older = |key: &str| match key {
            "Package_Manager" => "PackageManager",
            _ => "",
        };
        let of = |key| self.origins.get(&(section, key)).copied();
        of(key)
            .filter(|origin| *origin != Origin::Default)
            .or_else(|| of(older(key)))
            .unwrap_or(Origin::Default)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

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
        assert_eq!(settings.origin("client", "Server"), Origin::Default);
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
        assert_eq!(settings.origin("client", "Server"), Origin::Environment);
        assert_eq!(settings.origin("client", "Project"), Origin::File);
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
    fn a_token_in_a_file_that_others_can_read_does_not_count_and_never_shows() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migasfree.conf");
        std::fs::write(&file, "[client]\nEnrolment_Token = mfe_hush\n").unwrap();
        for (mode, counts) in [(0o644, false), (0o600, true)] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let settings = load(folder.path(), &[]).unwrap();
            assert_eq!(settings.enrolment_token.is_some(), counts, "{mode:o}");
            let exposed = (!counts).then(|| file.clone());
            assert_eq!(settings.exposed_token, exposed, "{mode:o}");
            assert!(!format!("{settings:?} {:?}", settings.shown()).contains("hush"));
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
    fn a_value_that_is_none_is_told_with_its_place_and_what_holds_instead() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migasfree.conf");
        let text = "[client]\nDebug = maybe\nManage_Devices = no\nUnattended_Removals = 5\nPackage_Manager = aptt\n\
                    Script_Silence_Limit = soon\nFirmware_Fillers = 03000200-0400-0500-0006-000700080009, junk\n";
        std::fs::write(&file, text).unwrap();
        let drop_in = folder.path().join("migasfree.conf.d/10.conf");
        std::fs::create_dir(folder.path().join("migasfree.conf.d")).unwrap();
        std::fs::write(&drop_in, "[client]\nUnattended_Removals = many\n").unwrap();
        let variable = [("MIGASFREE_CLIENT_UPLOAD_HARDWARE", "sometimes")];
        let settings = load(folder.path(), &variable).unwrap();
        let told: Vec<_> = settings.misread.iter().map(ToString::to_string).collect();
        let (file, drop_in) = (file.display(), drop_in.display());
        let number = "this is not a whole number; `5` is used";
        let flag = "this is not `true` or `false`";
        let system = "this is not a package manager of this version (`apt`)";
        let time = "this is not a number of minutes, or a time such as `90s` or `2h`";
        assert_eq!(
            told,
            [
                format!(
                    "MIGASFREE_CLIENT_UPLOAD_HARDWARE: [client] Upload_Hardware = sometimes: {flag}; `true` is used"
                ),
                format!("{drop_in}: [client] Unattended_Removals = many: {number}"),
                format!("{file}: [client] Debug = maybe: {flag}; `false` is used"),
                format!(
                    "{file}: [client] Firmware_Fillers = junk: this is not a UUID; it is left out"
                ),
                format!("{file}: [client] Script_Silence_Limit = soon: {time}; `30` is used"),
                format!(
                    "{file}: [client] Package_Manager = aptt: {system}; what the distribution has is used"
                ),
            ]
        );
        assert_eq!(settings.package_manager, None);
        assert_eq!(settings.firmware_fillers.len(), 1);
        assert_eq!(
            load(tempfile::tempdir().unwrap().path(), &[])
                .unwrap()
                .misread,
            []
        );
    }

    #[test]
    fn a_word_for_remote_support_that_is_none_means_off() {
        let folder = tempfile::tempdir().unwrap();
        let support = |text: &str| {
            let variable = [("MIGASFREE_CLIENT_REMOTE_SUPPORT", text)];
            load(folder.path(), &variable).unwrap().remote_support
        };
        let unset = load(folder.path(), &[]).unwrap().remote_support;
        assert_eq!(unset, RemoteSupport::Server);
        assert_eq!(support("ask"), RemoteSupport::Ask);
        assert_eq!(support("Notify"), RemoteSupport::Notify);
        assert_eq!(support("perhaps"), RemoteSupport::Off);
    }

    #[test]
    fn every_setting_is_shown_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let settings = load(folder.path(), &[("MIGASFREE_PACKAGER_PASSWORD", "hush")]).unwrap();
        let shown = settings.shown();
        // Older names of what has another name here.
        let older = ["Protocol", "Port", "PackageManager"];
        for (section, key) in settings.origins.keys() {
            let is_shown = shown
                .iter()
                .any(|one| (one.section, one.key) == (*section, *key));
            assert!(is_shown || older.contains(key), "[{section}] {key}");
        }
        assert!(!format!("{shown:?}").contains("hush"));
        let password = shown.iter().find(|one| one.key == "Password").unwrap();
        assert_eq!(
            (password.value.to_string().as_str(), password.origin),
            ("***", Origin::Environment)
        );
    }

    #[test]
    fn a_server_that_is_none_is_an_error_and_the_password_does_not_show() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(folder.path(), &[("MIGASFREE_CLIENT_SERVER", "ftp://x")]).is_err());
        let settings = load(folder.path(), &[("MIGASFREE_PACKAGER_PASSWORD", "hush")]).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
