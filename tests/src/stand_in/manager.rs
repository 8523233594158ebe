//! `org.migasfree.Client1.Manager`.

use std::sync::Arc;

use migasfree_dbus::{
    CallOptions, Error, JobFilter, JobRecord, JobRole, JobState, JobSubject, Message, PlanRecord,
    PlanRole, PlannedPackage, SyncOptions, UpgradeOptions,
};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, OwnedObjectPath, interface};

use super::world::{World, now};
use super::{stock, work};

#[derive(Debug)]
pub(super) struct Manager(pub Arc<World>);

impl Manager {
    async fn change(
        &self,
        connection: &Connection,
        role: JobRole,
        ids: Vec<u32>,
    ) -> Result<OwnedObjectPath, Error> {
        let subject = self.subject(ids)?;
        work::start(connection, &self.0, role, subject)
            .await
            .map_err(Error::ZBus)
    }

    fn plan_of_updates(&self, names: &[String]) -> PlanRecord {
        let updates = self.0.updates().into_iter();
        let update: Vec<_> = updates
            .filter(|update| names.contains(&update.name))
            .map(|update| PlannedPackage {
                name: update.name,
                version: update.to,
                from: Some(update.from),
                download_bytes: update.bytes,
            })
            .collect();
        PlanRecord {
            download_bytes: update.iter().filter_map(|one| one.download_bytes).sum(),
            disk_bytes: 240_000,
            free_bytes: 64_000_000_000,
            reboot: "none".to_owned(),
            update,
            ..PlanRecord::default()
        }
    }

    fn subject(&self, ids: Vec<u32>) -> Result<JobSubject, Error> {
        let facts = self.0.facts();
        let apps: Vec<_> = facts
            .apps
            .iter()
            .filter(|app| ids.contains(&app.id))
            .collect();
        if apps.len() != ids.len() {
            return Err(Error::NotFound(Message::verbatim("no such application")));
        }
        Ok(JobSubject {
            app_names: apps.iter().map(|app| app.name.clone()).collect(),
            packages: apps.iter().flat_map(|app| app.packages.clone()).collect(),
            apps: ids,
            ..JobSubject::default()
        })
    }
}

#[interface(name = "org.migasfree.Client1.Manager")]
impl Manager {
    async fn sync(
        &self,
        _options: SyncOptions,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<OwnedObjectPath, Error> {
        work::start(connection, &self.0, JobRole::Sync, JobSubject::default())
            .await
            .map_err(Error::ZBus)
    }

    async fn install_apps(
        &self,
        ids: Vec<u32>,
        _options: CallOptions,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<OwnedObjectPath, Error> {
        self.change(connection, JobRole::Install, ids).await
    }

    async fn remove_apps(
        &self,
        ids: Vec<u32>,
        _options: CallOptions,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<OwnedObjectPath, Error> {
        self.change(connection, JobRole::Remove, ids).await
    }

    async fn upgrade(
        &self,
        _names: Vec<String>,
        options: UpgradeOptions,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<OwnedObjectPath, Error> {
        let ids = options.app.into_iter().collect();
        self.change(connection, JobRole::Upgrade, ids).await
    }

    async fn refresh_metadata(
        &self,
        _force: bool,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<OwnedObjectPath, Error> {
        self.change(connection, JobRole::Refresh, Vec::new()).await
    }

    async fn plan(
        &self,
        role: PlanRole,
        names: Vec<String>,
        _options: CallOptions,
    ) -> Result<PlanRecord, Error> {
        self.0.speaks().await;
        if role == PlanRole::Upgrade {
            return Ok(self.plan_of_updates(&names));
        }
        let ids = names.iter().filter_map(|name| name.parse().ok()).collect();
        let own = self.subject(ids)?.packages;
        let package = |name: &str, bytes| PlannedPackage {
            name: name.to_owned(),
            version: "3.2.1".to_owned(),
            from: None,
            download_bytes: Some(bytes),
        };
        let removing = role == PlanRole::RemoveApps;
        let removals = self.0.scene.removals.as_str();
        let takes_others = !removing && !removals.is_empty();
        let mut packages: Vec<_> = own.iter().map(|name| package(name, 31_000_000)).collect();
        packages.extend([
            package("libcanvas2", 8_400_000),
            package("libcanvas-data", 2_400_000),
        ]);
        Ok(PlanRecord {
            download_bytes: if removing { 0 } else { 41_800_000 },
            disk_bytes: if removing { -118_000_000 } else { 118_000_000 },
            free_bytes: 64_000_000_000,
            reboot: "none".to_owned(),
            verdict: match removals {
                "refuses" if takes_others => "refuse",
                _ if takes_others => "ask",
                _ => "allow",
            }
            .to_owned(),
            objections: if takes_others {
                stock::removal_objections()
            } else {
                Vec::new()
            },
            remove: if removing {
                packages.clone()
            } else if takes_others {
                vec![package("sketch-classic", 0)]
            } else {
                Vec::new()
            },
            install: if removing { Vec::new() } else { packages },
            ..PlanRecord::default()
        })
    }

    async fn list_jobs(&self, filter: JobFilter) -> Vec<JobRecord> {
        self.0.speaks().await;
        let facts = self.0.facts();
        (facts.jobs.values().rev())
            .take(filter.limit.unwrap_or(100) as usize)
            .map(|task| task.record.clone())
            .collect()
    }

    async fn read_output(
        &self,
        id: &str,
        offset: u64,
        limit: u32,
    ) -> Result<(u64, Vec<u8>), Error> {
        let facts = self.0.facts();
        let number = id.parse::<u64>().unwrap_or(0);
        let task = facts.jobs.get(&number);
        task.map(|task| task.part(offset, limit))
            .ok_or_else(|| Error::NotFound(Message::verbatim("no such job")))
    }

    async fn can_authorize(&self, action: &str) -> u32 {
        let asks = action.contains("admin") || action.ends_with("tags-set");
        if asks { 2 } else { 1 }
    }

    #[zbus(signal)]
    pub(super) async fn job_added(
        emitter: &SignalEmitter<'_>,
        job: OwnedObjectPath,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub(super) async fn updates_changed(
        emitter: &SignalEmitter<'_>,
        total: u32,
        security: u32,
    ) -> zbus::Result<()>;

    #[zbus(property)]
    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> u32 {
        self.0.scene.protocol
    }

    #[zbus(property)]
    fn registered(&self) -> bool {
        !self.0.scene.unregistered
    }

    #[zbus(property)]
    fn identification(&self) -> String {
        if self.0.scene.unregistered {
            "none".to_owned()
        } else {
            "own-key".to_owned()
        }
    }

    #[zbus(property)]
    fn key_fingerprint(&self) -> String {
        if self.0.scene.unregistered {
            String::new()
        } else {
            "UDDReOZl1ipXAfp9wYsm13sDBMK5og--QWdBjzuf6o4".to_owned()
        }
    }

    #[zbus(property)]
    fn certificate_until(&self) -> i64 {
        0
    }

    #[zbus(property)]
    fn computer_id(&self) -> u32 {
        if self.0.scene.unregistered { 0 } else { 214 }
    }

    #[zbus(property)]
    fn computer_name(&self) -> String {
        "reception-02".to_owned()
    }

    #[zbus(property)]
    fn uuid(&self) -> String {
        "6B1F4D0E-52A7-4C58-9F3C-0A2D7E91B644".to_owned()
    }

    #[zbus(property)]
    fn server(&self) -> String {
        "migasfree.example.org".to_owned()
    }

    #[zbus(property)]
    fn server_version(&self) -> String {
        if self.0.scene.unregistered {
            String::new()
        } else {
            "5.0".to_owned()
        }
    }

    #[zbus(property)]
    fn organization(&self) -> String {
        if self.0.scene.unregistered {
            String::new()
        } else {
            "City Council".to_owned()
        }
    }

    #[zbus(property)]
    fn project(&self) -> String {
        "office-debian-12".to_owned()
    }

    #[zbus(property)]
    fn help_desk(&self) -> String {
        "Extension 2200\nhelp@example.org\nMonday to Friday, 8:00 to 18:00".to_owned()
    }

    #[zbus(property)]
    fn connectivity(&self) -> String {
        self.0.scene.connectivity.clone()
    }

    #[zbus(property)]
    fn last_sync(&self) -> i64 {
        if self.0.scene.unregistered {
            0
        } else {
            now() - 3600
        }
    }

    #[zbus(property)]
    fn last_sync_result(&self) -> String {
        "success".to_owned()
    }

    #[zbus(property)]
    fn current_job(&self) -> OwnedObjectPath {
        let facts = self.0.facts();
        let running = (facts.jobs.iter())
            .find(|(_, task)| task.record.state == JobState::Running)
            .map(|(id, _)| migasfree_dbus::names::job_path(*id));
        running.unwrap_or_default()
    }

    #[zbus(property)]
    fn reboot_required(&self) -> String {
        self.0.scene.reboot.clone()
    }

    #[zbus(property)]
    fn backend_locked(&self) -> (bool, String) {
        (false, String::new())
    }
}
