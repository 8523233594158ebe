//! For every declared entity: who is limited to a domain writes nothing of others, and points at nothing of theirs.

use std::collections::BTreeMap;

use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use migasfree_server_entity::{
    entity::{Entity, Target, Write},
    schema::Type,
    validate::column_of,
};
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::Client;
use crate::on_both_engines;

/// Sam, who holds every permission in the south, where the second computer is.
pub(super) async fn sam(org: &Organisation) -> (Client, i64, i64) {
    let stamp = org.id("stamps");
    let tag = json!({"property_att": stamp, "value": "red"});
    let tag = org.admin.post(&format!("{TOKEN}tags/"), tag).await.json["id"].clone();
    org.execute(
        "INSERT INTO client_computer_tags (computer_id, serverattribute_id) \
         SELECT id, $1 FROM client_computer WHERE name = 'two'",
        args![tag.as_i64()],
    )
    .await;
    let UserId(sam) = org.server.add_operator("sam", "", &[]).await;
    org.execute(
        "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT $1, id FROM auth_permission",
        args![sam],
    )
    .await;
    let south = json!({"name": "South side", "included_attributes": [tag], "domain_admins": [sam]});
    let south = org.admin.post(&format!("{TOKEN}domains/"), south).await;
    assert_eq!(south.status, 201, "{}", south.text);
    let domain = south.json["id"].as_i64().unwrap();
    (org.server.program_of(UserId(sam)).await, sam, domain)
}

pub(super) async fn make(client: &Client, route: &str, body: Value) -> i64 {
    let made = client.post(&format!("{TOKEN}{route}/"), body).await;
    assert_eq!(made.status, 201, "{route}: {}", made.text);
    made.json["id"].as_i64().unwrap()
}

/// A row of each table that Sam does not see.
pub(super) async fn hidden(org: &Organisation) -> BTreeMap<&'static str, i64> {
    let north = org.id("domains");
    let elsewhere = json!({"name": "Elsewhere", "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
    let project = make(&org.admin, "projects", elsewhere).await;
    let store = json!({"name": "Elsewhere", "project": project});
    let store = make(&org.admin, "stores", store).await;
    let (package,): (i64,) = org
        .server
        .state()
        .db
        .one(
            "INSERT INTO core_package (fullname, name, version, architecture, project_id, store_id) \
             VALUES ('elsewhere_1_all.deb', 'elsewhere', '1', 'all', $1, $2) RETURNING id",
            args![project, store],
        )
        .await
        .unwrap();
    let set = json!({"name": "Elsewhere", "project": project});
    let app =
        json!({"name": "Elsewhere", "category": org.id("catalog/categories"), "domain": north});
    BTreeMap::from([
        ("core_attribute", org.id("tags")),
        ("core_domain", north),
        ("core_userprofile", org.id("user-profiles")),
        ("core_scope", org.id("scopes")),
        ("core_project", project),
        ("core_store", store),
        ("core_package", package),
        (
            "core_packageset",
            make(&org.admin, "package-sets", set).await,
        ),
        (
            "core_schedule",
            make(
                &org.admin,
                "schedules",
                json!({"name": "Elsewhere", "domain": north}),
            )
            .await,
        ),
        (
            "app_catalog_policy",
            make(
                &org.admin,
                "catalog/policies",
                json!({"name": "Elsewhere", "domain": north}),
            )
            .await,
        ),
        (
            "app_catalog_application",
            make(&org.admin, "catalog/apps", app).await,
        ),
    ])
}

/// What Sam may make, by route.
pub(super) async fn allowed(
    org: &Organisation,
    sam: &Client,
    account: i64,
) -> BTreeMap<&'static str, Value> {
    let project = org.id("projects");
    let schedule = make(sam, "schedules", json!({"name": "Sam's"})).await;
    let app = json!({"name": "Sam's", "category": org.id("catalog/categories")});
    let app = make(sam, "catalog/apps", app).await;
    let policy = make(sam, "catalog/policies", json!({"name": "Sam's"})).await;
    BTreeMap::from([
        ("stores", json!({"project": project})),
        ("package-sets", json!({"project": project})),
        ("deployments", json!({"project": project})),
        ("deployments/internal-sources", json!({"project": project})),
        (
            "tags",
            json!({"property_att": org.id("stamps"), "value": "new"}),
        ),
        ("attribute-sets", json!({})),
        (
            "enrolment-tokens",
            json!({"project": project, "expires_at": "2999-01-01T00:00:00Z"}),
        ),
        (
            "singularities",
            json!({"property_att": org.id("formulas"), "priority": 7}),
        ),
        ("schedules", json!({})),
        (
            "schedule-delays",
            json!({"schedule": schedule, "delay": 1, "duration": 1}),
        ),
        ("scopes", json!({"user": account})),
        ("user-profiles", json!({"username": "new"})),
        ("fault-definitions", json!({"code": "x"})),
        (
            "catalog/apps",
            json!({"category": org.id("catalog/categories")}),
        ),
        (
            "catalog/project-packages",
            json!({"application": app, "project": project}),
        ),
        ("catalog/policies", json!({})),
        ("remote-policies", json!({})),
        (
            "catalog/policy-groups",
            json!({"policy": policy, "priority": 1}),
        ),
    ])
}

/// The table that a member of a body points at, and whether at several rows.
pub(super) fn pointed_at(entity: &Entity, write: &Write) -> Option<(&'static str, bool)> {
    match write.target {
        Target::Column => match column_of(entity.table, write.name)?.ty {
            Type::Key(table) => Some((table, false)),
            _ => None,
        },
        Target::Links => Some((entity.table.many(write.name)?.target(), true)),
        Target::Extra(_) | Target::File => None,
    }
}

on_both_engines! {
    async fn nothing_of_everybody_or_another_domain_is_changed_or_deleted(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        for resource in &registry().resources {
            let entity = resource.entity;
            // Whoever was last signed in on a computer of the south may have been so in the north, too.
            if entity.route == "users" {
                continue;
            }
            let row = format!("{TOKEN}{}/{}/", entity.route, org.id(entity.route));
            let mut answers = Vec::new();
            if entity.operations.contains('U') {
                answers.push(sam.patch(&row, json!({})).await);
                answers.push(sam.put(&row, json!({})).await);
            }
            if entity.operations.contains('D') {
                answers.push(sam.delete(&row).await);
            }
            for answer in answers {
                assert!(matches!(answer.status, 403 | 404), "{row}: {} {}", answer.status, answer.text);
            }
            for action in entity.actions.iter().filter(|action| action.of_row() && action.verb.name() != "GET") {
                let address = format!("{row}{}/", action.path.trim_start_matches("<id>/"));
                let request = sam.request(action.verb.name().parse().unwrap(), &address).json(&json!({"project": org.id("projects")}));
                let answer = crate::harness::Answer::of(request).await;
                assert!(matches!(answer.status, 400 | 403 | 404), "{address}: {} {}", answer.status, answer.text);
            }
        }
    }

    async fn every_id_that_is_written_has_to_be_visible(org: Organisation) {
        let (sam, account, domain) = sam(&org).await;
        let hidden = hidden(&org).await;
        let bodies = allowed(&org, &sam, account).await;
        let mut pointed = 0;
        for resource in &registry().resources {
            let entity = resource.entity;
            let Some(body) = bodies.get(entity.route) else {
                let refused = sam.post(&format!("{TOKEN}{}/", entity.route), json!({})).await;
                assert_ne!(refused.status, 201, "{entity:?}: {}", refused.text);
                continue;
            };
            let named = |name: String| {
                let mut body = body.clone();
                if body.get("username").is_none() {
                    body["name"] = json!(name);
                }
                body
            };
            for write in entity.write {
                let Some((table, several)) = pointed_at(entity, write) else { continue };
                let Some(foreign) = hidden.get(table) else { continue };
                let mut wrong = named(format!("{} at", entity.route.replace('/', " ")));
                wrong[write.name] = if several { json!([foreign]) } else { json!(foreign) };
                let refused = sam.post(&format!("{TOKEN}{}/", entity.route), wrong).await;
                assert!(refused.json[write.name][0].is_string(), "{entity:?} {}: {} {}", write.name, refused.status, refused.text);
                for name in ["blue", "NORTH", "Elsewhere", "bea"] {
                    assert!(!refused.text.contains(name), "{entity:?}: {}", refused.text);
                }
                pointed += 1;
            }
            let made = sam.post(&format!("{TOKEN}{}/", entity.route), named(format!("Of {}", entity.route.replace('/', " ")))).await;
            assert_eq!(made.status, 201, "{entity:?}: {}", made.text);
            let row = format!("{TOKEN}{}/{}/", entity.route, made.json["id"]);
            let read = sam.get(&row).await;
            assert_eq!(read.status, 200, "what one made is seen: {entity:?} {}", read.text);
            if let Some(of) = read.json.get("domain") {
                assert_eq!(of["id"], domain, "{entity:?}: {}", read.text);
            }
            for write in entity.update_fields() {
                let Some((table, several)) = pointed_at(entity, write) else { continue };
                let Some(foreign) = hidden.get(table) else { continue };
                let wrong = json!({write.name: if several { json!([foreign]) } else { json!(foreign) }});
                let refused = sam.patch(&row, wrong).await;
                assert!(matches!(refused.status, 400 | 403), "{entity:?} {}: {} {}", write.name, refused.status, refused.text);
            }
        }
        assert!(pointed > 40, "{pointed}");
    }

    async fn a_shared_deployment_is_not_published_by_who_may_not_change_it(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let project = org.id("projects");
        let shared = make(&org.admin, "deployments", json!({"name": "Everybodys", "project": project})).await;
        let own = make(&sam, "deployments", json!({"name": "Sams", "project": project})).await;
        for (id, status) in [(shared, 403), (own, 200)] {
            let row = format!("{TOKEN}deployments/internal-sources/{id}/");
            let again = format!("{row}metadata/");
            assert_eq!(sam.patch(&row, json!({"comment": "x"})).await.status, status);
            assert_eq!(sam.post(&again, json!({})).await.status, status);
            assert_eq!(sam.get(&again).await.status, status, "asked for like this it is published, too");
        }
    }

    async fn a_tag_counts_the_computers_its_reader_sees(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let both = json!({"property_att": org.id("stamps"), "value": "of both"});
        let both = make(&org.admin, "tags", both).await;
        org.execute(
            "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) SELECT id, $1 FROM client_computer",
            args![both],
        ).await;
        let sql = "SELECT count(*) FROM client_computer WHERE status IN ('assigned', 'reserved', 'unknown')";
        let (all,): (i64,) = org.server.state().db.one(sql, args![]).await.unwrap();
        assert!(all > 1);
        for (client, count) in [(&org.admin, all), (&sam, 1)] {
            let row = client.get(&format!("{TOKEN}tags/{both}/")).await;
            assert_eq!(row.json["total_computers"], count, "{}", row.text);
            let badge = client.get(&format!("{TOKEN}tags/{both}/badge/")).await;
            assert_eq!(badge.json["summary"], format!("{count} computers"), "{}", badge.text);
            for (asked, found) in [(count, 1), (count + 1, 0)] {
                let list = client.get(&format!("{TOKEN}tags/?value=of both&total_computers={asked}&ordering=-total_computers")).await;
                assert_eq!(list.json["count"], found, "{asked}: {}", list.text);
            }
            let table = client.get(&format!("{TOKEN}tags/export/?value=of both")).await;
            assert!(table.text.contains(&format!(",{count},")), "{}", table.text);
        }
    }
}
