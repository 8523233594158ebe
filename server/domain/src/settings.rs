//! What the domain goes by that organisations set.

use std::path::PathBuf;

use migasfree_server_db::zone::Zone;
use migasfree_server_entity::{body::Limits, services};
use migasfree_types::firmware;

use crate::computers::computer::COMPUTERS;
use crate::core::rules::{display::SearchField, fixes::Fixes};

/// The settings of the domain.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Start of every address the server gives out, without a slash at the end.
    pub base: String,
    /// Folder with everything the server stores.
    pub data: PathBuf,
    /// What computers are told, and by which rules they are served.
    pub clients: ClientSettings,
    /// Status of a computer when it registers.
    pub default_computer_status: String,
    /// A computer that registers is notified of.
    pub notify_new_computer: bool,
    /// Columns a computer is shown and searched by.
    pub computer_search_fields: Names,
    /// Seconds after which a computer that began a synchronization counts as delayed.
    pub seconds_message_alert: u32,
    /// Days after which a computer captures its hardware again.
    pub hardware_period_days: u32,
    /// The most a request of an operator may hold.
    pub operator: Limits,
    /// The most a request of somebody who is not signed in may hold.
    pub anonymous: Limits,
    /// What computers may report.
    pub reports: Reports,
    /// How long records are kept.
    pub keep: Keep,
}

impl Settings {
    /// The fields computers are called by.
    #[must_use]
    pub fn search_fields(&self) -> Vec<SearchField> {
        let names = self.computer_search_fields.0.iter();
        names
            .filter_map(|name| SearchField::from_name(name))
            .collect()
    }

    /// What lists and answers go by.
    #[must_use]
    pub fn of_entities(&self) -> services::Settings {
        services::Settings {
            base: self.base.clone(),
            time_zone: self.clients.time_zone.clone(),
            operator: self.operator,
            also_searched: vec![(COMPUTERS.route, self.computer_search_fields.0.clone())],
        }
    }
}

/// What computers may report, and what administrators are told of it.
#[derive(Debug, Clone, Copy)]
pub struct Reports {
    /// A computer that comes with another UUID is notified of.
    pub notify_uuid: bool,
    /// A computer that comes with another name is notified of.
    pub notify_name: bool,
    /// A computer that comes with another address is notified of.
    pub notify_ip: bool,
    /// Most values of one property.
    pub property_values: u32,
    /// Most tags, properties or faults that one message may name.
    pub names: u32,
    /// Most packages on a software list.
    pub software_packages: u32,
    /// Packages that nobody has seen which one computer may bring in a day; 0 means no limit.
    pub new_packages_per_day: u32,
    /// The same of values of attributes.
    pub new_attributes_per_day: u32,
    /// The same of users.
    pub new_users_per_day: u32,
    /// The longest text, in bytes.
    pub text: usize,
}

/// How long records are kept: days, of which 0 means for ever.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// Synchronizations.
    pub synchronizations: u32,
    /// Errors of computers.
    pub errors: u32,
    /// Faults of computers.
    pub faults: u32,
    /// Notifications.
    pub notifications: u32,
    /// Changes of the status of computers.
    pub status_logs: u32,
    /// The software history of computers.
    pub software_history: u32,
    /// Keys of computers that nobody decided about, were refused or have a successor.
    pub computer_keys: u32,
    /// The audit.
    pub audit: u32,
    /// Sessions of remote support.
    pub remote_sessions: u32,
    /// What was recorded of them.
    pub recordings: u32,
    /// Actions, with what came of them.
    pub actions: u32,
    /// Errors, and as many faults, that are kept of one computer; 0 keeps all of them.
    pub reports_per_computer: u32,
    /// Whether errors, faults and notifications nobody has checked are kept, however old.
    pub unchecked: bool,
}

/// A list of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl std::ops::Deref for Names {
    type Target = [String];
    fn deref(&self) -> &[String] {
        &self.0
    }
}

/// What computers are told about the organisation, and by which rules they are served.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Name of the organisation.
    pub organization: String,
    /// Mail address of those who run the server.
    pub contact: String,
    /// Home page shown with the server's data.
    pub homepage: String,
    /// How users reach the help desk; printed on labels.
    pub help_desk: String,
    /// The zone of local times and of "today".
    pub time_zone: Zone,
    /// UUIDs that makers leave in the firmware of many computers.
    pub firmware_fillers: Names,
    /// Corrections that change what gets installed or which computers match.
    pub fixes: Fixes,
}

impl ClientSettings {
    /// Whether a UUID is none: many computers report the same.
    pub fn is_filler(&self, uuid: &str) -> bool {
        firmware::is_filler(uuid, &self.firmware_fillers.0)
    }

    /// The same for what is stored of a computer.
    pub fn is_unnumbered(&self, uuid: Option<&str>) -> bool {
        uuid.is_none_or(|uuid| self.is_filler(uuid))
    }
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            organization: String::new(),
            contact: String::new(),
            homepage: env!("CARGO_PKG_REPOSITORY").to_owned(),
            help_desk: String::new(),
            time_zone: Zone::system(),
            firmware_fillers: Names(firmware::FILLERS.iter().map(ToString::to_string).collect()),
            fixes: Fixes::default(),
        }
    }
}
