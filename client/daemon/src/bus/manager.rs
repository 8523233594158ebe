//! `org.migasfree.Client1.Manager`.

use std::collections::HashMap;
use std::sync::Arc;

use migasfree_dbus::names::{PROTOCOL_VERSION, job_path};
use migasfree_dbus::{
    Action, ActionRecord, CallOptions, Dictionary, Error, InhibitorRecord, JobFilter, JobRecord,
    PendingChange, PlanRecord, PlanRole, SyncOptions, SyncReason, SyncScope, UpgradeOptions,
};
use migasfree_types::shown::shown_line;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::{OwnedFd, OwnedObjectPath, Variant, interface};

use super::asked::{Asked, INSTALLING, Manner, REMOVING, queue};
use super::job::{admit_to_job, output_of};
use super::overview::Overview;
use crate::access::{Access, Decision, Details, check_names, check_text, prompt_is_welcome};
use crate::actions::Actions;
use crate::desk::Desk;
use crate::error::bus_error;
use crate::hold::Holds;
use crate::jobs::Task;
use crate::news::{Happened, News};
use crate::plan::Planner;
use crate::questions::Questions;
use crate::quiet::Quiet;
use crate::settings::SettingsKeeper;
use crate::sync::Scope;
use crate::texts::Text;

/// The root object's main interface.
#[derive(Debug)]
pub struct Manager {
    pub overview: Overview,
    pub access: Arc<Access>,
    pub settings: SettingsKeeper,
    pub desk: Desk,
    pub planner: Planner,
    pub questions: Arc<Questions>,
    pub quiet: Quiet,
    pub holds: Arc<Holds>,
    pub actions: Actions,
    pub news: News,
}

#[interface(name = "org.migasfree.Client1.Manager")]
impl Manager {
    #[zbus(out_args("job"))]
    async fn sync(
        &self,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = SyncOptions::read(&options)?;
        let caller = self.caller(&header).await?;
        let force_upgrade = options.force_upgrade.unwrap_or(false);
        let action = if force_upgrade {
            Action::SyncForce
        } else {
            Action::Sync
        };
        let task = Task::Sync {
            scope: scope(options.scope)?,
            reason: options.reason.unwrap_or(SyncReason::Manual).as_str().into(),
            force_upgrade,
        };
        let asked = Asked::new(action, task);
        queue(&self.desk, &caller, asked, options.into()).await
    }

    #[zbus(out_args("job"))]
    async fn install_apps(
        &self,
        ids: Vec<u32>,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = CallOptions::read(&options)?;
        self.change_apps(&ids, options, &header, &INSTALLING).await
    }

    #[zbus(out_args("job"))]
    async fn remove_apps(
        &self,
        ids: Vec<u32>,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = CallOptions::read(&options)?;
        self.change_apps(&ids, options, &header, &REMOVING).await
    }

    #[zbus(out_args("job"))]
    async fn install_packages(
        &self,
        names: Vec<String>,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = CallOptions::read(&options)?;
        let task = |packages| Task::InstallPackages { packages };
        self.change_packages(&names, options, &header, Action::PackageInstall, task)
            .await
    }

    #[zbus(out_args("job"))]
    async fn remove_packages(
        &self,
        names: Vec<String>,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = CallOptions::read(&options)?;
        let task = |packages| Task::RemovePackages { packages };
        self.change_packages(&names, options, &header, Action::PackageRemove, task)
            .await
    }

    #[zbus(out_args("job"))]
    async fn upgrade(
        &self,
        names: Vec<String>,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = UpgradeOptions::read(&options)?;
        if options.security_only == Some(true) || options.offline == Some(true) {
            return Err(Error::Unsupported(Text::PartialUpgrade.told(&[])));
        }
        let caller = self.caller(&header).await?;
        let asked = self.upgrade_of(&names, options.app).await?;
        queue(&self.desk, &caller, asked, options.into()).await
    }

    #[zbus(out_args("job"))]
    async fn refresh_metadata(
        &self,
        force: bool,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let caller = self.caller(&header).await?;
        let manner = Manner {
            interactive: prompt_is_welcome(&header),
            background: false,
        };
        let asked = Asked::new(Action::Refresh, Task::Refresh { force });
        queue(&self.desk, &caller, asked, manner).await
    }

    #[zbus(out_args("plan"))]
    async fn plan(
        &self,
        role: PlanRole,
        names: Vec<String>,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<PlanRecord, Error> {
        CallOptions::read(&options)?;
        let caller = self.access.read(&header).await?;
        check_names(&names)?;
        let _slot = self.questions.slots.take(&caller).await?;
        self.planner.plan(&caller, role, &names).await
    }

    #[zbus(out_args("jobs"))]
    async fn list_jobs(
        &self,
        filter: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<JobRecord>, Error> {
        let filter = JobFilter::read(&filter)?;
        let caller = self.access.read(&header).await?;
        if !filter.all.unwrap_or_else(|| caller.is_root()) {
            return Ok(self.overview.jobs.list(&filter, Some(caller.uid)));
        }
        self.access
            .require(
                &caller,
                Action::JobReadForeign,
                &Details::default(),
                prompt_is_welcome(&header),
            )
            .await?;
        Ok(self.overview.jobs.list(&filter, None))
    }

    #[zbus(out_args("next", "bytes"))]
    async fn read_output(
        &self,
        id: String,
        offset: u64,
        limit: u32,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<(u64, Vec<u8>), Error> {
        let caller = self.caller(&header).await?;
        let id = id
            .parse()
            .map_err(|_| Error::NotFound(Text::ErrorNoSuchJob.told(&[&id])))?;
        let ask = prompt_is_welcome(&header);
        let jobs = &self.overview.jobs;
        admit_to_job(&self.access, jobs, &caller, id, Action::JobReadForeign, ask).await?;
        output_of(jobs, id, offset, limit)
    }

    #[zbus(out_args("job"))]
    async fn register(
        &self,
        user: String,
        password: OwnedFd,
        options: Dictionary,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedObjectPath, Error> {
        let options = CallOptions::read(&options)?;
        let caller = self.caller(&header).await?;
        check_text(&user)?;
        let interactive = options.interactive.unwrap_or(true);
        let id = self
            .desk
            .request_registration(&caller, interactive, user, password)
            .await?;
        Ok(job_path(id))
    }

    async fn unregister(&self, all: bool, #[zbus(header)] header: Header<'_>) -> Result<(), Error> {
        let caller = self.caller(&header).await?;
        let ask = prompt_is_welcome(&header);
        self.access
            .require(&caller, Action::Unregister, &Details::default(), ask)
            .await?;
        self.access.limits().write(&caller)?;
        if self.overview.jobs.running().is_some() {
            return Err(Error::Busy(Text::JobRunning.told(&[])));
        }
        self.overview
            .computer
            .engine()
            .unregister(all)
            .map_err(|e| bus_error(&e))?;
        self.news.tell(Happened::ManagerChanged).await;
        Ok(())
    }

    #[zbus(out_args("answer"))]
    async fn can_authorize(
        &self,
        action: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<u32, Error> {
        let caller = self.caller(&header).await?;
        let action = parse_action(&action)?;
        let decision = self
            .access
            .decide(&caller, action, &Details::default(), false)
            .await?;
        Ok(match decision {
            Decision::Granted => 1,
            Decision::Challenge => 2,
            Decision::Dismissed | Decision::Refused => 0,
        })
    }

    #[zbus(out_args("unlocked"))]
    async fn unlock(
        &self,
        actions: Vec<String>,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<bool, Error> {
        let caller = self.caller(&header).await?;
        if actions.len() > Action::ALL.len() {
            return Err(Error::InvalidArgument(Text::TooManyRights.told(&[])));
        }
        let actions: Vec<Action> = actions
            .iter()
            .map(|action| parse_action(action))
            .collect::<Result<_, _>>()?;
        self.access.limits().write(&caller)?;
        for action in actions {
            let decision = self
                .access
                .decide(&caller, action, &Details::default(), true)
                .await?;
            if decision != Decision::Granted {
                return Ok(false);
            }
        }
        Ok(true)
    }

    #[zbus(out_args("descriptor"))]
    async fn inhibit(
        &self,
        what: String,
        why: String,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<OwnedFd, Error> {
        let caller = self.caller(&header).await?;
        check_text(&why)?;
        if what != "background" {
            return Err(Error::InvalidArgument(Text::OnlyBackground.told(&[])));
        }
        let (details, ask) = (Details::default(), prompt_is_welcome(&header));
        self.access
            .require(&caller, Action::Inhibit, &details, ask)
            .await?;
        self.access.limits().write(&caller)?;
        let descriptor = self.quiet.hold_back(&caller, &why)?;
        tracing::info!(uid = caller.uid, why = %shown_line(&why), "background jobs are held back");
        Ok(descriptor.into())
    }

    #[zbus(out_args("inhibitors"))]
    async fn list_inhibitors(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<InhibitorRecord>, Error> {
        let caller = self.access.read(&header).await?;
        let sees_all = self.access.has(&caller, Action::JobReadForeign).await;
        let mut inhibitors = self.holds.list();
        for other in &mut inhibitors {
            if !sees_all && other.uid != caller.uid {
                other.why.clear();
            }
        }
        Ok(inhibitors)
    }

    #[zbus(out_args("actions"))]
    async fn list_actions(
        &self,
        #[zbus(header)] header: Header<'_>,
    ) -> Result<Vec<ActionRecord>, Error> {
        self.access.read(&header).await?;
        Ok(self.actions.list())
    }

    #[zbus(signal)]
    pub async fn job_added(emitter: &SignalEmitter<'_>, job: OwnedObjectPath) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn job_removed(emitter: &SignalEmitter<'_>, job: OwnedObjectPath)
    -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn updates_changed(
        emitter: &SignalEmitter<'_>,
        total: u32,
        security: u32,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn pending_changed(
        emitter: &SignalEmitter<'_>,
        pending: Vec<PendingChange>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn notice(
        emitter: &SignalEmitter<'_>,
        id: &str,
        urgency: u32,
        title: &str,
        body: &str,
        actions: HashMap<&str, Variant<'_>>,
    ) -> zbus::Result<()>;

    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn protocol_version(&self) -> u32 {
        PROTOCOL_VERSION
    }

    #[zbus(property)]
    fn registered(&self) -> bool {
        self.overview.computer.identity().registered
    }

    #[zbus(property)]
    fn identification(&self) -> String {
        self.overview.computer.standing().word().to_owned()
    }

    #[zbus(property)]
    fn key_fingerprint(&self) -> String {
        self.overview.computer.standing().fingerprint().to_owned()
    }

    #[zbus(property)]
    fn certificate_until(&self) -> i64 {
        self.overview.computer.certificate_until()
    }

    #[zbus(property)]
    fn computer_id(&self) -> u32 {
        self.overview.computer.id()
    }

    #[zbus(property)]
    fn computer_name(&self) -> String {
        self.overview.computer.identity().name
    }

    #[zbus(property)]
    fn uuid(&self) -> String {
        self.overview.computer.identity().uuid
    }

    #[zbus(property)]
    async fn server(&self) -> String {
        self.settings.apply().await;
        self.overview.computer.identity().server
    }

    #[zbus(property)]
    fn server_version(&self) -> String {
        self.overview.known.facts().server.version.clone()
    }

    #[zbus(property)]
    fn organization(&self) -> String {
        self.overview.known.facts().server.organization.clone()
    }

    #[zbus(property)]
    fn project(&self) -> String {
        self.overview.computer.identity().project
    }

    #[zbus(property)]
    fn help_desk(&self) -> String {
        self.overview.known.facts().label.helpdesk.clone()
    }

    #[zbus(property)]
    fn connectivity(&self) -> &str {
        self.overview.known.connectivity().as_str()
    }

    #[zbus(property)]
    fn package_manager(&self) -> String {
        self.overview.computer.identity().package_manager
    }

    #[zbus(property)]
    fn architecture(&self) -> &str {
        std::env::consts::ARCH
    }

    #[zbus(property)]
    fn last_sync(&self) -> i64 {
        self.overview.schedule.last().0
    }

    #[zbus(property)]
    fn last_sync_result(&self) -> String {
        self.overview.schedule.last().1
    }

    #[zbus(property)]
    fn last_sync_reason(&self) -> String {
        self.overview.last_sync_reason()
    }

    #[zbus(property(emits_changed_signal = "false"))]
    fn last_contact(&self) -> i64 {
        self.overview.known.contact()
    }

    #[zbus(property)]
    fn next_sync(&self) -> i64 {
        self.overview.schedule.next()
    }

    #[zbus(property)]
    fn current_job(&self) -> OwnedObjectPath {
        self.overview.current_job()
    }

    #[zbus(property)]
    fn queue_length(&self) -> u32 {
        self.overview.queue_length()
    }

    #[zbus(property)]
    fn updates_available(&self) -> u32 {
        self.overview.catalog.facts().update_counts().0
    }

    #[zbus(property)]
    fn security_updates(&self) -> u32 {
        self.overview.catalog.facts().update_counts().1
    }

    #[zbus(property)]
    fn reboot_required(&self) -> &str {
        self.overview.reboot()
    }

    #[zbus(property)]
    fn reboot_reason(&self) -> Vec<String> {
        self.overview.computer.engine().reboot_required()
    }

    #[zbus(property(emits_changed_signal = "const"))]
    fn reboot_deadline(&self) -> i64 {
        0
    }

    #[zbus(property)]
    fn backend_locked(&self) -> (bool, String) {
        self.overview.backend_locked()
    }

    #[zbus(property)]
    fn manage_devices(&self) -> bool {
        self.overview.computer.identity().manage_devices
    }

    #[zbus(property)]
    fn auto_update(&self) -> bool {
        self.overview.computer.identity().auto_update
    }
}

fn parse_action(name: &str) -> Result<Action, Error> {
    Action::parse(name).ok_or_else(|| Error::InvalidArgument(Text::UnknownRight.told(&[name])))
}

fn scope(scope: Option<SyncScope>) -> Result<Scope, Error> {
    Ok(match scope.unwrap_or(SyncScope::Full) {
        SyncScope::Full => Scope::Full,
        SyncScope::Attributes => Scope::Attributes,
        SyncScope::Faults => Scope::Faults,
        SyncScope::Software => Scope::Software,
        SyncScope::Hardware => Scope::Hardware,
        SyncScope::Devices => Scope::Devices,
        SyncScope::Unknown => {
            return Err(Error::InvalidArgument(Text::UnknownScope.told(&[])));
        }
    })
}
