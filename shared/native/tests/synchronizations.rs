//! Plans and results as they travel.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use migasfree_native::enrolment::Identity;
use migasfree_native::features::Features;
use migasfree_native::freshness::Nonce;
use migasfree_native::inventory::{ContentHash, Inventory};
use migasfree_native::key::KeyPair;
use migasfree_native::requests::PLAN;
use migasfree_native::signature::request::{Signer, Target, sign};
use migasfree_native::synchronization::{
    AttributeReport, Definition, Definitions, Edition, Known, PlanAnswer, PlanRequest, Report,
    ResultAnswer, ResultRequest, SoftwareReport, Synchronization, Turn, Wanted,
};
use migasfree_types::computer::Property;
use serde_json::json;

fn edition() -> Option<Edition> {
    Some(Edition::of(&"something"))
}

fn attributes() -> AttributeReport {
    AttributeReport {
        identity: Identity {
            uuid: "4C4C4544-0036-3010-8056-B4C04F595331".to_owned(),
            name: "pc-7".to_owned(),
            fqdn: "pc-7.example.org".to_owned(),
            ip_address: "192.0.2.7".to_owned(),
        },
        user: "ana".to_owned(),
        user_full_name: "Ana".to_owned(),
        attributes: BTreeMap::from([("NET".to_owned(), "192.0.2.0/24".to_owned())]),
    }
}

fn synchronization() -> Synchronization {
    Synchronization {
        start: "2026-01-01T00:00:00+01:00".to_owned(),
        consumer: "migasfree 0.1.0".to_owned(),
        packages_ok: true,
        stages: BTreeMap::new(),
    }
}

/// What a computer asks that has everything.
fn usual() -> PlanRequest {
    PlanRequest {
        features: Features::all(),
        client: "migasfree 0.1.0".to_owned(),
        attributes: attributes().hash(),
        software: Some(ContentHash::of(b"software")),
        known: Known {
            properties: edition(),
            fault_definitions: edition(),
            repositories: edition(),
            repository_keys: edition(),
            mandatory_packages: edition(),
            traits: edition(),
            tags: edition(),
            apps: edition(),
            categories: edition(),
            authorities: edition(),
            features: edition(),
        },
        turn: Some(Turn::first(Nonce::generate(|bytes| bytes.fill(4))).following()),
        synchronization: Some(synchronization()),
        report: Report {
            faults: Some(BTreeMap::new()),
            end: true,
            ..Report::default()
        },
    }
}

#[test]
fn a_request_where_there_is_nothing_to_do_is_shorter_than_two_kibibytes_and_its_answer_is_empty() {
    let body = serde_json::to_vec(&usual()).unwrap();
    let json = HeaderValue::from_static("application/json");
    let mut headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, json)]);
    let target = Target {
        method: "POST",
        path: PLAN.path,
        query: None,
    };
    let signer = Signer {
        key: &KeyPair::generate(|seed| seed.fill(1)),
        server: KeyPair::generate(|seed| seed.fill(2)).public().thumbprint(),
        created: 1_767_225_600,
        nonce: Nonce::generate(|bytes| bytes.fill(3)),
    };
    sign(&target, &mut headers, &body, &signer).unwrap();
    let head: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    assert!(head + body.len() < 1900, "{head} + {}", body.len());
    assert_eq!(serde_json::to_string(&PlanAnswer::default()).unwrap(), "{}");
    let answer: PlanAnswer = serde_json::from_str("{}").unwrap();
    assert!(answer.is_nothing());
}

#[test]
fn what_is_said_is_read_again_and_what_a_later_version_adds_is_passed_over() {
    let mut text = serde_json::to_value(usual()).unwrap();
    text["weather"] = json!("sunny");
    text["known"]["weather"] = json!("sunny");
    text["report"]["weather"] = json!("sunny");
    assert_eq!(
        serde_json::from_value::<PlanRequest>(text).unwrap(),
        usual()
    );
    let result = ResultRequest {
        features: Features::default(),
        client: "migasfree 0.1.0".to_owned(),
        report: Report {
            attributes: Some(attributes()),
            faults: Some(BTreeMap::from([("disk".to_owned(), "full".to_owned())])),
            software: Some(SoftwareReport::Full(Inventory::new(["a_1_all.deb"]))),
            hardware: Some(json!([{ "id": "pc-7" }])),
            errors: vec!["one".to_owned(), "two".to_owned()],
            synchronizations: vec![synchronization()],
            end: true,
        },
    };
    let text = serde_json::to_value(&result).unwrap();
    assert_eq!(
        text["report"]["software"],
        json!({ "full": ["a_1_all.deb"] })
    );
    assert_eq!(
        text["report"]["attributes"]["uuid"],
        attributes().identity.uuid
    );
    assert_eq!(
        serde_json::from_value::<ResultRequest>(text).unwrap(),
        result
    );
    assert_eq!(
        serde_json::to_string(&ResultAnswer::default()).unwrap(),
        "{}"
    );
}

#[test]
fn only_editions_that_a_computer_asks_for_and_does_not_have_are_sent() {
    let property = Property {
        prefix: "NET".to_owned(),
        language: "bash".to_owned(),
        code: "echo".to_owned(),
    };
    let now = Edition::of(&[&property]);
    let sent = |known: Option<&Edition>| {
        Definition::for_computer(known, now.clone(), vec![property.clone()])
    };
    assert_eq!(sent(None), None);
    assert_eq!(sent(Some(&now)), None);
    let first = sent(Some(&Edition::default()));
    assert_eq!(first.as_ref().map(|first| &first.edition), Some(&now));
    let answer = PlanAnswer {
        definitions: Definitions {
            properties: first,
            ..Definitions::default()
        },
        wanted: Wanted {
            attributes: true,
            ..Wanted::default()
        },
        ..PlanAnswer::default()
    };
    assert!(!answer.is_nothing());
    let text = serde_json::to_string(&answer).unwrap();
    assert_eq!(serde_json::from_str::<PlanAnswer>(&text).unwrap(), answer);
}

#[test]
fn an_application_of_a_newer_server_keeps_no_other_away() {
    let text = json!({ "definitions": { "apps": { "edition": "x", "value": [
        { "id": "new kind" },
        { "id": 1, "name": "Editor", "level": { "id": "U", "name": "User" }, "category": { "id": 1, "name": "Office" } },
    ] } } });
    let answer: PlanAnswer = serde_json::from_value(text).unwrap();
    let apps = answer.definitions.apps.unwrap().value.0;
    let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names, ["Editor"]);
}

#[test]
fn attributes_have_the_same_hash_only_when_all_of_them_are_the_same() {
    let usual = attributes();
    assert_eq!(attributes().hash(), usual.hash());
    let mut moved = usual.clone();
    moved.user = "an".to_owned();
    moved.user_full_name = "aAna".to_owned();
    assert_ne!(moved.hash(), usual.hash());
    let mut more = usual.clone();
    more.attributes.insert("USR".to_owned(), String::new());
    assert_ne!(more.hash(), usual.hash());
}
