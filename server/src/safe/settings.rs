//! Settings that concern computers and what they are told.

use crate::core::rules::fixes::Fixes;
use crate::zone::Zone;

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
    /// Corrections that change what gets installed or which computers match.
    pub fixes: Fixes,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            organization: String::new(),
            contact: String::new(),
            homepage: env!("CARGO_PKG_REPOSITORY").to_owned(),
            help_desk: String::new(),
            time_zone: Zone::system(),
            fixes: Fixes::default(),
        }
    }
}
