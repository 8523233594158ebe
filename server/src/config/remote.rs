//! What the relay goes by.

use migasfree_server_relay as relay;
use url::Url;

use super::table::Settings;

impl Settings {
    /// Those of remote support, where people reach the server at `base`.
    pub fn relay(&self, base: &str) -> relay::Settings {
        let seconds = |seconds: u32| u16::try_from(seconds).unwrap_or(u16::MAX);
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let origin = Url::parse(base).map(|url| url.origin().ascii_serialization());
        relay::Settings {
            origin: origin.unwrap_or_default(),
            keep_alive: seconds(self.remote_keep_alive_seconds),
            resume_window: seconds(self.remote_resume_seconds),
            agents: count(self.remote_agents),
            sessions: count(self.remote_sessions),
            version_1: self.remote_version_1,
        }
    }
}
