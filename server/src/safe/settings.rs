//! Settings that concern computers and what they are told.

use migasfree_server_db::zone::Zone;
use migasfree_types::firmware;

use crate::config::Names;
use crate::core::rules::fixes::Fixes;

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
    pub(crate) fn is_filler(&self, uuid: &str) -> bool {
        firmware::is_filler(uuid, &self.firmware_fillers.0)
    }

    /// The same for what is stored of a computer.
    pub(crate) fn is_unnumbered(&self, uuid: Option<&str>) -> bool {
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
