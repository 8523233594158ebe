//! The signed calls of a computer.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use migasfree_native::actions::{ActionResult, ActionResults};
use migasfree_native::certificates::{CertificateWanted, certificate_request};
use migasfree_native::enrolment::Identity;
use migasfree_native::features::{Feature, Features};
use migasfree_native::inventory::{Inventory, diff};
use migasfree_native::key::KeyPair;
use migasfree_native::requests::{
    ACTION_RESULT, APP_REQUESTS, ATTRIBUTES, AppWanted, AttributesWanted, CERTIFICATE, INFO, LABEL,
    Nothing, PLAN, REQUEST_APP, RESULT, RequestChosen, SET_TAGS, TAGS, TRAITS, TagsChosen,
    WITHDRAW_REQUEST,
};
use migasfree_native::synchronization::{
    AttributeReport as Attributes, Definitions, Known, PlanAnswer, PlanRequest, Refused,
    Report as Gathered, ResultAnswer, ResultRequest, SoftwareReport, Synchronization, Turn, Wanted,
};
use serde_json::Value;

use super::link::{Link, malformed};
use super::memory::{Kept, Memory};
use crate::keys::certificate::OwnCertificate;
use crate::transport::error::{ApiError, TransportError};
use crate::transport::messages::{
    App, AppId, AppRequest, Category, ComputerInfo, FaultDefinition, Label, MandatoryPackages,
    Page, Property, Repository, TagRules, Tags, Trait,
};
use crate::transport::server::{AttributeReport, Beginning, Report, Server, Settled};
use crate::trust::Fingerprint;

/// What this program calls itself.
const CLIENT: &str = concat!("migasfree ", env!("CARGO_PKG_VERSION"));

/// The server as a computer talks to it whose key it knows. What is told is gathered and goes along with the plan or with
/// the result.
#[derive(Debug)]
pub struct NativeSession {
    link: Link,
    memory: Memory,
    /// What the server could do when this computer enrolled.
    features: Features,
    /// Whether this computer is to have a certificate.
    wants_certificate: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    run: Option<Run>,
    /// What waits to be told.
    report: Gathered,
    /// Who the computer is, as it was found out last.
    attributes: Option<Attributes>,
    /// The software that the report makes known.
    inventory: Option<Inventory>,
}

/// What began.
#[derive(Debug, Default)]
struct Run {
    synchronization: Option<Synchronization>,
    software: Option<Inventory>,
    /// What the plan wants to be told.
    wanted: Option<Wanted>,
    noted: bool,
    ended: bool,
}

impl NativeSession {
    /// `features` are the server's.
    #[must_use]
    pub fn new(link: Link, memory: Memory, features: &Features) -> Self {
        Self {
            link,
            memory,
            features: features.clone(),
            wants_certificate: false,
            state: Mutex::default(),
        }
    }

    /// Where `wanted`, a synchronisation sees to it that this computer has a certificate that is good for long enough.
    #[must_use]
    pub fn with_certificate(mut self, wanted: bool) -> Self {
        self.wants_certificate = wanted;
        self
    }

    /// Whether both sides can do something, by what the server said last.
    fn can(&self, feature: Feature) -> bool {
        let told = self.memory.kept().definitions.features;
        told.map_or_else(
            || self.features.has(feature),
            |told| told.value.has(feature),
        )
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks what is to be done, and tells what waits. What came is kept.
    async fn plan(&self, known: Known, is_of_run: bool) -> Result<PlanAnswer, ApiError> {
        let mut request = self.plan_request(known, is_of_run);
        if is_of_run {
            request.turn = self.turn();
        }
        let answer = self.link.ask(&PLAN, &request).await?;
        warn_of(&answer.refused);
        if answer.is_behind {
            tracing::warn!("this computer was restored from a state before, or copied");
            self.memory.forget_turn().map_err(file)?;
        }
        self.receive(&answer.actions);
        self.learn(&request.report, &answer, is_of_run)?;
        let mut state = self.state();
        state.report = Gathered::default();
        if is_of_run && let Some(run) = &mut state.run {
            run.noted = answer.is_nothing() && request.synchronization.is_some();
            run.wanted = Some(answer.wanted.clone());
        }
        Ok(answer)
    }

    /// Keeps orders for the daemon: they are no part of what asked for the plan.
    fn receive(&self, orders: &[String]) {
        for order in orders {
            if let Err(error) = self.memory.orders().receive(order) {
                tracing::warn!(%error, "an order of the server cannot be kept");
            }
        }
    }

    /// What cannot be kept is not said.
    fn turn(&self) -> Option<Turn> {
        match self.memory.next_turn(&*self.link.random) {
            Ok(turn) => Some(turn),
            Err(error) => {
                tracing::warn!(%error, "synchronisations cannot be counted");
                None
            }
        }
    }

    fn plan_request(&self, known: Known, is_of_run: bool) -> PlanRequest {
        let state = self.state();
        let run = state.run.as_ref().filter(|_| is_of_run);
        let own = state.attributes.as_ref().map(Attributes::hash);
        let told = || self.memory.kept().attributes;
        PlanRequest {
            features: Features::all(),
            client: CLIENT.to_owned(),
            attributes: own
                .or_else(told)
                .unwrap_or_else(|| Attributes::default().hash()),
            software: run.and_then(|run| run.software.as_ref().map(Inventory::hash)),
            known,
            turn: None,
            synchronization: run.and_then(|run| run.synchronization.clone()),
            report: state.report.clone(),
        }
    }

    fn learn(&self, told: &Gathered, answer: &PlanAnswer, is_of_run: bool) -> Result<(), ApiError> {
        let came = answer.definitions.clone();
        let good = if is_of_run && answer.wanted.attributes {
            // The rest hangs on attributes that the server does not have. Between synchronisations what it last heard counts.
            Definitions {
                properties: came.properties,
                fault_definitions: came.fault_definitions,
                authorities: came.authorities,
                features: came.features,
                ..Definitions::default()
            }
        } else {
            came
        };
        if let Some(authorities) = &good.authorities {
            self.memory
                .keep_authorities(&authorities.value)
                .map_err(file)?;
        }
        self.remember(|kept| {
            kept.told(told, &answer.refused);
            kept.take(good);
        })
    }

    fn remember(&self, change: impl FnOnce(&mut Kept)) -> Result<(), ApiError> {
        let before = self.memory.kept();
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        self.memory.keep(&after).map_err(file)
    }

    /// What the server defines: what is kept where that is current, else by its word.
    async fn defined<T>(
        &self,
        known: impl FnOnce(&Kept) -> Known,
        pick: impl Fn(Definitions) -> Option<T>,
    ) -> Result<T, ApiError> {
        let kept = self.memory.kept();
        let is_running = self.state().run.is_some();
        if is_running && let Some(defined) = pick(kept.definitions.clone()) {
            return Ok(defined);
        }
        self.plan(known(&kept), false).await?;
        pick(self.memory.kept().definitions)
            .ok_or_else(|| malformed(PLAN.path, &"it does not have what was asked for"))
    }

    /// Asks for a certificate where there is none, or the time of the one there is has come. Where the server gives none,
    /// everything else goes on.
    async fn certify(&self) {
        if !self.wants_certificate || !self.can(Feature::Certificates) {
            return;
        }
        let now = self.link.now();
        let own = self.memory.certificate();
        if own.is_some_and(|own| !own.is_due(now)) {
            return;
        }
        let key = KeyPair::generate(|seed| self.link.random.fill(seed));
        let wanted = CertificateWanted {
            certificate_request: certificate_request(&key),
        };
        let given = match self.link.ask(&CERTIFICATE, &wanted).await {
            Ok(given) => given,
            Err(error) => {
                tracing::info!(%error, "the server gives this computer no certificate");
                return;
            }
        };
        let own = OwnCertificate::new(&key, given, now);
        if let Err(error) = self.memory.keep_certificate(&own) {
            tracing::warn!(%error, "the certificate of this computer cannot be kept");
        }
    }

    /// Asks until the plan is by the attributes that the server knows. What it can do comes along.
    async fn settled(&self) -> Result<Settled, ApiError> {
        let settled = self.planned().await?;
        self.certify().await;
        Ok(settled)
    }

    async fn planned(&self) -> Result<Settled, ApiError> {
        let mut settled = Settled::default();
        for _ in 0..2 {
            let known = self.memory.kept().of_a_synchronization();
            let answer = self.plan(known, true).await?;
            settled.properties |= answer.definitions.properties.is_some();
            settled.faults |= answer.definitions.fault_definitions.is_some();
            if settled.properties || !answer.wanted.attributes {
                return Ok(settled);
            }
            let mut state = self.state();
            let own = state.attributes.clone();
            state.report.attributes = own;
        }
        let reason = "it wants to be told the attributes again and again";
        Err(malformed(PLAN.path, &reason))
    }

    fn gather(&self, report: Report<'_>) {
        let mut state = self.state();
        match report {
            Report::Attributes(report) => {
                let attributes = as_attributes(report);
                let is_known = Some(attributes.hash()) == self.memory.kept().attributes;
                let wanted = state.run.as_ref().map(|run| run.wanted.as_ref());
                let is_wanted = match wanted {
                    Some(wanted) => wanted.is_some_and(|wanted| wanted.attributes),
                    None => true,
                };
                if is_wanted || !is_known {
                    state.report.attributes = Some(attributes.clone());
                }
                state.attributes = Some(attributes);
            }
            Report::Faults(faults) => {
                let is_news = !faults.is_empty() || !self.memory.kept().is_faultless;
                state.report.faults = is_news.then(|| faults.clone());
            }
            Report::Software { inventory, .. } => self.gather_software(&mut state, inventory),
            Report::Hardware(hardware) => state.report.hardware = Some(hardware.clone()),
            Report::Errors(text) => state.report.errors.push(text.to_owned()),
            Report::Synchronization {
                start,
                consumer,
                packages_ok,
            } => state
                .report
                .synchronizations
                .push(synchronization(start, consumer, packages_ok)),
            Report::End => {}
        }
    }

    /// A difference where the server has a list that this computer has, too.
    fn gather_software(&self, state: &mut State, lines: &[String]) {
        let now = Inventory::new(lines);
        let planned = state.run.as_ref().filter(|run| run.wanted.is_some());
        let wanted = planned.and_then(|run| run.wanted.as_ref()?.software);
        let sent = planned.and_then(|run| run.software.clone());
        let kept = self.memory.inventory();
        let base = match (wanted, &sent) {
            (Some(wanted), _) => wanted.base,
            (None, Some(sent)) => Some(sent.hash()),
            (None, None) => kept.as_ref().map(Inventory::hash),
        };
        if wanted.is_none() && sent.as_ref() == Some(&now) {
            self.keep_inventory(&now);
            return;
        }
        let mut known = [kept, sent].into_iter().flatten();
        let base = base.and_then(|base| known.find(|known| known.hash() == base));
        state.report.software = Some(match base {
            Some(base) if self.can(Feature::InventoryDifferences) => {
                SoftwareReport::Difference(diff(&base, &now))
            }
            _ => SoftwareReport::Full(now.clone()),
        });
        state.inventory = Some(now);
    }

    /// What is not kept comes as a whole the next time.
    fn keep_inventory(&self, inventory: &Inventory) {
        if let Err(error) = self.memory.keep_inventory(inventory) {
            tracing::warn!(%error, "the list of software the server has cannot be kept");
        }
    }

    /// Tells what waits; with `is_end` also that this computer is done, where the server waits for that.
    async fn deliver(&self, is_end: bool) -> Result<(), ApiError> {
        let Some(report) = self.waiting(is_end) else {
            return Ok(());
        };
        let answer = match self.result(report.clone()).await {
            Ok(answer) => answer,
            Err(error) => {
                self.put_back(report, &error);
                return Err(error);
            }
        };
        self.remember(|kept| kept.told(&report, &answer.refused))?;
        self.deliver_software(&answer).await
    }

    /// The whole list where a difference did not do.
    async fn deliver_software(&self, answer: &ResultAnswer) -> Result<(), ApiError> {
        let Some(inventory) = self.state().inventory.take() else {
            return Ok(());
        };
        if answer.wanted.software.is_some() {
            let whole = Gathered {
                software: Some(SoftwareReport::Full(inventory.clone())),
                ..Gathered::default()
            };
            self.result(whole).await?;
        }
        self.keep_inventory(&inventory);
        Ok(())
    }

    async fn result(&self, report: Gathered) -> Result<ResultAnswer, ApiError> {
        let request = ResultRequest {
            features: Features::all(),
            client: CLIENT.to_owned(),
            report,
        };
        let answer = self.link.ask(&RESULT, &request).await?;
        warn_of(&answer.refused);
        Ok(answer)
    }

    fn waiting(&self, is_end: bool) -> Option<Gathered> {
        let mut state = self.state();
        let is_waited_for = state
            .run
            .as_ref()
            .is_some_and(|run| run.wanted.is_some() && !run.noted && !run.ended);
        if state.report.is_empty() && !(is_end && is_waited_for) {
            return None;
        }
        let mut report = std::mem::take(&mut state.report);
        report.end = is_end || !report.synchronizations.is_empty();
        if let Some(run) = &mut state.run {
            run.ended |= report.end;
        }
        Some(report)
    }

    /// What the server will not take today or tomorrow is not told again.
    fn put_back(&self, report: Gathered, error: &ApiError) {
        let is_useless = matches!(
            error,
            ApiError::Status {
                status: 400 | 413 | 422,
                ..
            }
        );
        let mut state = self.state();
        if let Some(run) = &mut state.run {
            run.ended = false;
        }
        if !is_useless {
            state.report = report;
        }
    }
}

#[async_trait]
impl Server for NativeSession {
    async fn tell(&self, report: Report<'_>) -> Result<(), ApiError> {
        let is_end = matches!(report, Report::End);
        self.gather(report);
        if is_end {
            return self.deliver(true).await;
        }
        Ok(())
    }

    fn begin(&self, beginning: Beginning<'_>) {
        let Beginning {
            start,
            consumer,
            inventory,
        } = beginning;
        self.state().run = Some(Run {
            synchronization: start.map(|start| synchronization(start, consumer, true)),
            software: inventory.map(Inventory::new),
            ..Run::default()
        });
    }

    async fn settle(&self) -> Result<Settled, ApiError> {
        let is_running = self.state().run.is_some();
        if is_running {
            self.settled().await
        } else {
            Ok(Settled::default())
        }
    }

    fn gathers(&self) -> bool {
        true
    }

    fn has_noted(&self) -> bool {
        self.state().run.as_ref().is_some_and(|run| run.noted)
    }

    async fn flush(&self) -> Result<(), ApiError> {
        self.deliver(false).await
    }

    async fn tell_actions(&self, results: &[ActionResult]) -> Result<Vec<String>, ApiError> {
        let results = ActionResults {
            results: results.to_vec(),
        };
        Ok(self.link.ask(&ACTION_RESULT, &results).await?.unknown)
    }

    async fn properties(&self) -> Result<Vec<Property>, ApiError> {
        let pick = |all: Definitions| Some(all.properties?.value);
        self.defined(Kept::of_an_evaluation, pick).await
    }

    async fn fault_definitions(&self) -> Result<Vec<FaultDefinition>, ApiError> {
        let pick = |all: Definitions| Some(all.fault_definitions?.value);
        self.defined(Kept::of_an_evaluation, pick).await
    }

    async fn repositories(&self) -> Result<Vec<Repository>, ApiError> {
        let pick = |all: Definitions| Some(all.repositories?.value);
        self.defined(Kept::of_a_synchronization, pick).await
    }

    async fn repository_fingerprints(&self) -> Result<Vec<Fingerprint>, ApiError> {
        let pick = |all: Definitions| Some(all.repository_keys?.value);
        let named: Vec<String> = self.defined(Kept::of_a_synchronization, pick).await?;
        let read = |text: &String| {
            let no_fingerprint = |_| malformed(PLAN.path, &format!("`{text}` is no fingerprint"));
            text.parse::<Fingerprint>().map_err(no_fingerprint)
        };
        named.iter().map(read).collect()
    }

    async fn mandatory_packages(&self) -> Result<MandatoryPackages, ApiError> {
        let pick = |all: Definitions| Some(all.mandatory_packages?.value);
        self.defined(Kept::of_a_synchronization, pick).await
    }

    async fn hardware_required(&self) -> Result<bool, ApiError> {
        let planned = self.state().run.as_ref().and_then(|run| {
            let wanted = run.wanted.as_ref()?;
            Some(wanted.hardware)
        });
        match planned {
            Some(wanted) => Ok(wanted),
            None => Ok(self.plan(Known::default(), false).await?.wanted.hardware),
        }
    }

    async fn traits(&self) -> Result<Vec<Trait>, ApiError> {
        let is_running = self.state().run.is_some();
        if !is_running {
            return self.link.ask(&TRAITS, &Nothing {}).await;
        }
        let pick = |all: Definitions| Some(all.traits?.value);
        self.defined(Kept::of_a_synchronization, pick).await
    }

    async fn info(&self) -> Result<ComputerInfo, ApiError> {
        self.link.ask(&INFO, &Nothing {}).await
    }

    async fn label(&self) -> Result<Label, ApiError> {
        self.link.ask(&LABEL, &Nothing {}).await
    }

    async fn attributes(&self, only_own: bool) -> Result<Page<Value>, ApiError> {
        self.link
            .ask(&ATTRIBUTES, &AttributesWanted { only_own })
            .await
    }

    async fn tags(&self) -> Result<Tags, ApiError> {
        self.link.ask(&TAGS, &Nothing {}).await
    }

    async fn set_tags(&self, tags: &[String]) -> Result<TagRules, ApiError> {
        let tags = tags.to_vec();
        self.link.ask(&SET_TAGS, &TagsChosen { tags }).await
    }

    async fn apps(&self) -> Result<Vec<App>, ApiError> {
        let pick = |all: Definitions| Some(all.apps?.value.0);
        self.defined(Kept::of_the_catalogue, pick).await
    }

    async fn categories(&self) -> Result<Vec<Category>, ApiError> {
        let pick = |all: Definitions| Some(all.categories?.value);
        self.defined(Kept::of_the_catalogue, pick).await
    }

    async fn request_app(
        &self,
        app: AppId,
        person: &str,
        justification: &str,
    ) -> Result<AppRequest, ApiError> {
        let wanted = AppWanted {
            app,
            person: person.to_owned(),
            justification: justification.to_owned(),
        };
        self.link.ask(&REQUEST_APP, &wanted).await
    }

    async fn app_requests(&self) -> Result<Vec<AppRequest>, ApiError> {
        self.link.ask(&APP_REQUESTS, &Nothing {}).await
    }

    async fn withdraw_request(&self, request: i64) -> Result<(), ApiError> {
        let chosen = RequestChosen { request };
        self.link.ask(&WITHDRAW_REQUEST, &chosen).await?;
        Ok(())
    }
}

fn as_attributes(report: &AttributeReport) -> Attributes {
    Attributes {
        identity: Identity {
            uuid: report.uuid.clone(),
            name: report.name.clone(),
            fqdn: report.fqdn.clone(),
            ip_address: report.ip_address.clone(),
        },
        user: report.user.clone(),
        user_full_name: report.user_full_name.clone(),
        attributes: report.attributes.clone(),
    }
}

fn synchronization(start: &str, consumer: &str, packages_ok: bool) -> Synchronization {
    Synchronization {
        start: start.to_owned(),
        consumer: consumer.to_owned(),
        packages_ok,
        stages: std::collections::BTreeMap::new(),
    }
}

fn warn_of(refused: &[Refused]) {
    for one in refused {
        tracing::warn!(part = one.part, reason = %one.reason, "the server refuses what it was told");
    }
}

fn file(source: io::Error) -> ApiError {
    let path = crate::keys::own::DEFINITIONS_FILE.to_owned();
    TransportError::File { path, source }.into()
}
