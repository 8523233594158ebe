//! Synchronisations: with nothing to do, with work, and against what sealed calls give the same computer.

use std::time::Duration;

use migasfree_grant::order::{Verb, verify};
use migasfree_native::actions::{ActionResult, ActionResults};
use migasfree_native::features::Features;
use migasfree_native::inventory::{ContentHash, Inventory, diff};
use migasfree_native::requests::{
    ACTION_RESULT, APP_REQUESTS, ATTRIBUTES, AttributesWanted, LABEL, Nothing, PLAN, RESULT,
    SET_TAGS, TAGS, TRAITS, TagsChosen,
};
use migasfree_native::synchronization::{
    AttributeReport, Edition, Known, PlanAnswer, PlanRequest, Report, ResultRequest,
    SoftwareReport, Synchronization,
};
use migasfree_server_db::args;
use migasfree_server_domain::services::OfDomain as _;
use migasfree_types::actions::ExecutionState;
use serde_json::{Value, json};

use super::moving::bring;
use super::peer::Computer;
use crate::on_both_engines;
use crate::peer::Peer;
use crate::safe::site::{ALL_SYSTEMS, NewDeployment, Site, UUID};

const CLIENT: &str = "migasfree 6.0";

/// A computer that moved over, and what it keeps.
struct Desktop {
    computer: Computer,
    attributes: AttributeReport,
    software: Inventory,
    known: Known,
}

/// Asks for all, and has none.
fn nothing_known() -> Known {
    let none = || Some(Edition::default());
    Known {
        properties: none(),
        fault_definitions: none(),
        repositories: none(),
        repository_keys: none(),
        mandatory_packages: none(),
        traits: none(),
        tags: none(),
        apps: none(),
        categories: none(),
        authorities: none(),
        features: none(),
    }
}

impl Desktop {
    async fn of(site: &Site, peer: &Peer, properties: &[String]) -> Self {
        let computer = Computer::new(&site.0, &peer.machine.uuid, &peer.machine.name);
        let (status, told) = bring(peer, &computer).await;
        assert_eq!(status, 200, "{told}");
        let claims = peer.attribute_claims(properties).unwrap();
        Self {
            attributes: AttributeReport {
                identity: computer.identity.clone(),
                user: peer.machine.user.clone(),
                user_full_name: peer.machine.fullname.clone(),
                attributes: serde_json::from_value(claims["sync_attributes"].clone()).unwrap(),
            },
            software: Inventory::new(&peer.machine.packages),
            known: nothing_known(),
            computer,
        }
    }

    fn question(&self) -> PlanRequest {
        PlanRequest {
            features: Features::all(),
            client: CLIENT.to_owned(),
            attributes: self.attributes.hash(),
            software: Some(self.software.hash()),
            known: self.known.clone(),
            turn: None,
            synchronization: Some(done()),
            report: Report::default(),
        }
    }

    async fn plan(&self) -> PlanAnswer {
        self.computer.get(&PLAN, &self.question()).await
    }

    /// Plans, and keeps what it is given.
    async fn learn(&mut self) -> PlanAnswer {
        let plan = self.plan().await;
        let given = &plan.definitions;
        macro_rules! keep {
            ($($name:ident),*) => {
                $(if let Some(definition) = &given.$name {
                    self.known.$name = Some(definition.edition.clone());
                })*
            };
        }
        keep!(
            properties,
            fault_definitions,
            repositories,
            repository_keys,
            mandatory_packages,
            traits,
            tags,
            apps,
            categories,
            authorities,
            features
        );
        plan
    }

    async fn tell(&self, report: Report) -> Value {
        let said = ResultRequest {
            features: Features::all(),
            client: CLIENT.to_owned(),
            report,
        };
        let answer = self.computer.ask(&RESULT, &said).await;
        assert_eq!((answer.status, answer.is_signed), (200, true), "{answer:?}");
        answer.json
    }

    /// Tells all there is to tell, and plans until there is nothing to do.
    async fn settle(&mut self, hardware: &Value) {
        let mut first = self.question();
        first.report.attributes = Some(self.attributes.clone());
        self.computer.get(&PLAN, &first).await;
        let told = Report {
            software: Some(SoftwareReport::Full(self.software.clone())),
            hardware: Some(hardware.clone()),
            ..Report::default()
        };
        assert_eq!(self.tell(told).await, json!({}));
        self.learn().await;
        let plan = self.plan().await;
        assert!(plan.is_nothing(), "{plan:?}");
    }
}

fn done() -> Synchronization {
    Synchronization {
        start: "2026-06-17T11:59:00Z".to_owned(),
        consumer: CLIENT.to_owned(),
        packages_ok: true,
        stages: std::collections::BTreeMap::new(),
    }
}

async fn sealed(peer: &Peer, call: &str) -> Value {
    let path = format!("/api/v1/safe/{call}");
    let claims = json!({ "id": peer.id, "cid": peer.id });
    peer.call(&path, &claims).await.unwrap().accepted().unwrap()
}

/// A computer that synchronised sealed, with something to install and a repository.
async fn synchronised(site: &Site) -> (Peer, Vec<String>) {
    let mut peer = site.computer(UUID, "pc1").await;
    let base = site
        .add_deployment(NewDeployment {
            install: Some("htop\nvim"),
            remove: Some("nano"),
            ..NewDeployment::named("Base", &[ALL_SYSTEMS])
        })
        .await;
    site.publish(base).await;
    peer.fetches_packages = false;
    let properties = peer.synchronise().await.unwrap().properties;
    (peer, properties)
}

on_both_engines! {
    async fn a_computer_is_given_what_sealed_calls_give_it(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let calls = ["computers/properties/", "computers/faults/definitions/", "computers/repositories/", "computers/packages/mandatory/", "computers/traits/", "computers/tags/assigned/", "catalog/apps/available/", "catalog/categories/"];
        let mut before = Vec::new();
        for call in calls {
            before.push(sealed(&peer, call).await);
        }
        let attributes = sealed(&peer, "computers/attributes/assigned/").await;
        let label = sealed(&peer, "computers/label/").await;
        let desktop = Desktop::of(&site, &peer, &properties).await;
        let mut question = desktop.question();
        question.report.attributes = Some(desktop.attributes.clone());
        let answer = desktop.computer.ask(&PLAN, &question).await;
        let given = &answer.json["definitions"];
        let names = ["properties", "fault_definitions", "repositories", "mandatory_packages", "traits", "tags", "apps", "categories"];
        for (name, sealed) in names.into_iter().zip(before) {
            let value = match name {
                "tags" => &given[name]["value"]["assigned"],
                _ => &given[name]["value"],
            };
            assert_eq!(without_nulls(value), without_nulls(&sealed), "{name}");
        }
        let computer = &desktop.computer;
        let mut packed = computer.request(&PLAN, &question);
        packed.headers.insert("accept-encoding", "gzip".parse().unwrap());
        let packed = computer.send(&packed).await;
        assert_eq!((packed.headers["content-encoding"].to_str().unwrap(), packed.is_signed), ("gzip", true));
        assert!(packed.body.len() < answer.body.len());
        assert_eq!(json!(computer.get(&ATTRIBUTES, &AttributesWanted::default()).await), attributes);
        assert_eq!(computer.ask(&LABEL, &Nothing {}).await.json, label);
        let traits = computer.get(&TRAITS, &Nothing {}).await;
        assert!(traits.iter().any(|one| one.prefix == "HST"), "{traits:?}");
        assert_eq!(computer.get(&APP_REQUESTS, &Nothing {}).await, Vec::new());
    }

    async fn a_synchronisation_with_nothing_to_do_is_one_small_request(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        let request = desktop.computer.request(&PLAN, &desktop.question());
        let answer = desktop.computer.send(&request).await;
        assert_eq!((answer.status, answer.is_signed, answer.body.as_slice()), (200, true, b"{}".as_slice()));
        assert!(request.size() < 2048, "{}", request.size());
        assert!(answer.size() < 2048, "{}", answer.size());
        let state = site.0.state();
        let mut least = u64::MAX;
        for _ in 0..6 {
            let before = state.db.statements();
            assert!(desktop.plan().await.is_nothing());
            least = least.min(state.db.statements() - before);
        }
        let nonce = u64::from(state.db.postgres().is_some());
        assert_eq!(least, 1 + nonce, "the key, and where servers share a database the request");
    }

    async fn a_synchronisation_with_nothing_to_do_is_noted_down(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        let state = site.0.state();
        let recorded = "SELECT count(*) FROM client_synchronization";
        let before = site.count(recorded).await;
        site.0.clock.advance(Duration::from_secs(600));
        assert!(desktop.plan().await.is_nothing());
        state.domain().finished.write(&state.services).await.unwrap();
        assert_eq!(site.count(recorded).await, before + 1);
        let path = format!("/api/v1/token/computers/{}/", peer.known_id().unwrap());
        let shown = site.0.admin().await.get(&path).await.json;
        assert_eq!(shown["sync_end_date"], json!(site.0.clock_now()));
        site.0.clock.advance(Duration::from_secs(3600));
        assert!(desktop.plan().await.is_nothing());
        state.domain().finished.write(&state.services).await.unwrap();
        let counted = "SELECT CAST(SUM(computers) AS bigint) FROM stats_synchronization WHERE granularity = 'H' AND project_id = 0";
        let sealed_and_native = site.count(counted).await;
        assert_eq!(sealed_and_native, 2, "once in each hour");
    }

    async fn a_plan_carries_orders_and_what_comes_of_them_is_told(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        let admin = site.0.admin().await;
        let path = format!("/api/v1/token/computers/{}/actions/", peer.known_id().unwrap());
        let asked = admin.post(&path, json!({"verb": "inventory"})).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        let mut old = desktop.question();
        old.features = Features::default();
        assert!(desktop.computer.get(&PLAN, &old).await.actions.is_empty(), "it would not know what that is");
        let plan = desktop.plan().await;
        assert!(plan.is_nothing(), "orders are no part of the synchronisation: {plan:?}");
        assert_eq!(plan.actions.len(), 1);
        let now = site.0.clock_now().seconds();
        let order = verify(&plan.actions[0], desktop.computer.server(), now).unwrap();
        assert_eq!(order.verb, Verb::Inventory {});
        assert!(desktop.plan().await.actions.is_empty(), "it is given once");
        let result = ActionResult {
            execution: order.execution,
            state: ExecutionState::Succeeded,
            exit: Some(0),
            output: Some("told".to_owned()),
            sequence: 0,
        };
        let other = ActionResult { execution: "another".to_owned(), ..result.clone() };
        let told = ActionResults { results: vec![result, other] };
        let taken = desktop.computer.get(&ACTION_RESULT, &told).await;
        assert_eq!(taken.unknown, ["another"]);
        let shown = format!("/api/v1/token/actions/{}/", asked.json["id"]);
        assert_eq!(admin.get(&shown).await.json["states"], json!({"succeeded": 1}));
    }

    async fn what_changes_reaches_a_computer_that_had_nothing_to_do(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        let tag = site.add_tag("TAG", "Tags", "green").await;
        let tags = desktop.computer.get(&TAGS, &Nothing {}).await;
        assert_eq!(tags.assigned, Vec::<String>::new());
        let chosen = TagsChosen { tags: vec!["TAG-green".to_owned()] };
        desktop.computer.get(&SET_TAGS, &chosen).await;
        let plan = desktop.learn().await;
        let traits = plan.definitions.traits.unwrap().value;
        assert!(traits.iter().any(|one| one.id == tag), "{traits:?}");
        assert_eq!(plan.definitions.tags.unwrap().value.assigned, chosen.tags);
        assert!(desktop.plan().await.is_nothing());
    }

    async fn a_computer_is_told_what_the_server_can_do_once(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        desktop.known.features = Some(Edition("of an older server".to_owned()));
        let told = desktop.learn().await.definitions.features.unwrap();
        assert_eq!(told.value, Features::all());
        assert!(desktop.plan().await.is_nothing());
    }

    async fn attributes_that_the_server_does_not_know_are_wanted(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        let plan = desktop.learn().await;
        assert!(plan.wanted.attributes && plan.wanted.software.is_none());
        desktop.settle(&peer.machine.hardware).await;
        desktop.attributes.attributes.insert("HST".to_owned(), "renamed".to_owned());
        assert!(desktop.plan().await.wanted.attributes);
        let mut question = desktop.question();
        question.report.attributes = Some(desktop.attributes.clone());
        let plan = desktop.computer.get(&PLAN, &question).await;
        assert!(!plan.wanted.attributes);
        let traits = plan.definitions.traits.unwrap().value;
        assert!(traits.iter().any(|one| one.value == "renamed"), "{traits:?}");
        desktop.attributes.identity.name = "two\nlines".to_owned();
        let mut question = desktop.question();
        question.report.attributes = Some(desktop.attributes.clone());
        let plan = desktop.computer.get(&PLAN, &question).await;
        assert_eq!((plan.refused[0].part.as_str(), &*plan.refused[0].reason.code), ("attributes", "values_refused"));
    }

    async fn a_report_that_is_too_long_to_be_kept_is_wanted_again(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        assert_eq!(site.count("SELECT COUNT(*) FROM client_attributereport").await, 1);
        desktop.attributes.attributes.insert("HST".to_owned(), "x".repeat(300 * 1024));
        let mut question = desktop.question();
        question.report.attributes = Some(desktop.attributes.clone());
        let plan = desktop.computer.get(&PLAN, &question).await;
        assert!(!plan.wanted.attributes && plan.refused.is_empty());
        assert_eq!(site.count("SELECT COUNT(*) FROM client_attributereport").await, 0);
        assert!(desktop.plan().await.wanted.attributes);
    }

    async fn software_travels_as_a_difference_and_whole_where_that_does_not_fit(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        let before = desktop.software.clone();
        let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
        lines.pop();
        lines.push("nano_7.2-1_amd64.deb".to_owned());
        desktop.software = Inventory::new(&lines);
        let wanted = desktop.plan().await.wanted.software.unwrap();
        assert_eq!(wanted.base, Some(before.hash()));
        let difference = diff(&before, &desktop.software);
        let told = |difference| Report { software: Some(SoftwareReport::Difference(difference)), ..Report::default() };
        let mut wrong = difference.clone();
        wrong.base = ContentHash::of(b"another");
        assert_eq!(desktop.tell(told(wrong)).await, json!({"wanted": {"software": {}}}));
        assert_eq!(desktop.tell(told(difference)).await, json!({}));
        assert!(desktop.plan().await.is_nothing());
        let (hash,): (String,) = site.one("SELECT i.hash FROM client_computer c JOIN software_inventory i ON i.id = c.software_inventory_id", args![]).await;
        assert_eq!(hash, desktop.software.hash().to_string());
    }

    async fn what_went_wrong_is_kept(site: Site) {
        let (peer, properties) = synchronised(&site).await;
        let mut desktop = Desktop::of(&site, &peer, &properties).await;
        desktop.settle(&peer.machine.hardware).await;
        let report = Report {
            errors: vec!["apt failed\r\nin two lines".to_owned(), String::new()],
            synchronizations: vec![Synchronization { packages_ok: false, ..done() }],
            end: true,
            ..Report::default()
        };
        assert_eq!(desktop.tell(report).await, json!({}));
        let (description,): (String,) = site.one("SELECT description FROM client_error", args![]).await;
        assert_eq!(description, "apt failed\nin two lines");
        assert_eq!(site.count("SELECT count(*) FROM client_synchronization WHERE NOT pms_status_ok").await, 1);
    }
}

/// JSON without the members that are nothing, or an empty text: both protocols mean the same by them.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null() && *member != "")
            .map(|(name, member)| (name.clone(), without_nulls(member)))
            .collect(),
        other => other.clone(),
    }
}
