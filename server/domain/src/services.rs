//! What everything of the domain is done with.

use std::sync::Arc;

use migasfree_server_audit as audit;
use migasfree_server_repository::{signing::Signer, system::Systems};

use crate::certificates::Certificates;
use crate::client::{finished::Finished, settled::Settled};
use crate::computers::doing::Doing;
use crate::identity::contact::Contacts;
use crate::remote::Remote;
use crate::settings::Settings;

pub use migasfree_server_entity::services::{Parts, Services};

/// What the domain has at hand besides what every declaration is asked with.
#[derive(Debug)]
pub struct Domain {
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// The package systems that projects may use.
    pub systems: Systems,
    /// Signs repositories.
    pub signer: Arc<Signer>,
    /// The certificate authority, and what it took back.
    pub certificates: Arc<Certificates>,
    /// What computers are doing.
    pub doing: Arc<Doing>,
    /// When computers were heard of last.
    pub contacts: Arc<Contacts>,
    /// Signs where the audit begins and where it was seen to end.
    pub audit: audit::Key,
    /// Where it was seen to end.
    pub audit_anchors: audit::Anchors,
    /// The computers that have nothing to do.
    pub settled: Arc<Settled>,
    /// Synchronisations that had nothing to do.
    pub finished: Arc<Finished>,
    /// The thumbprint of the key by which computers know this server.
    pub server_key: String,
    /// Grants of remote support, and who is there.
    pub remote: Remote,
}

/// Finds it.
pub trait OfDomain {
    /// What the domain has at hand.
    fn domain(&self) -> &Domain;
}

impl OfDomain for Services {
    fn domain(&self) -> &Domain {
        self.own().expect("services are made with the domain's own")
    }
}
