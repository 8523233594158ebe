//! The one list of settings that the command line and the bus show.

use std::fmt;
use std::time::Duration;

use super::reader::{CLIENT, Origin, PACKAGER, shown_time};
use super::settings::Settings;

/// A setting as it is shown to people and programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub section: &'static str,
    pub key: &'static str,
    pub value: Value,
    pub origin: Origin,
}

impl Shown {
    /// Whether it is about the computer, and not about who uploads packages from it.
    #[must_use]
    pub fn is_of_computer(&self) -> bool {
        self.section == CLIENT
    }
}

/// What a setting says; it is displayed as its file would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Flag(bool),
    Number(usize),
    /// Nothing for ever.
    Time(Option<Duration>),
    Words(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Flag(flag) => flag.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
            Self::Time(time) => formatter.write_str(&shown_time(time.unwrap_or_default())),
            Self::Words(words) => formatter.write_str(&words.join(", ")),
        }
    }
}

impl Settings {
    /// Every setting, without secrets.
    #[must_use]
    pub fn shown(&self) -> Vec<Shown> {
        let text = |value: &str| Value::Text(value.to_owned());
        let maybe = |value: &Option<String>| Value::Text(value.clone().unwrap_or_default());
        let password = self.packager.password.as_ref().map_or("", |_| "***");
        let token = self.enrolment_token.as_ref().map_or("", |_| "***");
        let limit = self.script_silence_limit;
        let fillers = self.firmware_fillers.clone();
        let client = [
            ("Server", Value::Text(self.server.base())),
            ("Project", text(&self.project)),
            ("Computer_Name", text(&self.computer_name)),
            (
                "Auto_Update_Packages",
                Value::Flag(self.auto_update_packages),
            ),
            ("Manage_Devices", Value::Flag(self.manage_devices)),
            ("Upload_Hardware", Value::Flag(self.upload_hardware)),
            (
                "Unattended_Removals",
                Value::Number(self.unattended_removals),
            ),
            ("Script_Silence_Limit", Value::Time(limit)),
            ("Debug", Value::Flag(self.debug)),
            ("Proxy", maybe(&self.proxy)),
            ("Package_Proxy_Cache", maybe(&self.package_proxy_cache)),
            ("Package_Manager", maybe(&self.package_manager)),
            (
                "Allow_Insecure_Credentials",
                Value::Flag(self.allow_insecure_credentials),
            ),
            ("Firmware_Fillers", Value::Words(fillers)),
            ("Remote_Support", text(self.remote_support.as_str())),
            ("Client_Certificate", Value::Flag(self.client_certificate)),
            ("Enrolment_Token", text(token)),
        ];
        let packager = [
            ("User", maybe(&self.packager.user)),
            ("Password", text(password)),
            ("Project", maybe(&self.packager.project)),
            ("Store", maybe(&self.packager.store)),
        ];
        let client = client.map(|(key, value)| (CLIENT, key, value));
        let packager = packager.map(|(key, value)| (PACKAGER, key, value));
        let all = client.into_iter().chain(packager);
        all.map(|(section, key, value)| Shown {
            section,
            key,
            value,
            origin: self.origin(section, key),
        })
        .collect()
    }
}
