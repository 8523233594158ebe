//! What the calls of computers and packagers go by.

use std::ops::Deref;
use std::sync::Arc;

use migasfree_native::features::{Feature, Features};
use migasfree_server_body::Caps;
use migasfree_server_domain::settings as domain;

/// The settings of the protocol, over those of the domain.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The domain's.
    pub domain: Arc<domain::Settings>,
    /// Unknown platforms, projects and computers may register without an operator's credentials.
    pub autoregister: bool,
    /// Uploads signed with the key that all packagers shared are taken.
    pub common_packager_key: bool,
    /// Requests of computers from one address in a minute; 0 means no limit.
    pub rate_computers: u32,
    /// Sealed calls of one computer in a minute; 0 means no limit.
    pub computer_calls_per_minute: u32,
    /// New computers from one address in an hour; 0 means no limit.
    pub new_computers_per_address: u32,
    /// New computers in one project in an hour; 0 means no limit.
    pub new_computers_per_project: u32,
    /// The most a sealed call without a file may hold.
    pub sealed: Caps,
    /// The largest upload, in bytes.
    pub upload_limit: u64,
    /// The port under which the server is reached, unless it is one the protocol implies.
    pub unusual_port: Option<u16>,
    /// Agents of computers may connect, so that somebody can help from afar.
    pub remote_support: bool,
}

impl Settings {
    /// What the native protocol can do here.
    pub(crate) fn features(&self) -> Features {
        let is_here = |feature: &Feature| *feature != Feature::RemoteSupport || self.remote_support;
        Features::all().iter().filter(is_here).collect()
    }

    /// The most a sealed call may hold that brings a file of so many bytes.
    pub(crate) fn sealed_caps(&self, file: u64) -> Caps {
        Caps {
            whole: self.sealed.whole + file,
            ..self.sealed
        }
    }
}

impl Deref for Settings {
    type Target = domain::Settings;

    fn deref(&self) -> &domain::Settings {
        &self.domain
    }
}
