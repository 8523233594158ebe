//! What the daemon says of itself: its interface reads it, and what changed of it is told.

use std::sync::Arc;

use migasfree_dbus::names::job_path;
use migasfree_dbus::said;
use zbus::OwnedObjectPath;

use crate::catalog::{Catalog, Shelf};
use crate::computer::Computer;
use crate::jobs::Jobs;
use crate::known::Known;
use crate::offered::shelf;
use crate::properties::{Collector, Properties};
use crate::schedule::Schedule;

/// Reads it from those who keep it.
#[derive(Debug, Clone)]
pub struct Overview {
    pub computer: Arc<Computer>,
    pub known: Arc<Known>,
    pub schedule: Arc<Schedule>,
    pub jobs: Arc<Jobs>,
    pub catalog: Arc<Catalog>,
}

impl Overview {
    /// The properties that change.
    pub fn properties(&self) -> Properties {
        let identity = self.computer.identity();
        let standing = self.computer.standing();
        let facts = self.known.facts();
        let (last, result) = self.schedule.last();
        let reasons = self.computer.engine().reboot_required();
        let (updates, security) = self.catalog.facts().update_counts();
        Collector::default()
            .with("Registered", identity.registered)
            .with("Identification", standing.word())
            .with("KeyFingerprint", standing.fingerprint())
            .with("CertificateUntil", self.computer.certificate_until())
            .with("ComputerId", self.computer.id())
            .with("ComputerName", identity.name)
            .with("Uuid", identity.uuid)
            .with("Server", identity.server)
            .with("ServerVersion", facts.server.version.as_str())
            .with("Organization", facts.server.organization.as_str())
            .with("Project", identity.project)
            .with("HelpDesk", facts.label.helpdesk.as_str())
            .with("Connectivity", self.known.connectivity().as_str())
            .with("PackageManager", identity.package_manager)
            .with("LastSync", last)
            .with("LastSyncResult", result)
            .with("LastSyncReason", self.last_sync_reason())
            .with("NextSync", self.schedule.next())
            .with("CurrentJob", self.current_job())
            .with("QueueLength", self.queue_length())
            .with("UpdatesAvailable", updates)
            .with("SecurityUpdates", security)
            .with("RebootRequired", reboot(&reasons))
            .with("RebootReason", reasons)
            .with("BackendLocked", self.backend_locked())
            .with("ManageDevices", identity.manage_devices)
            .with("AutoUpdate", identity.auto_update)
            .all()
    }

    /// The applications as they are now.
    pub fn shelf(&self) -> Shelf {
        shelf(&self.catalog, &self.jobs, self.computer.now())
    }

    /// The job that runs; the root where none does.
    pub fn current_job(&self) -> OwnedObjectPath {
        self.jobs.running().map(job_path).unwrap_or_default()
    }

    /// Jobs that wait.
    pub fn queue_length(&self) -> u32 {
        u32::try_from(self.jobs.waiting()).unwrap_or(u32::MAX)
    }

    /// Why the last synchronisation ended as it did, as a message.
    pub fn last_sync_reason(&self) -> String {
        let reason = self.schedule.last_reason();
        reason.as_ref().map(said::written).unwrap_or_default()
    }

    /// Whether a restart is wanted.
    pub fn reboot(&self) -> &'static str {
        reboot(&self.computer.engine().reboot_required())
    }

    /// Whether somebody holds the package database, and who.
    pub fn backend_locked(&self) -> (bool, String) {
        match self.computer.engine().lock_holder() {
            Some(holder) => (true, holder.name),
            None => (false, String::new()),
        }
    }
}

fn reboot(reasons: &[String]) -> &'static str {
    if reasons.is_empty() {
        "none"
    } else {
        "required"
    }
}
