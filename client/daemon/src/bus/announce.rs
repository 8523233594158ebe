//! Everything the daemon says without being asked. Broadcasts carry ids, states and percentages only; output, items
//! and messages go to the subscribers of a job.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use migasfree_dbus::names::{CATALOG, JOB, MANAGER, ROOT_PATH, job_path};
use migasfree_dbus::{AppState, FinishedDetail, PendingChange, said};
use zbus::Variant;
use zbus::names::UniqueName;
use zbus::object_server::SignalEmitter;

use super::catalog::CatalogObject;
use super::computer::Computer;
use super::job::{JobObject, public_properties};
use super::manager::Manager;
use super::overview::Overview;
use super::packages::Packages;
use super::tags::Tags;
use crate::access::Access;
use crate::catalog::PackageFacts;
use crate::ending::Ending;
use crate::jobs::{Event, Jobs, read_output};
use crate::news::{Happened, Listener};
use crate::observer::Question;
use crate::offered::public_states;
use crate::properties::difference;
use crate::signals::{Signals, heard};
use crate::texts::Text;

/// Properties of a job are told at most this often.
const PAUSE: Duration = Duration::from_millis(250);
/// Bytes of one `Output`.
const CHUNK: u64 = 32 * 1024;

/// Tells the bus what happened.
#[derive(Debug)]
pub struct Announcer {
    pub overview: Overview,
    pub access: Arc<Access>,
    pub ending: Ending,
    pub signals: Arc<Signals>,
}

#[async_trait]
impl Listener for Announcer {
    async fn hear(&self, happened: Happened<'_>) {
        match happened {
            Happened::JobAdded(id) => self.job_added(id).await,
            Happened::JobChanged(id) => self.job_changed(id).await,
            Happened::JobSpoke(id, events) => self.job_spoke(id, events).await,
            Happened::JobAsks(id, number, question) => self.job_asks(id, number, question).await,
            Happened::JobFinished(id) => self.job_finished(id).await,
            Happened::JobRemoved(id) => self.job_removed(id).await,
            Happened::QueueChanged => self.queue_changed().await,
            Happened::ManagerChanged => self.manager_changed().await,
            Happened::CatalogChanged(ids) => self.catalog_changed(ids).await,
            Happened::CatalogFetched => self.catalog_fetched().await,
            Happened::StatesChanged => self.states_changed().await,
            Happened::OutlookChanged => self.outlook_changed().await,
            Happened::RestartWanted(id) => self.restart_wanted(id).await,
            Happened::PackagesChanged => self.packages_changed().await,
            Happened::ComputerChanged => self.computer_changed().await,
            Happened::TagsChanged => self.tags_changed().await,
            Happened::Remote(to, tiding) => self.remote(to, tiding).await,
        }
    }
}

impl Announcer {
    /// A job came: its object appears.
    async fn job_added(&self, id: u64) {
        let Some(connection) = self.signals.connection() else {
            return;
        };
        let now = (public_properties(self.jobs(), id), Instant::now());
        self.signals.lock().jobs.insert(id, now);
        let object = JobObject {
            id,
            access: Arc::clone(&self.access),
            jobs: Arc::clone(&self.overview.jobs),
            ending: self.ending.clone(),
        };
        if let Err(error) = connection.object_server().at(job_path(id), object).await {
            tracing::error!(job = id, %error, "the object of a job cannot appear");
        }
        if let Some(emitter) = self.signals.emitter(ROOT_PATH) {
            heard(Manager::job_added(&emitter, job_path(id)).await);
        }
        self.queue_changed().await;
    }

    /// Queue, positions and states of applications may be other ones.
    async fn queue_changed(&self) {
        self.manager_changed().await;
        self.states_changed().await;
        for id in self.jobs().unfinished() {
            self.job_changed(id).await;
        }
    }

    /// A job may look different. Changes of state are told at once, the others at most four times a second.
    async fn job_changed(&self, id: u64) {
        let now = public_properties(self.jobs(), id);
        let changed = {
            let mut told = self.signals.lock();
            let Some((before, at)) = told.jobs.get_mut(&id) else {
                return;
            };
            let changed = difference(before, &now);
            let urgent = changed.keys().any(|name| is_urgent(name));
            if changed.is_empty() || (!urgent && at.elapsed() < PAUSE) {
                return;
            }
            (*before, *at) = (now, Instant::now());
            changed
        };
        self.signals
            .properties_changed(job_path(id).as_str(), JOB, &changed)
            .await;
    }

    /// Passes on to the subscribers what a worker said.
    async fn job_spoke(&self, id: u64, events: &[Event]) {
        let path = job_path(id);
        let listeners = self.listeners(id, None, path.as_str());
        if listeners.is_empty() {
            return;
        }
        for (offset, length, stream) in pieces(events) {
            let read = read_output(&self.jobs().folder(id), offset, length);
            let (offset, bytes) = read.unwrap_or_default();
            for listener in &listeners {
                heard(JobObject::output(listener, offset, stream, &bytes).await);
            }
        }
        let last = events.iter().rev().find_map(|event| match event {
            Event::Item(item) => Some(item),
            _ => None,
        });
        if let Some(item) = last {
            for listener in &listeners {
                let percent = u32::from(item.percent);
                let phase = item.phase.as_str();
                heard(
                    JobObject::item_progress(
                        listener,
                        phase,
                        &item.package,
                        &item.version,
                        percent,
                    )
                    .await,
                );
            }
        }
    }

    /// A job asks its owner.
    async fn job_asks(&self, id: u64, number: u32, question: &Question) {
        let owner = self.jobs().with(id, |job| job.stored.owner_uid).ok();
        for listener in self.listeners(id, owner, job_path(id).as_str()) {
            let mut data: HashMap<&str, Variant<'_>> = question
                .data
                .iter()
                .map(|(key, value)| (key.as_str(), Variant::from(value.as_str())))
                .collect();
            data.insert("default", Variant::from(question.default.as_str()));
            heard(JobObject::question(&listener, number, question.kind.as_str(), data).await);
        }
    }

    /// A job is over.
    async fn job_finished(&self, id: u64) {
        self.job_changed(id).await;
        let end = self.jobs().with(id, |job| {
            let (result, code) = job.result()?;
            Some((
                result,
                code,
                job.message().unwrap_or_default(),
                job.detail(),
            ))
        });
        if let Ok(Some((result, code, message, detail))) = end {
            if let Some(emitter) = self.signals.emitter(job_path(id).as_str()) {
                let nothing = FinishedDetail::default();
                heard(JobObject::finished(&emitter, result, code, "", nothing).await);
            }
            for listener in self.listeners(id, None, job_path(id).as_str()) {
                heard(JobObject::finished(&listener, result, code, &message, detail.clone()).await);
            }
        }
        self.queue_changed().await;
    }

    /// The object of a job goes away.
    async fn job_removed(&self, id: u64) {
        let Some(connection) = self.signals.connection() else {
            return;
        };
        self.signals.lock().jobs.remove(&id);
        let removed = connection
            .object_server()
            .remove::<JobObject, _>(job_path(id))
            .await;
        if let Err(error) = removed {
            tracing::warn!(job = id, %error, "the object of a job was gone already");
        }
        if let Some(emitter) = self.signals.emitter(ROOT_PATH) {
            heard(Manager::job_removed(&emitter, job_path(id)).await);
        }
    }

    /// Properties of the manager may be other ones.
    async fn manager_changed(&self) {
        let now = self.overview.properties();
        let changed = {
            let mut told = self.signals.lock();
            let changed = difference(&told.manager, &now);
            told.manager = now;
            changed
        };
        self.signals
            .properties_changed(ROOT_PATH, MANAGER, &changed)
            .await;
    }

    /// The catalogue has another content.
    async fn catalog_changed(&self, ids: Vec<u32>) {
        let revision = self.overview.catalog.offer().revision;
        if let Some(emitter) = self.signals.emitter(ROOT_PATH) {
            heard(CatalogObject::catalog_changed(&emitter, revision, ids).await);
        }
        self.catalog_fetched().await;
    }

    /// The catalogue was fetched.
    async fn catalog_fetched(&self) {
        let properties = super::catalog::properties(&self.overview.catalog);
        self.signals
            .properties_changed(ROOT_PATH, CATALOG, &properties)
            .await;
    }

    /// States of applications may be other ones.
    async fn states_changed(&self) {
        let now = public_states(&self.overview.shelf());
        let changed: HashMap<u32, AppState> = {
            let mut told = self.signals.lock();
            let changed = now
                .iter()
                .filter(|(id, state)| told.states.get(id) != Some(state))
                .map(|(id, state)| (*id, *state))
                .collect();
            told.states = now;
            changed
        };
        if let Some(emitter) = self
            .signals
            .emitter(ROOT_PATH)
            .filter(|_| !changed.is_empty())
        {
            heard(CatalogObject::states_changed(&emitter, changed).await);
        }
    }

    /// Updates, and changes that policies demand, may be other ones.
    async fn outlook_changed(&self) {
        let facts = self.overview.catalog.facts();
        let (updates, pending) = (facts.update_counts(), pending(&facts));
        let (other_updates, other_pending) = {
            let mut told = self.signals.lock();
            let other = (told.updates != updates, told.pending != pending);
            told.updates = updates;
            told.pending.clone_from(&pending);
            other
        };
        let Some(emitter) = self.signals.emitter(ROOT_PATH) else {
            return;
        };
        if other_updates {
            heard(Manager::updates_changed(&emitter, updates.0, updates.1).await);
        }
        if other_pending {
            heard(Manager::pending_changed(&emitter, pending).await);
        }
    }

    /// The computer should be restarted after this job: its subscribers are told.
    async fn restart_wanted(&self, id: u64) {
        let packages = self.overview.computer.engine().reboot_required().join(", ");
        let title = Text::NoticeRestart.told(&[]);
        let body = Text::NoticeRestartOf.told(&[&packages]);
        let (title_said, body_said) = (said::written(&title), said::written(&body));
        for listener in self.listeners(id, None, ROOT_PATH) {
            let said = HashMap::from([
                ("title", Variant::from(title_said.as_str())),
                ("body", Variant::from(body_said.as_str())),
            ]);
            heard(Manager::notice(&listener, "restart", 1, &title.text, &body.text, said).await);
        }
    }

    /// Packages were added, removed or upgraded.
    async fn packages_changed(&self) {
        if let Some(emitter) = self.signals.emitter(ROOT_PATH) {
            heard(Packages::packages_changed(&emitter).await);
        }
    }

    /// The server's record of this computer is another one.
    async fn computer_changed(&self) {
        if let Some(emitter) = self.signals.emitter(ROOT_PATH) {
            heard(Computer::computer_changed(&emitter).await);
        }
    }

    /// The tags are other ones.
    async fn tags_changed(&self) {
        if let Some(emitter) = self.signals.emitter(ROOT_PATH) {
            heard(Tags::tags_changed(&emitter).await);
        }
    }

    fn jobs(&self) -> &Jobs {
        &self.overview.jobs
    }

    /// A way from an object to each subscriber of a job, or to those of one user.
    fn listeners(&self, id: u64, of: Option<u32>, path: &str) -> Vec<SignalEmitter<'static>> {
        let addresses: Vec<String> = self
            .jobs()
            .with(id, |job| {
                let wanted = job
                    .subscribers
                    .iter()
                    .filter(|(_, uid)| of.is_none_or(|of| of == **uid));
                wanted.map(|(address, _)| address.clone()).collect()
            })
            .unwrap_or_default();
        addresses
            .into_iter()
            .filter_map(|address| {
                let emitter = self.signals.emitter(path)?;
                // Without a bus there is one listener only, and it has no address.
                Some(match UniqueName::try_from(address) {
                    Ok(name) => emitter.set_destination(name.into()),
                    Err(_) => emitter,
                })
            })
            .collect()
    }
}

/// The changes that policies demand and that were not made yet: they come with the next synchronisation.
fn pending(facts: &PackageFacts) -> Vec<PendingChange> {
    let change = |kind: &'static str| {
        move |package: &String| PendingChange {
            id: format!("{kind}-{package}"),
            kind: kind.into(),
            package: package.clone(),
            ..PendingChange::default()
        }
    };
    let install = facts.pending.install.iter().map(change("install"));
    install
        .chain(facts.pending.remove.iter().map(change("remove")))
        .collect()
}

fn is_urgent(property: &str) -> bool {
    matches!(
        property,
        "State"
            | "Stage"
            | "AllowCancel"
            | "AllowAdminCancel"
            | "Result"
            | "ErrorCode"
            | "Ended"
            | "Started"
    )
}

/// Neighbouring output of one stream, joined, in pieces of a bearable size.
fn pieces(events: &[Event]) -> Vec<(u64, u64, &'static str)> {
    let mut pieces: Vec<(u64, u64, &'static str)> = Vec::new();
    for event in events {
        let Event::Output {
            offset,
            length,
            stream,
        } = event
        else {
            continue;
        };
        match pieces.last_mut() {
            Some((start, size, same))
                if *same == stream.as_str()
                    && *start + *size == *offset
                    && *size + *length <= CHUNK =>
            {
                *size += *length;
            }
            _ => pieces.push((*offset, *length, stream.as_str())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observer::OutputStream;

    #[test]
    fn neighbouring_output_is_joined_up_to_a_bearable_size() {
        let output = |offset, length, stream| Event::Output {
            offset,
            length,
            stream,
        };
        let events = [
            output(0, 10, OutputStream::Out),
            output(10, 5, OutputStream::Out),
            output(15, 5, OutputStream::Err),
            output(20, CHUNK, OutputStream::Err),
        ];
        assert_eq!(
            pieces(&events),
            [(0, 15, "out"), (15, 5, "err"), (20, CHUNK, "err")]
        );
    }
}
