//! The reference vectors of the rules.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use migasfree_server_repository::{file_name::split_file_name, system::Systems};
use serde_json::{Value, json};
use time::Date;
use time::macros::format_description;

use crate::core::rules::attribute_values::{Kind, expand};
use crate::core::rules::schedule::{Delay, horizon, opens_on};
use crate::core::rules::source_template::{Origin, Source, source_template};
use crate::core::rules::{attribute_sets, identity, slug};
use crate::ids::AttributeId;

fn vectors(name: &str) -> Value {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("../../tests/reference/vectors");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn cases(name: &str) -> Vec<Value> {
    vectors("rules.json")[name].as_array().unwrap().clone()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

fn date(case: &Value, name: &str) -> Date {
    Date::parse(
        text(case, name),
        format_description!("[year]-[month]-[day]"),
    )
    .unwrap()
}

#[test]
fn uuids_are_swapped_as_stated() {
    for case in cases("uuid_change_format") {
        assert_eq!(
            identity::byte_swapped(text(&case, "in")),
            text(&case, "out")
        );
    }
}

#[test]
fn working_days_are_counted_as_stated() {
    for case in cases("time_horizon") {
        let days = case["days"].as_i64().unwrap();
        assert_eq!(
            horizon(date(&case, "start"), days),
            date(&case, "out"),
            "{case}"
        );
    }
}

#[test]
fn schedules_open_as_stated() {
    for case in cases("schedule_eligibility") {
        let row = Delay {
            delay: case["delay"].as_i64().unwrap(),
            duration: case["duration"].as_i64().unwrap(),
        };
        let opens = opens_on(
            date(&case, "start"),
            row,
            case["computer_id"].as_i64().unwrap(),
        );
        assert_eq!(opens, date(&case, "opens_on"), "{case}");
        assert_eq!(
            opens <= date(&case, "today"),
            case["eligible"].as_bool().unwrap(),
            "{case}"
        );
    }
}

#[test]
fn slugs_are_made_as_stated() {
    for case in cases("project_slug") {
        assert_eq!(slug::slug(text(&case, "in")), text(&case, "out"));
    }
}

#[test]
fn package_file_names_are_split_as_stated() {
    for case in cases("package_normalized_name") {
        let parts = split_file_name(text(&case, "in"));
        assert_eq!(
            json!([parts.name, parts.version, parts.architecture]),
            case["out"],
            "{case}"
        );
    }
}

#[test]
fn dependencies_are_ordered_as_stated() {
    for case in cases("sort_depends") {
        let dependencies: BTreeMap<AttributeId, Vec<AttributeId>> = case["in"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(set, needed)| {
                let needed = needed.as_array().unwrap().iter();
                let needed = needed.map(|id| AttributeId(id.as_i64().unwrap())).collect();
                (AttributeId(set.parse().unwrap()), needed)
            })
            .collect();
        let order = attribute_sets::order(&dependencies);
        if case["out"] == "error" {
            assert!(!order.broken.is_empty(), "{case}");
        } else {
            let ordered: Vec<i64> = order.ordered.iter().map(|set| set.0).collect();
            assert_eq!(json!(ordered), case["out"]);
        }
    }
}

#[test]
fn attribute_values_are_expanded_as_stated() {
    for case in cases("attribute_kinds") {
        let kind = Kind::from_stored(text(&case, "kind"));
        let values = expand(kind, text(&case, "sort") == "server", text(&case, "in"));
        let values: Vec<_> = values
            .iter()
            .map(|value| json!([value.value, value.description]))
            .collect();
        assert_eq!(json!(values), case["out"], "{case}");
    }
}

#[test]
fn source_templates_are_rendered_as_stated_but_for_the_intended_corrections() {
    let vectors = vectors("source_templates.json");
    let samples = [
        ("internal", "int-dep", None),
        ("external", "ext-dep", Some("Ext Dep")),
        (
            "external_without_components",
            "ext-nocomp",
            Some("Ext NoComp"),
        ),
        ("external_all_null", "ext-null", Some("Ext Null")),
    ];
    for system in Systems::default().all() {
        let pms = system.name();
        let project = format!("p{pms}");
        for (name, slug, deployment) in samples {
            let details = deployment.map(|name| &vectors["deployments"][name]);
            let origin = details.map_or(Origin::Internal, |details| Origin::External {
                options: details["options"].as_str(),
                suite: details["suite"].as_str(),
                components: details["components"].as_str(),
            });
            let source = Source {
                project: &project,
                slug,
                origin,
            };
            // Unset parts print nothing, and the rpm key comes from the server.
            let expected = text(&vectors["templates"][pms], name)
                .replace("/None/$basearch/", "/$basearch/")
                .replace("None", "")
                .replace(
                    "file://{keys_path}/{server}/repositories.pub",
                    "{protocol}://{server}/get_key_repositories/",
                );
            assert_eq!(
                source_template(&**system, &source, None),
                expected,
                "{pms} {name}"
            );
        }
    }
}
