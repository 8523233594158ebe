//! The steps a synchronisation is made of (`client` 10); each can be used by itself.

use crate::attributes;
use crate::files;
use crate::hooks::{self, HookFailure};
use crate::inventory::hardware::{self, HardwareError};
use crate::inventory::software;
use crate::job::Job;
use crate::observer::{OutputStream, Stage};
use crate::outbox;
use crate::pms::{Action, PackageManager, PmsError};
use crate::policy::Asker;
use crate::transport::messages::MandatoryPackages;
use crate::transport::{ApiError, AttributeReport, Beginning, Report, Server};

use super::local::{LocalEngine, io};
use super::tracker::Tracker;
use super::{EngineError, EngineText, told};

/// Who sends the synchronisation record.
const CONSUMER: &str = concat!("migasfree ", env!("CARGO_PKG_VERSION"));

/// How often properties may change while they are evaluated.
const MOST_EVALUATIONS: usize = 3;

impl LocalEngine {
    /// Sends what earlier runs could not, and what was gathered. What the server will never take is dropped, so that it
    /// does not block the rest.
    pub(super) async fn deliver(&self, server: &dyn Server) -> Result<(), EngineError> {
        let read = |error| io("the outbox", error);
        // Whoever answers each by itself has the errors, whatever becomes of the rest.
        while !server.gathers() {
            let errors = self.outbox.errors().map_err(read)?;
            if errors.is_empty() {
                break;
            }
            self.tell_errors(server, &errors).await?;
            errors.delivered().map_err(read)?;
        }
        loop {
            let errors = self.outbox.errors().map_err(read)?;
            let waiting = self.outbox.synchronizations().map_err(read)?;
            self.tell_errors(server, &errors).await?;
            for record in &waiting.records {
                let report = Report::Synchronization {
                    start: &record.start,
                    consumer: CONSUMER,
                    packages_ok: record.packages_ok,
                };
                accepted_or_useless(server.tell(report).await)?;
            }
            accepted_or_useless(server.flush().await)?;
            if errors.is_empty() && waiting.is_empty() {
                return Ok(());
            }
            errors.delivered().map_err(read)?;
            waiting.delivered().map_err(read)?;
        }
    }

    async fn tell_errors(
        &self,
        server: &dyn Server,
        errors: &outbox::Batch<outbox::ErrorRecord>,
    ) -> Result<(), EngineError> {
        if errors.records.is_empty() {
            return Ok(());
        }
        let text = outbox::description(&errors.records);
        accepted_or_useless(server.tell(Report::Errors(&text)).await)
    }

    /// Sends what became of orders. What the server will never take is dropped.
    pub(super) async fn deliver_actions(&self, server: &dyn Server) -> Result<(), EngineError> {
        let file = |error| io("what became of orders", error);
        loop {
            let results = self.orders.results().map_err(file)?;
            if results.is_empty() {
                return Ok(());
            }
            match server.tell_actions(&results).await {
                Ok(unknown) => self.orders.drop_results_of(&unknown).map_err(file)?,
                Err(error) => accepted_or_useless(Err(error))?,
            }
            self.orders.told(&results).map_err(file)?;
        }
    }

    /// What comes is said at once, by a protocol that can.
    pub(super) async fn begin(
        &self,
        server: &dyn Server,
        start: Option<&str>,
    ) -> Result<(), EngineError> {
        let inventory = match self.pms.as_deref() {
            Some(pms) if server.gathers() => Some(software::inventory(
                &pms.installed().await?,
                pms.extension(),
            )),
            _ => None,
        };
        server.begin(Beginning {
            start,
            consumer: CONSUMER,
            inventory: inventory.as_deref(),
        });
        Ok(())
    }

    /// Finds out what the computer is, and what is wrong with it, by what the server defines now.
    pub(super) async fn evaluate(
        &self,
        server: &dyn Server,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        self.send_attributes(server, job, tracker).await?;
        self.send_faults(server, job, tracker).await?;
        for _ in 0..MOST_EVALUATIONS {
            let changed = server.settle().await?;
            if changed.properties {
                self.send_attributes(server, job, tracker).await?;
            }
            if changed.faults {
                self.send_faults(server, job, tracker).await?;
            }
            if !changed.properties {
                return Ok(());
            }
        }
        Err(EngineError::Unintelligible(
            "the properties are others each time".to_owned(),
        ))
    }

    pub(super) async fn send_attributes(
        &self,
        server: &dyn Server,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        tracker.begin(Stage::Attributes);
        let properties = server.properties().await?;
        let results = attributes::properties(&self.evaluator, &job.id, &properties).await;
        for complaint in &results.complaints {
            self.complain(Stage::Attributes, complaint, tracker);
        }
        let (identity, address) = (&self.identity, self.identity.address());
        let user = identity.user().await;
        let report = AttributeReport {
            uuid: identity.uuid().to_owned(),
            name: identity.name().to_owned(),
            fqdn: identity.full_host_name().await,
            ip_address: address.map_or_else(String::new, |address| address.to_string()),
            user: user.name,
            user_full_name: user.full_name,
            attributes: results.outputs,
        };
        server.tell(Report::Attributes(&report)).await?;
        tracker.ok(Stage::Attributes);
        Ok(())
    }

    pub(super) async fn send_faults(
        &self,
        server: &dyn Server,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        tracker.begin(Stage::Faults);
        let definitions = server.fault_definitions().await?;
        let results = attributes::faults(&self.evaluator, &job.id, &definitions).await;
        for complaint in &results.complaints {
            self.complain(Stage::Faults, complaint, tracker);
        }
        if !definitions.is_empty() {
            server.tell(Report::Faults(&results.outputs)).await?;
        }
        tracker.ok(Stage::Faults);
        Ok(())
    }

    /// Writes down the server's repositories and the key they are signed with. Everything is asked for first, so that an
    /// answer that does not come leaves all as it was.
    pub(super) async fn update_repositories(
        &self,
        server: &dyn Server,
        pms: &dyn PackageManager,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        tracker.begin(Stage::Repositories);
        let access = self.access();
        let repositories = server.repositories().await?;
        let key = self.trusted_key(server, pms, tracker).await?;
        pms.import_key(&access, &key)?;
        pms.write_repositories(&access, &repositories)?;
        tracker.ok(Stage::Repositories);
        Ok(())
    }

    /// `false` when it failed.
    pub(super) async fn refresh_metadata(
        &self,
        pms: &dyn PackageManager,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<bool, EngineError> {
        tracker.begin(Stage::Metadata);
        match pms
            .run(&Action::Refresh, &self.mandate(Asker::Unattended), job)
            .await
        {
            Ok(()) => {
                tracker.ok(Stage::Metadata);
                Ok(true)
            }
            Err(PmsError::Cancelled) => Err(EngineError::Cancelled),
            Err(error) => {
                self.record(Stage::Metadata, told::packages(&error), tracker);
                Ok(false)
            }
        }
    }

    /// Removes, then installs what the server demands. `false` when something of it failed.
    pub(super) async fn mandatory_packages(
        &self,
        server: &dyn Server,
        pms: &dyn PackageManager,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<bool, EngineError> {
        let mandatory = server.mandatory_packages().await?;
        self.remember_mandatory(&mandatory);
        let removed = self
            .change(pms, Stage::Remove, &mandatory.remove, job, tracker)
            .await?;
        let installed = self
            .change(pms, Stage::Install, &mandatory.install, job, tracker)
            .await?;
        Ok(removed && installed)
    }

    fn remember_mandatory(&self, mandatory: &MandatoryPackages) {
        let path = self.folder().join("mandatory.json");
        let kept = serde_json::to_vec(mandatory)
            .map_err(std::io::Error::from)
            .and_then(|text| files::write(&path, &text, 0o600));
        if let Err(error) = kept {
            tracing::warn!(%error, "what policies demand cannot be kept");
        }
    }

    pub(super) fn known_mandatory(&self) -> MandatoryPackages {
        let text = std::fs::read(self.folder().join("mandatory.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Tells the server which packages are there, and what changed since it last knew.
    pub(super) async fn send_software(
        &self,
        server: &dyn Server,
        pms: &dyn PackageManager,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        tracker.begin(Stage::Software);
        let inventory = software::inventory(&pms.installed().await?, pms.extension());
        let file = |error| io("the list of software", error);
        let history = self.known_software.changes(&inventory).map_err(file)?;
        let report = Report::Software {
            inventory: &inventory,
            history: &history,
        };
        server.tell(report).await?;
        self.known_software.confirm(&inventory).map_err(file)?;
        tracker.ok(Stage::Software);
        Ok(())
    }

    /// Sends the hardware if the server wants it, or in any case.
    pub(super) async fn send_hardware(
        &self,
        server: &dyn Server,
        always: bool,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        use crate::observer::Observer as _;
        tracker.begin(Stage::Hardware);
        let file = |error| io("what is known of the hardware", error);
        if always || server.hardware_required().await? {
            match hardware::hardware(&*self.runner).await {
                Ok(hardware) if !always && self.hardware.is_refused(&hardware) => {
                    let refused = EngineText::HardwareRefused.told(&[]);
                    tracker.said(OutputStream::Info, &refused);
                }
                Ok(hardware) => match server.tell(Report::Hardware(&hardware)).await {
                    Ok(()) => self.hardware.taken().map_err(file)?,
                    Err(
                        error @ ApiError::Status {
                            status: 400 | 413 | 422,
                            ..
                        },
                    ) => {
                        self.hardware.refused(&hardware).map_err(file)?;
                        return Err(error.into());
                    }
                    Err(error) => return Err(error.into()),
                },
                // Without `lshw` a computer is managed all the same: no fault to tell at every synchronisation.
                Err(error @ HardwareError::NotInstalled) if !always => {
                    tracker.said(OutputStream::Info, &told::hardware(&error));
                }
                Err(error) => {
                    let said = told::hardware(&error);
                    if always || self.hardware.is_news(&said.text).map_err(file)? {
                        self.record(Stage::Hardware, said, tracker);
                    } else {
                        tracker.failed(Stage::Hardware, said);
                    }
                    return Ok(());
                }
            }
        }
        tracker.ok(Stage::Hardware);
        Ok(())
    }

    /// Learns the traits, tells them, and runs the scripts that wait for their changes.
    pub(super) async fn update_traits(
        &self,
        server: &dyn Server,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        use crate::observer::Observer as _;
        tracker.begin(Stage::Traits);
        let traits = server.traits().await?;
        tracker.traits(&traits);
        let before = self
            .traits
            .replace(&traits)
            .map_err(|error| io("the traits", error))?;
        tracker.ok(Stage::Traits);
        tracker.begin(Stage::Events);
        if let Err(error) = hooks::write_event_data(&self.layout.event_data(), &before, &traits) {
            let said = EngineText::EventDataNotWritten.told(&[&error.to_string()]);
            self.record(Stage::Events, said, tracker);
        }
        let errors = self
            .hooks
            .run_events(&hooks::changes(&before, &traits), job)
            .await;
        self.finish_hooks(Stage::Events, &errors, tracker);
        Ok(())
    }

    /// Runs `pre-sync.d` or `post-sync.d`. `false` when a script failed.
    pub(super) async fn run_hooks(
        &self,
        stage: Stage,
        job: &Job<'_>,
        tracker: &Tracker<'_>,
    ) -> bool {
        let folder = if stage == Stage::HooksPre {
            "pre-sync.d"
        } else {
            "post-sync.d"
        };
        tracker.begin(stage);
        let errors = self.hooks.run(folder, job).await;
        self.finish_hooks(stage, &errors, tracker)
    }

    fn finish_hooks(&self, stage: Stage, errors: &[HookFailure], tracker: &Tracker<'_>) -> bool {
        for error in errors {
            self.record(stage, told::hook(error), tracker);
        }
        if errors.is_empty() {
            tracker.ok(stage);
        }
        errors.is_empty()
    }

    /// Tells the server that this computer is done for now.
    pub(super) async fn report_end(
        &self,
        server: &dyn Server,
        tracker: &Tracker<'_>,
    ) -> Result<(), EngineError> {
        use crate::observer::Observer as _;
        let told = server.tell(Report::End).await.map_err(EngineError::from);
        if let Err(error) = &told {
            let said = EngineText::EndNotTold.with([told::untold(error).into()]);
            tracker.said(OutputStream::Info, &said);
        }
        told
    }
}

/// What the server itself calls nonsense will be nonsense tomorrow, too. What anybody else says of it drops nothing.
fn accepted_or_useless(sent: Result<(), ApiError>) -> Result<(), EngineError> {
    match sent {
        Err(ApiError::Status {
            status: 400 | 422,
            said,
            ..
        }) => {
            tracing::warn!(%said, "the server refuses a record that waited for it");
            Ok(())
        }
        other => Ok(other?),
    }
}
