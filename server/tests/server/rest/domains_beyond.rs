//! What an account of a domain does by the way: with a deletion, a swap, many computers at once, a question. Nothing of it
//! goes beyond the domain.

use std::collections::BTreeMap;

use migasfree_server::config::Settings;
use migasfree_server_api::stats;
use migasfree_server_db::args;
use migasfree_server_domain::declared::registry;
use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Csv, Entity},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::Organisation;
use super::domains::{allowed, hidden, make, pointed_at, sam};
use super::organisation::TOKEN;
use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

/// In the name of everything that Sam, of the south, must not hear of.
const SECRET: &str = "Quetzal";

/// An imported organisation: who prefers no domain sees everything.
struct Imported(Organisation);

impl Imported {
    async fn on_sqlite() -> Self {
        Self::on(Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::on(Server::postgres_settings().await).await
    }

    async fn on(mut settings: Settings) -> Self {
        settings.clients.fixes.no_preference_is_limited = false;
        Self(Organisation::on(Server::with(settings).await).await)
    }
}

async fn number(org: &Organisation, sql: &'static str) -> i64 {
    let (number,): (i64,) = org.server.state().db.one(sql, args![]).await.unwrap();
    number
}

async fn two(org: &Organisation) -> i64 {
    number(org, "SELECT id FROM client_computer WHERE name = 'two'").await
}

async fn red(org: &Organisation) -> i64 {
    number(org, "SELECT id FROM core_attribute WHERE value = 'red'").await
}

/// What a row is referred to by: itself, or the attribute that stands for it.
async fn marks(org: &Organisation, entity: &Entity, id: i64) -> Vec<(&'static str, i64)> {
    let mut marks = vec![(entity.table.name, id)];
    if entity.route == "attribute-sets" {
        let sql = "SELECT a.id FROM core_attribute a JOIN core_attributeset s ON s.name = a.value WHERE s.id = $1";
        let (attribute,): (i64,) = org.server.state().db.one(sql, args![id]).await.unwrap();
        marks.push(("core_attribute", attribute));
    }
    marks
}

/// What an administrator makes for the north, which points at rows that are Sam's.
async fn foreign(org: &Organisation) -> BTreeMap<&'static str, Value> {
    let (north, project) = (org.id("domains"), org.id("projects"));
    let schedule = json!({"name": format!("{SECRET} schedule"), "domain": north});
    let schedule = make(&org.admin, "schedules", schedule).await;
    let policy = json!({"name": format!("{SECRET} policy"), "domain": north});
    let policy = make(&org.admin, "catalog/policies", policy).await;
    BTreeMap::from([
        ("deployments", json!({"project": project, "domain": north})),
        (
            "deployments/internal-sources",
            json!({"project": project, "domain": north}),
        ),
        ("attribute-sets", json!({"domain": north})),
        ("fault-definitions", json!({"code": "x", "domain": north})),
        (
            "schedule-delays",
            json!({"schedule": schedule, "delay": 3, "duration": 1}),
        ),
        ("catalog/policies", json!({"domain": north})),
        (
            "catalog/policy-groups",
            json!({"policy": policy, "priority": 3}),
        ),
    ])
}

async fn answers(client: &Client, row: &str) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    for query in ["", "?detach=true", "?replace_with=1"] {
        let path = format!("{row}{query}");
        answers.push((format!("DELETE {path}"), client.delete(&path).await));
    }
    let path = format!("{row}consequences/");
    answers.push((path.clone(), client.get(&path).await));
    answers
}

async fn export(client: &Client, route: &str) -> Answer {
    let path = format!("{TOKEN}{route}/export/");
    Answer::of(client.request(Method::GET, &path)).await
}

on_both_engines! {
    async fn nothing_goes_or_changes_with_what_one_deletes_that_is_not_ones_own(org: Organisation) {
        let (sam, account, _) = sam(&org).await;
        let bodies = allowed(&org, &sam, account).await;
        let foreign = foreign(&org).await;
        let mut pointing = Vec::new();
        for resource in &registry().resources {
            let entity = resource.entity;
            let Some(body) = bodies.get(entity.route).filter(|_| entity.operations.contains('D')) else { continue };
            for other in &registry().resources {
                let other = other.entity;
                let Some(foreign) = foreign.get(other.route) else { continue };
                for write in other.write {
                    let Some((table, several)) = pointed_at(other, write) else { continue };
                    if table != entity.table.name && (table, entity.route) != ("core_attribute", "attribute-sets")
                        || foreign.get(write.name).is_some()
                    {
                        continue;
                    }
                    let number = pointing.len();
                    let mut body = body.clone();
                    if body.get("username").is_none() {
                        body["name"] = json!(format!("Sams {number}"));
                    } else {
                        body["username"] = json!(format!("sams{number}"));
                    }
                    let made = sam.post(&format!("{TOKEN}{}/", entity.route), body).await;
                    // Of some there is one only, with what makes it one.
                    let Some(id) = made.json["id"].as_i64().filter(|_| made.status == 201) else { continue };
                    let marks = marks(&org, entity, id).await;
                    let Some((_, mark)) = marks.iter().find(|(marked, _)| *marked == table) else { continue };
                    let mut theirs = foreign.clone();
                    theirs["name"] = json!(format!("{SECRET} {number}"));
                    if foreign.get("priority").is_some() {
                        theirs["priority"] = json!(number + 10);
                    }
                    theirs[write.name] = if several { json!([mark]) } else { json!(mark) };
                    let theirs = org.admin.post(&format!("{TOKEN}{}/", other.route), theirs).await;
                    let Some(theirs) = theirs.json["id"].as_i64().filter(|_| theirs.status == 201) else { continue };
                    let theirs = format!("{TOKEN}{}/{theirs}/", other.route);
                    let before = org.admin.get(&theirs).await.text;
                    let row = format!("{TOKEN}{}/{id}/", entity.route);
                    for (what, answer) in answers(&sam, &row).await {
                        if what.starts_with("DELETE") {
                            assert!(matches!(answer.status, 400 | 403 | 409), "{what}, used by {theirs} {}: {} {}", write.name, answer.status, answer.text);
                        }
                        assert!(!answer.text.contains(SECRET), "{what}: {}", answer.text);
                    }
                    assert_eq!(org.admin.get(&theirs).await.text, before, "{theirs}");
                    pointing.push(format!("{} {} -> {}", other.route, write.name, entity.route));
                }
            }
        }
        assert!(pointing.len() >= 6, "{pointing:?}");
        for needed in [
            "deployments schedule -> schedules",
            "deployments included_attributes -> attribute-sets",
            "catalog/policy-groups applications -> catalog/apps",
        ] {
            assert!(pointing.iter().any(|known| known == needed), "{needed}: {pointing:?}");
        }
    }

    async fn what_replaces_something_has_to_be_visible(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let own = make(&sam, "schedules", json!({"name": "Sams"})).await;
        let used = json!({"name": "Sams", "project": org.id("projects"), "schedule": own});
        let used = make(&sam, "deployments", used).await;
        let hidden = json!({"name": SECRET, "domain": org.id("domains")});
        let hidden = make(&org.admin, "schedules", hidden).await;
        let refused = sam.delete(&format!("{TOKEN}schedules/{own}/?replace_with={hidden}")).await;
        assert!(refused.json["replace_with"][0].is_string(), "{}", refused.text);
        let row = org.admin.get(&format!("{TOKEN}deployments/{used}/")).await;
        assert_eq!(row.json["schedule"]["id"], own, "{}", row.text);
        let moved = sam.delete(&format!("{TOKEN}schedules/{own}/?replace_with={}", org.id("schedules"))).await;
        assert_eq!(moved.status, 204, "{}", moved.text);
    }

    async fn a_computer_is_replaced_only_by_one_within_reach_and_with_ones_own_alone(org: Organisation) {
        let mut org = org;
        let user = org.id("users");
        let first = org.id("computers");
        let three = org.computer("three", "AAAA-3", user).await;
        let (sam, _, south) = sam(&org).await;
        let (two, red) = (two(&org).await, red(&org).await);
        org.execute("INSERT INTO client_computer_tags (computer_id, serverattribute_id) VALUES ($1, $2)", args![three, red]).await;
        let attribute = org.attribute_of(two).await;
        org.attribute_of(three).await;
        org.carry(two, attribute).await;
        let replace = format!("{TOKEN}computers/{two}/replacement/");
        let refused = sam.post(&replace, json!({"target": first})).await;
        assert!(refused.json["target"][0].is_string(), "{} {}", refused.status, refused.text);
        let mine = json!({"name": "Sams", "project": org.id("projects"), "included_attributes": [attribute]});
        make(&sam, "deployments", mine).await;
        let (north, project) = (org.id("domains"), org.id("projects"));
        for (route, body) in [
            ("deployments", json!({"name": format!("{SECRET} of all"), "project": project})),
            ("deployments", json!({"name": SECRET, "project": project, "domain": north})),
            ("domains", json!({"name": SECRET, "domain_admins": []})),
                        ("catalog/policies", json!({"name": SECRET, "domain": north})),
            ("attribute-sets", json!({"name": SECRET})),
            ("fault-definitions", json!({"name": SECRET, "code": "x"})),
        ] {
            let mut body = body;
            body["included_attributes"] = json!([attribute]);
            let id = make(&org.admin, route, body).await;
            let row = format!("{TOKEN}{route}/{id}/");
            let before = org.admin.get(&row).await.text;
            let refused = sam.post(&replace, json!({"target": three})).await;
            assert_eq!(refused.status, 403, "{route}: {}", refused.text);
            assert!(!refused.text.contains(SECRET), "{}", refused.text);
            assert_eq!(org.admin.get(&row).await.text, before, "{route}");
            assert_eq!(org.admin.delete(&row).await.status, 204, "{route}");
        }
        let done = sam.post(&replace, json!({"target": three})).await;
        assert_eq!(done.status, 200, "{} (of {south})", done.text);
    }

    async fn no_answer_question_or_order_tells_a_hidden_name(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let (two, north) = (two(&org).await, org.id("domains"));
        let secret = |name: &str| json!({"name": format!("{SECRET} {name}"), "domain": north});
        let schedule = make(&org.admin, "schedules", secret("schedule")).await;
        let mut definition = secret("definition");
        definition["code"] = json!("x");
        let definition = make(&org.admin, "fault-definitions", definition).await;
        let mut app = secret("app");
        app["category"] = json!(org.id("catalog/categories"));
        let app = make(&org.admin, "catalog/apps", app).await;
        make(&org.admin, "catalog/policies", secret("policy")).await;
        make(&org.admin, "domains", json!({"name": format!("{SECRET} domain"), "domain_admins": []})).await;
        let mine = json!({"name": "Sams", "project": org.id("projects")});
        let mine = make(&sam, "deployments", mine).await;
        // What of the others was aimed at what is Sam's, or came from the computers.
        org.execute("UPDATE core_deployment SET schedule_id = $2 WHERE id = $1", args![mine, schedule]).await;
        org.execute(
            "INSERT INTO client_fault (created_at, computer_id, fault_definition_id, result, project_id) VALUES ($1, $2, $3, 'too warm', $4)",
            args![org.now(), two, definition, org.id("projects")],
        ).await;
        org.execute(
            "INSERT INTO application_request (application_id, computer_id, person, justification, created_at) VALUES ($1, $2, 'ana', 'why', $3)",
            args![app, two, org.now()],
        ).await;
        let faults = sam.get(&format!("{TOKEN}faults/")).await;
        assert_eq!(faults.json["results"][0]["fault_definition"], json!({"id": definition, "name": "", "hidden": true}), "{}", faults.text);
        let row = sam.get(&format!("{TOKEN}deployments/{mine}/")).await;
        assert_eq!(row.json["schedule"], json!({"id": schedule, "name": "", "hidden": true}), "{}", row.text);
        assert_eq!(row.json["project"].get("hidden"), None, "{}", row.text);
        // A form sends back what it was shown.
        let kept = sam.patch(&format!("{TOKEN}deployments/{mine}/"), json!({"schedule": schedule, "comment": "as it was"})).await;
        assert_eq!(kept.status, 200, "{}", kept.text);

        let mut wrong = Vec::new();
        let mut asked = 0;
        for resource in &registry().resources {
            let entity = resource.entity;
            let list = format!("{TOKEN}{}/", entity.route);
            let first = sam.get(&list).await;
            let rows = first.json["results"].as_array().cloned().unwrap_or_default();
            let mut answers = vec![(list.clone(), first)];
            for id in rows.iter().filter_map(|row| row["id"].as_i64()).take(3) {
                for of_row in ["", "relations/", "badge/", "consequences/"] {
                    let path = format!("{list}{id}/{of_row}");
                    answers.push((path.clone(), sam.get(&path).await));
                }
            }
            if !matches!(entity.csv, Csv::Absent | Csv::Refused) {
                answers.push((format!("{list}export/"), export(&sam, entity.route).await));
            }
            for (path, answer) in &answers {
                if answer.text.contains(SECRET) {
                    wrong.push(format!("{path}: {}", answer.text));
                }
            }
            // Audit records tell of what Sam did alone.
            let questions = resource.filters.iter().filter(|filter| {
                !filter.path.is_own() && filter.path.leaf().ty().is_text() && !filter.name.ends_with("__isnull")
            });
            // Where nothing is searched, the word is not heard.
            let search = (!resource.search.is_empty()).then_some("search");
            for question in questions.map(|filter| filter.name.as_str()).chain(search) {
                let path = format!("{list}?{question}={SECRET}");
                let answer = sam.get(&path).await;
                let count = answer.json["count"].as_i64();
                if count.is_some_and(|count| count > 0) {
                    wrong.push(format!("{path}: {count:?} {}", answer.text));
                }
                asked += 1;
            }
        }
        let found = sam.get(&format!("{TOKEN}search/?q={SECRET}")).await;
        assert_eq!(found.json, json!([]));
        let mut told = Vec::new();
        for (path, asks, _) in stats::described(registry()) {
            let asks = if asks.contains(&"computer_id") { format!("?computer_id={two}") } else { String::new() };
            let path = format!("{}{asks}", path.replace("{id}", &mine.to_string()));
            let answer = sam.get(&path).await;
            assert!(answer.status < 500, "{path}: {}", answer.text);
            if answer.text.contains(SECRET) {
                wrong.push(format!("{path}: {}", answer.text));
            }
            if answer.text.contains(&format!("#{definition}")) || answer.text.contains(&format!("#{app}")) {
                told.push(path);
            }
        }
        // They are counted all the same.
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(asked > 50, "{asked}");
    }

    async fn nothing_is_told_of_the_packages_of_a_hidden_project(org: Organisation) {
        let (sam, account, _) = sam(&org).await;
        let hidden = hidden(&org).await["core_project"];
        let app = allowed(&org, &sam, account).await["catalog/project-packages"]["application"].clone();
        for (route, mut body) in [
            ("deployments", json!({"name": "Curious"})),
            ("catalog/project-packages", json!({"application": app})),
        ] {
            body["project"] = json!(hidden);
            body["only_offered"] = json!(true);
            let mut told = Vec::new();
            for name in ["elsewhere", "nowhere"] {
                body["packages_to_install"] = json!([name]);
                let refused = sam.post(&format!("{TOKEN}{route}/"), body.clone()).await;
                assert!(refused.json["project"][0].is_string(), "{route}: {}", refused.text);
                told.push(refused.text);
            }
            assert_eq!(told[0], told[1], "{route}");
        }
    }

    async fn who_sees_everything_still_writes_within_their_domains(imported: Imported) {
        let org = imported.0;
        let (sam, account, south) = sam(&org).await;
        let (one, two, red) = (org.id("computers"), two(&org).await, red(&org).await);
        let list = format!("{TOKEN}computers/");
        assert_eq!(sam.get(&list).await.json["count"], 2, "no preference is no limit");
        let state = async || {
            let tags = "SELECT COUNT(*) FROM client_computer_tags WHERE computer_id = $1";
            let (tags,): (i64,) = org.server.state().db.one(tags, args![one]).await.unwrap();
            (tags, org.admin.get(&format!("{list}{one}/")).await.json["status"].clone())
        };
        let before = state().await;
        for (path, body, expected) in [
            (format!("{one}/status/"), json!({"status": "reserved"}), 403),
            (format!("{one}/replacement/"), json!({"target": two}), 403),
            (format!("{two}/replacement/"), json!({"target": one}), 400),
            ("bulk/".to_owned(), json!({"action": "tag", "tags": [red], "ids": [one]}), 400),
            ("bulk/".to_owned(), json!({"action": "status", "status": "reserved", "ids": [one, two]}), 400),
            ("bulk/".to_owned(), json!({"action": "tag", "tags": [org.id("tags")], "ids": [two]}), 400),
        ] {
            let refused = sam.post(&format!("{list}{path}"), body.clone()).await;
            assert_eq!(refused.status, expected, "{path} {body}: {}", refused.text);
            assert_eq!(state().await, before, "{path} {body}");
        }
        assert_eq!(sam.patch(&format!("{list}{one}/"), json!({"comment": "mine"})).await.status, 403);
        assert_eq!(sam.delete(&format!("{list}{one}/")).await.status, 403);
        let all = sam.post(&format!("{list}bulk/"), json!({"action": "status", "status": "reserved", "filter": {}})).await;
        assert_eq!((all.status, &all.json["count"]), (200, &json!(1)), "{}", all.text);
        assert_eq!(state().await, before);
        let aimed = json!({"name": "Far", "project": org.id("projects"), "included_attributes": [org.id("tags")]});
        let refused = sam.post(&format!("{TOKEN}deployments/"), aimed).await;
        assert!(refused.json["included_attributes"][0].is_string(), "{}", refused.text);
        for resource in &registry().resources {
            let entity = resource.entity;
            if !entity.operations.contains('U') || entity.route == "users" || entity.belongs == Belongs::Viewers {
                continue;
            }
            let row = format!("{TOKEN}{}/{}/", entity.route, org.id(entity.route));
            let refused = sam.patch(&row, json!({})).await;
            assert!(matches!(refused.status, 403 | 404), "{row}: {} {}", refused.status, refused.text);
        }
        let own = format!("{TOKEN}user-profiles/{account}/");
        assert_eq!(sam.patch(&own, json!({"domain_preference": south})).await.status, 200);
        assert_eq!(sam.get(&list).await.json["count"], 1, "until one is preferred");
    }
}
