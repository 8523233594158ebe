//! Settings of one server process.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::safe::settings::ClientSettings;

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder with everything the server stores.
    pub data: PathBuf,
    /// Address the server listens on.
    pub listen: SocketAddr,
    /// Address under which users and computers reach the server, without a slash at the end.
    pub public_url: Option<String>,
    /// `postgres://…`; without it the data folder holds a SQLite file.
    pub database_url: Option<String>,
    /// Most connections to PostgreSQL.
    pub database_connections: u32,
    /// Computers and projects may register without an operator's credentials.
    pub autoregister: bool,
    /// Status of a computer at registration.
    pub default_computer_status: String,
    /// Columns a computer is shown and searched by, the first one first.
    pub computer_search_fields: Vec<String>,
    /// Age in seconds after which a live message counts as delayed.
    pub seconds_message_alert: u32,
    /// Days after which hardware is captured again.
    pub hardware_period_days: u32,
    /// What computers are told, and by which rules they are served.
    pub clients: ClientSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: PathBuf::from("migasfree-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            database_url: None,
            database_connections: 20,
            autoregister: true,
            default_computer_status: "assigned".to_owned(),
            computer_search_fields: vec!["id".to_owned(), "name".to_owned()],
            seconds_message_alert: 1800,
            hardware_period_days: 30,
            clients: ClientSettings::default(),
        }
    }
}
