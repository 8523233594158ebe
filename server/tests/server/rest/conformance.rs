//! What holds for every declared entity, whatever it is.

use std::collections::BTreeSet;

use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use migasfree_server_entity::{
    entity::{Csv, Entity, Field},
    filter::{Filter, Operation},
    registry::Resource,
    schema::Type,
    visibility::Sight,
};
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::Client;
use crate::on_both_engines;

fn resources() -> impl Iterator<Item = &'static Resource> {
    registry().resources.iter()
}

fn path(entity: &Entity) -> String {
    format!("{TOKEN}{}/", entity.route)
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn names(fields: &[Field]) -> BTreeSet<&'static str> {
    fields.iter().map(Field::name).collect()
}

fn ids(page: &Value) -> Vec<i64> {
    let rows = page["results"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

fn allows(entity: &Entity, operation: char) -> bool {
    entity.operations.contains(operation)
}

on_both_engines! {
    async fn every_list_has_its_declared_shape_and_pages_without_overlap(org: Organisation) {
        for resource in resources() {
            let entity = resource.entity;
            let all = org.admin.get(&format!("{}?page_size=1000&page=1", path(entity))).await;
            assert_eq!(all.status, 200, "{entity:?}: {}", all.text);
            let rows = all.json["results"].as_array().unwrap();
            assert!(!rows.is_empty(), "{entity:?} has no example in the organisation");
            assert_eq!(keys(&rows[0]), names(entity.list_fields()), "{entity:?}");
            assert_eq!(all.json["count"], rows.len(), "{entity:?}");
            let mut seen = Vec::new();
            let pages = rows.len().clamp(1, 7);
            for page in 1..=pages {
                let address = format!("{}?page_size=1&page={page}", path(entity));
                seen.extend(ids(&org.admin.get(&address).await.json));
            }
            assert_eq!(seen, ids(&all.json)[..pages], "{entity:?}");
        }
    }

    async fn every_row_can_be_read_alone_where_the_entity_offers_it(org: Organisation) {
        for resource in resources() {
            let entity = resource.entity;
            let id = org.id(entity.route);
            let row = org.admin.get(&format!("{}{id}/", path(entity))).await;
            if !allows(entity, 'R') {
                assert!(matches!(row.status, 404 | 405), "{entity:?}: {}", row.text);
                continue;
            }
            assert_eq!(row.status, 200, "{entity:?}: {}", row.text);
            assert_eq!(keys(&row.json), names(entity.detail), "{entity:?}");
            let missing = org.admin.get(&format!("{}999999999/", path(entity))).await;
            assert_eq!(missing.status, 404, "{entity:?}");
            let expected = format!("No {} matches the given query.", entity.model.one);
            assert_eq!(missing.json["detail"], expected.as_str());
        }
    }

    async fn every_filter_works_and_never_repeats_a_row(org: Organisation) {
        for resource in resources() {
            let entity = resource.entity;
            let all = org.admin.get(&format!("{}?page=1", path(entity))).await.json["count"].as_i64().unwrap();
            for filter in &resource.filters {
                let value = sample(filter);
                let address = format!("{}?page_size=1000&{}={value}", path(entity), filter.name);
                let page = org.admin.get(&address).await;
                assert_eq!(page.status, 200, "{address}: {}", page.text);
                let found = ids(&page.json);
                let distinct: BTreeSet<i64> = found.iter().copied().collect();
                assert_eq!(found.len(), distinct.len(), "{address}");
                assert!(page.json["count"].as_i64().unwrap() <= all, "{address}");
                let empty = org.admin.get(&format!("{}?page=1&{}=", path(entity), filter.name)).await;
                assert_eq!(empty.json["count"], all, "an empty {} is ignored", filter.name);
                refuses_nonsense(&org.admin, entity, filter).await;
            }
            let unknown = org.admin.get(&format!("{}?page=1&no_such_filter=7", path(entity))).await;
            assert_eq!(unknown.json["count"], all, "{entity:?}");
        }
    }

    async fn every_order_is_accepted_both_ways(org: Organisation) {
        for resource in resources() {
            let entity = resource.entity;
            let all: BTreeSet<i64> =
                ids(&org.admin.get(&format!("{}?page_size=1000&page=1", path(entity))).await.json).into_iter().collect();
            let table = entity.table;
            let own = table.columns.iter().filter(|column| !column.secret).map(|column| column.name);
            let relations = table.columns.iter().filter_map(|column| column.name.strip_suffix("_id"));
            let computed = table.virtuals.iter().map(|value| value.name);
            for name in own.chain(relations).chain(computed).chain(["__str__", "no_such_column", "a__b"]) {
                for direction in ["", "-"] {
                    let address = format!("{}?page_size=1000&page=1&ordering={direction}{name}", path(entity));
                    let page = org.admin.get(&address).await;
                    assert_eq!(page.status, 200, "{address}: {}", page.text);
                    let found: BTreeSet<i64> = ids(&page.json).into_iter().collect();
                    assert_eq!(found, all, "{address}");
                }
            }
        }
    }

    async fn every_search_runs(org: Organisation) {
        for resource in resources() {
            let entity = resource.entity;
            for text in ["a", "2026-11", "%25_!", "\"ana garcía\" x,y", "'; --"] {
                let address = format!("{}?page=1&search={text}", path(entity));
                let page = org.admin.get(&address).await;
                assert_eq!(page.status, 200, "{address}: {}", page.text);
            }
        }
    }

    async fn every_generic_action_answers(org: Organisation) {
        for resource in resources() {
            let entity = resource.entity;
            let id = org.id(entity.route);
            let filtered = org.admin.post(&format!("{}filter/", path(entity)), json!({"page_size": 5, "page": 1})).await;
            let badge = org.admin.get(&format!("{}{id}/badge/", path(entity))).await;
            let relations = org.admin.get(&format!("{}{id}/relations/", path(entity))).await;
            if entity.generic {
                assert_eq!(filtered.status, 200, "{entity:?}: {}", filtered.text);
                assert_eq!(keys(&filtered.json["results"][0]), names(entity.detail), "{entity:?}");
                assert_eq!(badge.status, 200, "{entity:?}: {}", badge.text);
                assert_eq!(badge.json["pk"], id, "{entity:?}");
                assert!(!badge.json["text"].as_str().unwrap().is_empty(), "{entity:?}");
                assert_eq!(relations.status, 200, "{entity:?}: {}", relations.text);
                for entry in relations.json.as_array().unwrap() {
                    assert!(entry["count"].as_i64().unwrap() > 0, "{entity:?}: {entry}");
                }
                let nothing = org.admin.get(&format!("{}999999999/badge/", path(entity))).await;
                assert_eq!((nothing.status, nothing.text.as_str()), (404, ""));
            } else {
                assert_ne!(filtered.status, 200, "{entity:?}");
                assert_ne!(badge.status, 200, "{entity:?}");
                assert_ne!(relations.status, 200, "{entity:?}");
            }
        }
    }

    async fn every_export_has_a_line_for_each_row(org: Organisation) {
        for resource in resources() {
            let entity = resource.entity;
            let file = org.admin.get(&format!("{}export/?page=1", path(entity))).await;
            if matches!(entity.csv, Csv::Absent | Csv::Refused) {
                assert_eq!(file.status, 404, "{entity:?}: {}", file.text);
                continue;
            }
            assert_eq!(file.status, 200, "{entity:?}: {}", file.text);
            assert!(file.header("content-type").starts_with("text/csv"), "{entity:?}");
            let attachment = format!("attachment; filename=\"{}.csv\"", entity.model.name);
            assert_eq!(file.header("content-disposition"), attachment);
            let head: Vec<&str> = file.text.lines().next().unwrap().split(',').collect();
            assert_eq!(head, resource.csv.iter().map(Field::name).collect::<Vec<_>>(), "{entity:?}");
            let all = org.admin.get(&format!("{}?page=1", path(entity))).await;
            let lines = file.text.matches("\r\n").count() - 1;
            assert_eq!(all.json["count"], lines, "{entity:?}: {}", file.text);
        }
    }

    async fn nobody_reads_or_writes_without_the_permission(org: Organisation) {
        let stranger = org.server.operator("stranger", &[]).await;
        let anonymous = org.server.anonymous();
        for resource in resources() {
            let entity = resource.entity;
            let id = org.id(entity.route);
            let list = path(entity);
            let row = format!("{list}{id}/");
            for address in [list.clone(), row.clone(), format!("{list}export/"), format!("{row}badge/")] {
                let nobody = anonymous.get(&address).await;
                assert!(matches!(nobody.status, 401 | 404), "{address}: {}", nobody.text);
                let refused = stranger.get(&address).await;
                assert!(matches!(refused.status, 403..=405), "{address}: {}", refused.text);
            }
            assert_eq!(stranger.get(&list).await.status, 403, "{entity:?}");
            assert_eq!(anonymous.get(&list).await.status, 401, "{entity:?}");
            let reader = reader_of(&org, entity).await;
            assert_eq!(reader.get(&list).await.status, 200, "{entity:?}");
            let own_account = entity.route == "user-profiles";
            for (operation, answer) in [
                ('C', reader.post(&list, json!({})).await),
                ('U', reader.patch(&row, json!({})).await),
                ('U', reader.put(&row, json!({})).await),
                ('D', reader.delete(&row).await),
            ] {
                // Asking for a session or an action is a call beside the list.
                let asks = ["remote-sessions", "actions"].contains(&entity.route) && operation == 'C';
                let expected = if asks || allows(entity, operation) { 403 } else { 405 };
                let not_there = answer.status == 404 && !allows(entity, 'R');
                assert!(answer.status == expected || not_there || own_account, "{entity:?} {operation}: {}", answer.text);
            }
        }
    }

    async fn a_domain_without_computers_shows_nothing_of_the_fleet(org: Organisation) {
        let empty = org.admin.post(&format!("{TOKEN}domains/"), json!({"name": "Nowhere", "domain_admins": []})).await;
        let domain = empty.json["id"].as_i64().unwrap();
        let user = org.server.add_operator("limited", "", &[]).await;
        org.execute(
            "UPDATE core_userprofile SET is_superuser = TRUE, domain_preference_id = $2 WHERE id = $1",
            args![user, domain],
        ).await;
        let limited = org.server.program_of(user).await;
        for resource in resources() {
            let entity = resource.entity;
            let page = limited.get(&path(entity)).await;
            assert_eq!(page.status, 200, "{entity:?}: {}", page.text);
            let of_the_fleet = entity.visible.iter().any(|sight| !matches!(sight, Sight::Author(_) | Sight::Everything(_)));
            if !of_the_fleet {
                assert!(page.json["count"].as_i64().unwrap() > 0, "{entity:?}");
                continue;
            }
            assert_eq!(page.json["count"], 0, "{entity:?}");
            if allows(entity, 'R') && !entity.visible.iter().any(|sight| matches!(sight, Sight::Owner(_))) {
                let id = org.id(entity.route);
                assert_eq!(limited.get(&format!("{}{id}/", path(entity))).await.status, 404, "{entity:?}");
                assert_ne!(limited.delete(&format!("{}{id}/", path(entity))).await.status, 204, "{entity:?}");
            }
        }
    }

    async fn a_domain_with_computers_shows_them_and_theirs(org: Organisation) {
        let user = org.server.add_operator("north", "", &[]).await;
        org.execute(
            "UPDATE core_userprofile SET is_superuser = TRUE, domain_preference_id = $2 WHERE id = $1",
            args![user, org.id("domains")],
        ).await;
        let north = org.server.program_of(user).await;
        let count = async |route: &str| north.get(&format!("{TOKEN}{route}/?page=1")).await.json["count"].clone();
        assert_eq!(count("computers").await, 1, "the one with the tag");
        assert_eq!(count("projects").await, 1);
        assert_eq!(count("platforms").await, 1);
        assert_eq!(count("errors").await, 1);
        assert_eq!(count("users").await, 1);
        assert_eq!(count("tags").await, 1);
        assert_eq!(count("attribute-sets").await, 1);
        assert_eq!(count("singularities").await, 1);
    }

    async fn every_change_is_audited(org: Organisation) {
        // What belongs to others comes after them, and goes before them; domains go when nothing is limited to them.
        let (domains, others): (Vec<_>, Vec<_>) = resources().partition(|resource| resource.entity.route == "domains");
        for resource in domains.into_iter().chain(others).rev() {
            let entity = resource.entity;
            if !allows(entity, 'D') || entity.route == "messages" {
                continue;
            }
            let id = org.id(entity.route);
            let row = format!("{}{id}/", path(entity));
            if allows(entity, 'U') {
                let same = org.admin.patch(&row, json!({})).await;
                if same.status == 404 {
                    continue; // It went with what it belonged to.
                }
                assert_eq!(same.status, 200, "{entity:?}: {}", same.text);
                assert_eq!(keys(&same.json), names(entity.updated_fields()), "{entity:?}");
            }
            let before = deletions(&org, entity, id).await;
            // What is in use gets another one for its users, or lets go of them.
            let query = match entity.kept {
                None => String::new(),
                Some(kept) if kept.undetachable.is_none() => "?detach=true".to_owned(),
                Some(_) => {
                    let other = org.admin.post(&path(entity), json!({"name": "Another one"})).await;
                    format!("?replace_with={}", other.json["id"])
                }
            };
            let gone = org.admin.delete(&format!("{row}{query}")).await;
            assert_eq!(gone.status, 204, "{entity:?}: {}", gone.text);
            assert_eq!(deletions(&org, entity, id).await, before + 1, "{entity:?}");
        }
        let created: (i64,) = org.server.state().db
            .one("SELECT count(*) FROM audit_record WHERE action = 'add' AND username = 'admin' AND after IS NOT NULL", args![])
            .await.unwrap();
        assert!(created.0 >= 20, "{created:?}");
        let secrets: (i64,) = org.server.state().db
            .one("SELECT count(*) FROM audit_record WHERE after LIKE '%password\":\"!%'", args![])
            .await.unwrap();
        assert_eq!(secrets.0, 0);
    }
}

async fn deletions(org: &Organisation, entity: &Entity, id: i64) -> i64 {
    let (count,): (i64,) = org
        .server
        .state()
        .db
        .one(
            "SELECT count(*) FROM audit_record WHERE action = 'delete' AND entity = $1 AND object_id = $2",
            args![entity.key(), id],
        )
        .await
        .unwrap();
    count
}

async fn reader_of(org: &Organisation, entity: &Entity) -> Client {
    let also = entity.also_viewed_with.first();
    let permission = match also {
        Some((app, name)) => format!("{app}.view_{name}"),
        None => format!("{}.view_{}", entity.model.app, entity.model.name),
    };
    let name = format!("reader of {}", entity.route);
    let user: UserId = org.server.add_operator(&name, "", &[&permission]).await;
    org.server.program_of(user).await
}

/// A value that the filter can be compared with.
fn sample(filter: &Filter) -> String {
    match (filter.operation, filter.path.leaf().ty()) {
        (Operation::IsNull, _) | (_, Type::Bool) => "true".to_owned(),
        (Operation::In, Type::Key(_) | Type::Int | Type::IntChoice(_)) => "1,2,3".to_owned(),
        (_, Type::Key(_) | Type::Int | Type::IntChoice(_)) => "1".to_owned(),
        (_, Type::Float) => "1.5".to_owned(),
        (Operation::Contains | Operation::ContainsExactly, _) => "a".to_owned(),
        (_, Type::Choice(choices)) => choices[0].0.to_owned(),
        (_, Type::Time) => "2026-11-21T00:00:00".to_owned(),
        (_, Type::Date) => "2026-11-21".to_owned(),
        (_, Type::Text(_) | Type::LongText | Type::Lines | Type::Json) => "hello".to_owned(),
    }
}

async fn refuses_nonsense(client: &Client, entity: &Entity, filter: &Filter) {
    let ty = filter.path.leaf().ty();
    let substring = matches!(
        filter.operation,
        Operation::Contains | Operation::ContainsExactly
    );
    let answer = client
        .get(&format!("{}?{}=nonsense", path(entity), filter.name))
        .await;
    let reason = answer.json[filter.name.as_str()][0]
        .as_str()
        .unwrap_or_default();
    match ty {
        _ if substring || filter.operation == Operation::IsNull => assert_eq!(answer.status, 200),
        Type::Key(_) | Type::Int | Type::IntChoice(_) | Type::Float => {
            let expected = match filter.operation {
                Operation::In => {
                    "\"nonsense\" is not a number: write numbers, separated by commas."
                }
                _ => "Enter a number.",
            };
            assert_eq!(
                (answer.status, reason),
                (400, expected),
                "{entity:?} {}",
                filter.name
            );
        }
        Type::Time | Type::Date => assert_eq!(answer.status, 400, "{entity:?} {}", filter.name),
        Type::Choice(_) if filter.operation == Operation::Equal => {
            assert_eq!(answer.status, 400, "{entity:?} {}", filter.name);
        }
        _ => assert_eq!(
            answer.status, 200,
            "{entity:?} {}: {}",
            filter.name, answer.text
        ),
    }
}
