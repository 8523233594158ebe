//! What an account of a domain learns by asking: by a plan, a filter, an order, a version. What is hidden counts as if it
//! were not there.

use migasfree_server_db::args;
use serde_json::{Value, json};

use super::Organisation;
use super::domains::{hidden, make, sam};
use super::organisation::TOKEN;
use crate::harness::Server;
use crate::on_both_engines;

async fn number(org: &Organisation, sql: &'static str) -> i64 {
    let (number,): (i64,) = org.server.state().db.one(sql, args![]).await.unwrap();
    number
}

on_both_engines! {
    async fn a_plan_tells_nothing_of_what_is_hidden(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let north = org.id("domains");
        let red = number(&org, "SELECT id FROM core_attribute WHERE value = 'red'").await;
        // The computer is in both domains, and so reached by what belongs to either.
        org.execute("INSERT INTO core_domain_included_attributes (domain_id, attribute_id) VALUES ($1, $2)", args![north, red]).await;
        let schedule = make(&org.admin, "schedules", json!({"name": "Northern", "domain": north})).await;
        let delay = json!({"schedule": schedule, "delay": 4, "duration": 1, "attributes": [red]});
        make(&org.admin, "schedule-delays", delay).await;
        let plan = async |client: &crate::harness::Client, plan: Value| {
            let mut body = json!({"project": org.id("projects"), "start_date": "2026-01-05"});
            body.as_object_mut().unwrap().extend(plan.as_object().unwrap().clone());
            let answer = client.post(&format!("{TOKEN}deployments/preview/"), body).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json["computers_total"].as_i64().unwrap()
        };
        for body in [json!({"schedule": schedule}), json!({"included_attributes": [red], "domain": north})] {
            assert_eq!(plan(&org.admin, body.clone()).await, 1, "{body}");
            assert_eq!(plan(&sam, body.clone()).await, 0, "{body}");
        }
        assert_eq!(plan(&sam, json!({"included_attributes": [red]})).await, 1);
        assert_eq!(plan(&sam, json!({"included_attributes": [red], "schedule": schedule})).await, 1);
    }

    async fn a_filter_finds_no_failures_of_a_hidden_deployment(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let two = number(&org, "SELECT id FROM client_computer WHERE name = 'two'").await;
        let project = org.id("projects");
        let hidden = json!({"name": "Northern", "project": project, "domain": org.id("domains")});
        let hidden = make(&org.admin, "deployments", hidden).await;
        let mine = make(&sam, "deployments", json!({"name": "Southern", "project": project})).await;
        for (deployment, found) in [(hidden, 0), (mine, 1)] {
            org.execute(
                "INSERT INTO client_deploymentresult (deployment_id, computer_id, ok) VALUES ($1, $2, FALSE)",
                args![deployment, two],
            ).await;
            let path = format!("{TOKEN}computers/?failed_deployment={deployment}");
            assert_eq!(org.admin.get(&path).await.json["count"], 1, "{path}");
            assert_eq!(sam.get(&path).await.json["count"], found, "{path}");
        }
    }

    async fn the_order_of_a_list_follows_no_hidden_name(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let hidden = hidden(&org).await["core_project"];
        let two = number(&org, "SELECT id FROM client_computer WHERE name = 'two'").await;
        let db = &org.server.state().db;
        let insert = "INSERT INTO software_inventory (hash, project_id, package_count) VALUES ('h', $1, 2) RETURNING id";
        let (inventory,): (i64,) = db.one(insert, args![hidden]).await.unwrap();
        for name in ["first", "second"] {
            let insert = "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
                          VALUES ($1, 'x', '1', 'all', $2) RETURNING id";
            let (package,): (i64,) = db.one(insert, args![name, hidden]).await.unwrap();
            org.execute("INSERT INTO software_inventory_package (inventory_id, package_id) VALUES ($1, $2)", args![inventory, package]).await;
        }
        org.execute(
            "INSERT INTO client_softwaresnapshot (computer_id, inventory_id, installed_at, came_count) VALUES ($1, $2, $3, 2)",
            args![two, inventory, org.now()],
        ).await;
        let lists = [format!("packages-history/?computer__id={two}"), "packages-history/?search=two".to_owned(),
            format!("packages-history/?computer__id={two}&ordering=package")];
        let ids = async |list: &str| -> Vec<i64> {
            let page = sam.get(&format!("{TOKEN}{list}")).await;
            page.json["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
        };
        let mut before = Vec::new();
        for list in &lists {
            before.push(ids(list).await);
        }
        org.execute("UPDATE core_package SET fullname = 'third' WHERE fullname = 'first'", args![]).await;
        for (list, before) in lists.iter().zip(before) {
            assert_eq!(before.len(), 2, "{list}");
            assert_eq!(ids(list).await, before, "{list}");
        }
    }

    async fn packages_that_hidden_computers_alone_report_are_not_told(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let two = number(&org, "SELECT id FROM client_computer WHERE name = 'two'").await;
        let db = &org.server.state().db;
        let theirs = org.reported("quetzal_1_all.deb").await;
        let own = org.reported("heron_1_all.deb").await;
        let gone = org.reported("stork_1_all.deb").await;
        for (computer, package) in [(org.id("computers"), theirs), (two, own)] {
            let insert = "INSERT INTO software_inventory (hash, project_id, package_count) VALUES ($1, $2, 1) RETURNING id";
            let (list,): (i64,) = db.one(insert, args![format!("list {computer}"), org.id("projects")]).await.unwrap();
            org.execute("INSERT INTO software_inventory_package (inventory_id, package_id) VALUES ($1, $2)", args![list, package]).await;
            org.execute(
                "INSERT INTO client_softwaresnapshot (computer_id, inventory_id, installed_at, came_count) VALUES ($1, $2, $3, 1)",
                args![computer, list, org.now()],
            ).await;
            org.execute("UPDATE client_computer SET software_inventory_id = $2 WHERE id = $1", args![computer, list]).await;
        }
        org.execute(
            "INSERT INTO client_packageremoval (id, snapshot_id, computer_id, package_id, install_date, uninstall_date) \
             SELECT 1, max(id), $1, $2, $3, $3 FROM client_softwaresnapshot WHERE computer_id = $1",
            args![two, gone, org.now()],
        ).await;
        let all = format!("{TOKEN}packages/?page_size=100");
        assert!(org.admin.get(&all).await.text.contains("quetzal"));
        let seen = sam.get(&all).await.text;
        for name in ["heron", "stork", "hello"] {
            assert!(seen.contains(name), "{name}: {seen}");
        }
        for path in ["packages/?page_size=100", "packages/?search=quetzal", "packages/?name__icontains=quetzal", "packages/export/", "search/?q=quetzal", "packages/orphan/"] {
            let told = sam.get(&format!("{TOKEN}{path}")).await;
            assert_eq!(told.status, 200, "{path}");
            assert!(!told.text.contains("quetzal_1"), "{path}: {}", told.text);
        }
        assert_eq!(sam.get(&format!("{TOKEN}packages/{theirs}/")).await.status, 404);
        assert_eq!(sam.get(&format!("{TOKEN}packages/{own}/")).await.status, 200);
        org.execute("UPDATE core_package SET name = 'quetzal' WHERE id = $1", args![theirs]).await;
        org.execute("UPDATE core_package SET name = 'heron' WHERE id = $1", args![own]).await;
        for (name, status) in [("quetzal", 400), ("heron", 201)] {
            let asked = json!({"name": name, "project": org.id("projects"), "packages_to_install": [name], "only_offered": true});
            let answer = sam.post(&format!("{TOKEN}deployments/"), asked).await;
            assert_eq!(answer.status, status, "{name}: {}", answer.text);
        }
    }

    async fn a_version_cannot_be_computed_from_what_it_is_of(org: Organisation) {
        let other = Server::on_sqlite().await;
        let admin = other.admin().await;
        admin.post(&format!("{TOKEN}platforms/"), json!({"name": "Linux"})).await;
        let path = format!("{TOKEN}platforms/{}/", org.id("platforms"));
        let (one, same) = (org.admin.get(&path).await, admin.get(&path).await);
        assert_eq!(one.json, same.json, "the same object on two servers");
        assert_ne!(one.header("etag"), same.header("etag"));
    }

    async fn notes_about_everybody_are_not_for_an_account_of_a_domain(org: Organisation) {
        let (sam, ..) = sam(&org).await;
        let list = format!("{TOKEN}notifications/");
        assert_ne!(org.admin.get(&list).await.json["count"], 0);
        assert_eq!(sam.get(&list).await.json["count"], 0);
        assert_eq!(sam.get(&format!("{list}{}/", org.id("notifications"))).await.status, 404);
        let alerts = format!("{TOKEN}stats/alerts/");
        assert!(org.admin.get(&alerts).await.text.contains("Unchecked notifications"));
        assert!(!sam.get(&alerts).await.text.contains("Unchecked notifications"));
    }
}
