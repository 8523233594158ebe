//! Parts to play.

use std::time::Duration;

use clap::Args;

/// What the stand-in pretends.
#[derive(Args, Clone, Debug)]
pub struct Scene {
    /// Applications in the catalogue; the first dozen are the organisation's.
    #[arg(long, default_value_t = 12)]
    pub apps: u32,
    /// `online`, `metered`, `offline`, `server-unreachable` or `saturated`.
    #[arg(long, default_value = "online")]
    pub connectivity: String,
    /// The server does not know this computer.
    #[arg(long)]
    pub unregistered: bool,
    /// `none`, `recommended` or `required`.
    #[arg(long, default_value = "none")]
    pub reboot: String,
    /// Names and lines are as long as some languages make them.
    #[arg(long)]
    pub long_words: bool,
    /// Number of the interface.
    #[arg(long, default_value_t = migasfree_dbus::names::PROTOCOL_VERSION)]
    pub protocol: u32,
    /// Nothing happened before.
    #[arg(long)]
    pub no_history: bool,
    /// Installing needs to remove other packages: `asks` where the person may, `refuses` where they may not.
    #[arg(long, default_value = "")]
    pub removals: String,
    /// Milliseconds between two steps of a job.
    #[arg(long, default_value_t = 250)]
    pub pace: u64,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            apps: 12,
            connectivity: "online".to_owned(),
            unregistered: false,
            reboot: "none".to_owned(),
            long_words: false,
            protocol: migasfree_dbus::names::PROTOCOL_VERSION,
            no_history: false,
            removals: String::new(),
            pace: 250,
        }
    }
}

impl Scene {
    pub(super) fn step(&self) -> Duration {
        Duration::from_millis(self.pace)
    }
}
