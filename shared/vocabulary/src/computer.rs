//! This computer: the way to its server, and its settings.

use crate::word::word;

word! {
    /// The way from the daemon to the server.
    pub enum Connectivity {
        /// The server answers.
        Online = "online",
        /// It answers over a network that is paid by volume.
        Metered = "metered",
        /// There is no network.
        Offline = "offline",
        /// There is a network and no answer.
        ServerUnreachable = "server-unreachable",
        /// The server asks to come back later.
        Saturated = "saturated",
    }
}

impl Connectivity {
    /// Whether nothing can be fetched now.
    #[must_use]
    pub const fn is_away(self) -> bool {
        matches!(self, Self::Offline | Self::ServerUnreachable)
    }
}

word! {
    /// Where the value of a setting comes from.
    pub enum Origin {
        /// An environment variable of the daemon.
        Environment = "env",
        /// The configuration file.
        File = "file",
        /// Nobody set it.
        Default = "default",
    }
}
