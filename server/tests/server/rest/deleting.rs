//! Deleting: what goes along is told before and recorded after, and nothing in force changes its reach unseen.

use migasfree_server_db::args;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::Answer;
use crate::on_both_engines;

async fn told(org: &Organisation, path: &str) -> Value {
    let answer = org.admin.get(&format!("{TOKEN}{path}consequences/")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json
}

/// How many of a kind there are in a part of an answer.
fn count(told: &Value, part: &str, entity: &str) -> u64 {
    let kinds = told[part].as_array().unwrap();
    let of = kinds.iter().filter(|kind| kind["entity"] == entity);
    of.map(|kind| kind["count"].as_u64().unwrap()).sum()
}

async fn recorded(org: &Organisation, entity: &str, action: &str) -> u64 {
    let path = format!("{TOKEN}audit/?entity={entity}&action={action}");
    org.admin.get(&path).await.json["count"].as_u64().unwrap()
}

async fn delete(org: &Organisation, path: &str) -> Answer {
    org.admin.delete(&format!("{TOKEN}{path}")).await
}

/// Computers of the organisation's project, each with the attribute that stands for it.
async fn plant_computers(org: &Organisation, number: i64) {
    let sql = "INSERT INTO client_computer (uuid, status, name, project_id, created_at, updated_at) \
        WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < $3) \
        SELECT 'U-' || i, 'assigned', 'pc' || i, $1, $2, $2 FROM n";
    org.execute(sql, args![org.id("projects"), org.now(), number])
        .await;
    let sql = "INSERT INTO core_attribute (property_att_id, value) \
        SELECT 2, CAST(id AS text) FROM client_computer WHERE uuid LIKE 'U-%'";
    org.execute(sql, args![]).await;
}

on_both_engines! {
    async fn what_goes_with_a_project_is_told_by_name_and_then_recorded(org: Organisation) {
        let project = format!("projects/{}/", org.id("projects"));
        let deployments = org.admin.get(&format!("{TOKEN}deployments/")).await.json["count"].as_u64().unwrap();
        let told = told(&org, &project).await;
        for (entity, number) in [
            ("client.computer", 2), ("core.deployment", deployments), ("core.store", 1), ("core.package", 2),
            ("core.packageset", 1), ("client.synchronization", 1), ("client.error", 1), ("client.fault", 1),
            ("app_catalog.packagesbyproject", 1), ("hardware.node", 2), ("client.packagehistory", 2),
        ] {
            assert_eq!(count(&told, "gone", entity), number, "{entity}: {told}");
        }
        let named = told["gone"].as_array().unwrap().iter().find(|kind| kind["entity"] == "core.deployment").unwrap();
        assert!(named["objects"].to_string().contains("\"Base\""), "{named}");
        assert_eq!(delete(&org, &project).await.status, 204);
        for (entity, number) in [
            ("client.computer", 2), ("core.deployment", deployments), ("core.store", 1), ("core.package", 2),
            ("client.synchronization", 1), ("client.error", 1), ("core.project", 1),
        ] {
            assert_eq!(recorded(&org, entity, "delete").await, number, "{entity}");
        }
        let computers = org.admin.get(&format!("{TOKEN}audit/?entity=client.computer&action=delete&ordering=object_id")).await.json;
        assert_eq!(computers["results"][0]["object_text"], format!("CID-{}", org.id("computers")));
        assert_eq!(computers["results"][0]["before"]["mac_address"], "AABBCCDDEEFF");
    }

    async fn what_only_loses_a_reference_is_told_as_changed(org: Organisation) {
        let tag = told(&org, &format!("tags/{}/", org.id("tags"))).await;
        assert_eq!(tag["gone"], json!([]));
        for (entity, member) in [
            ("core.attributeset", "included_attributes"), ("core.domain", "included_attributes"),
            ("client.computer", "tags"), ("app_catalog.policy", "included_attributes"),
        ] {
            let found = tag["changed"].as_array().unwrap().iter()
                .any(|kind| kind["entity"] == entity && kind["member"] == member && kind["count"] == 1);
            assert!(found, "{entity}.{member}: {tag}");
        }
        let user = told(&org, &format!("users/{}/", org.id("users"))).await;
        assert_eq!((count(&user, "gone", "client.computer"), count(&user, "changed", "client.computer")), (0, 2));
    }

    async fn with_a_computer_goes_the_attribute_that_stands_for_it(org: Organisation) {
        let id = org.id("computers");
        let cid = org.attribute_of(id).await;
        let body = json!({"included_attributes": [cid]});
        let set = format!("{TOKEN}attribute-sets/{}/", org.id("attribute-sets"));
        assert_eq!(org.admin.patch(&set, body).await.status, 200);
        let told = told(&org, &format!("computers/{id}/")).await;
        assert_eq!((count(&told, "gone", "core.attribute"), count(&told, "changed", "core.attributeset")), (1, 1), "{told}");
        assert_eq!(count(&told, "gone", "client.packagehistory"), 2, "the history of its packages goes, too: {told}");
        assert_eq!(delete(&org, &format!("computers/{id}/")).await.status, 204);
        assert_eq!(recorded(&org, "core.attribute", "delete").await, 1);
    }

    async fn a_schedule_in_use_is_not_deleted_unless_its_deployments_are_moved_or_stopped(org: Organisation) {
        let schedule = org.id("schedules");
        let path = format!("schedules/{schedule}/");
        let told = told(&org, &path).await;
        assert_eq!((count(&told, "held", "core.deployment"), &told["detachable"]), (1, &json!(true)));
        let refused = delete(&org, &path).await;
        assert_eq!((refused.status, refused.code()), (409, "in_use"));
        assert!(refused.json["detail"].as_str().unwrap().contains("Base"), "{}", refused.text);
        for (query, status) in [("replace_with=999", 400), ("replace_with=x", 400), ("replace_with=1&detach=true", 400), ("detach=maybe", 400)] {
            assert_eq!(delete(&org, &format!("{path}?{query}")).await.status, status, "{query}");
        }
        assert_eq!(delete(&org, &format!("{path}?replace_with={schedule}")).await.status, 400, "itself");
        let other = org.admin.post(&format!("{TOKEN}schedules/"), json!({"name": "Quick"})).await.json["id"].clone();
        let told = org.admin.get(&format!("{TOKEN}{path}consequences/?replace_with={other}")).await.json;
        assert_eq!((count(&told, "moved", "core.deployment"), count(&told, "changed", "core.deployment")), (1, 0), "{told}");
        assert_eq!(count(&told, "gone", "core.scheduledelay"), 1, "its delays go all the same: {told}");
        assert_eq!(delete(&org, &format!("{path}?replace_with={other}")).await.status, 204);
        let deployment = format!("{TOKEN}deployments/{}/", org.id("deployments"));
        let moved = org.admin.get(&deployment).await.json;
        assert_eq!((&moved["schedule"]["name"], &moved["enabled"]), (&json!("Quick"), &json!(true)));
        assert_eq!(recorded(&org, "core.deployment", "change").await, 1);
        assert_eq!(delete(&org, &format!("schedules/{other}/")).await.status, 409);
        assert_eq!(delete(&org, &format!("schedules/{other}/?detach=true")).await.status, 204);
        let stopped = org.admin.get(&deployment).await.json;
        assert_eq!((&stopped["schedule"], &stopped["enabled"]), (&Value::Null, &json!(false)));
        let last = org.admin.get(&format!("{TOKEN}audit/?entity=core.deployment&action=change&ordering=-id")).await.json;
        assert_eq!((&last["count"], &last["results"][0]["after"]["enabled"]), (&json!(2), &json!(false)));
    }

    async fn a_delay_that_a_deployment_waits_for_is_not_deleted_unless_another_takes_its_place(org: Organisation) {
        let path = format!("schedule-delays/{}/", org.id("schedule-delays"));
        let told = told(&org, &path).await;
        assert_eq!((count(&told, "held", "core.deployment"), &told["detachable"]), (1, &json!(true)));
        let refused = delete(&org, &path).await;
        assert_eq!((refused.status, refused.code()), (409, "in_use"));
        assert!(refused.json["detail"].as_str().unwrap().contains("Base"), "{}", refused.text);
        let body = json!({"schedule": org.id("schedules"), "delay": 77, "duration": 1});
        let other = org.admin.post(&format!("{TOKEN}schedule-delays/"), body).await.json["id"].clone();
        assert_eq!(delete(&org, &format!("schedule-delays/{other}/")).await.status, 204, "nobody waits for it");
        let body = json!({"schedule": org.id("schedules"), "delay": 78, "duration": 1});
        let other = org.admin.post(&format!("{TOKEN}schedule-delays/"), body).await.json["id"].clone();
        assert_eq!(delete(&org, &format!("{path}?replace_with={other}")).await.status, 204);
        let later = org.admin.get(&format!("{TOKEN}schedule-delays/{other}/")).await.json;
        assert_eq!(later["attributes"].as_array().unwrap().len(), 1, "{later}");
        assert_eq!(delete(&org, &format!("schedule-delays/{other}/?detach=true")).await.status, 204);
        let stopped = org.admin.get(&format!("{TOKEN}deployments/{}/", org.id("deployments"))).await.json;
        assert_eq!(stopped["enabled"], json!(false));
    }

    async fn what_a_replacement_takes_over_is_changed_by_who_may_and_recorded(org: Organisation) {
        let path = format!("{TOKEN}schedule-delays/{}/", org.id("schedule-delays"));
        let body = json!({"schedule": org.id("schedules"), "delay": 78, "duration": 1});
        let other = org.admin.post(&format!("{TOKEN}schedule-delays/"), body).await.json["id"].as_i64().unwrap();
        let row = format!("{TOKEN}schedule-delays/{other}/");
        let mut rights = vec![
            "core.view_schedule", "core.view_scheduledelay", "core.delete_scheduledelay", "core.view_deployment", "core.change_deployment",
        ];
        let cleaner = org.server.operator("cleaner", &rights).await;
        let refused = cleaner.delete(&format!("{path}?replace_with={other}")).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert_eq!(org.admin.get(&row).await.json["attributes"], json!([]), "nothing moved");
        rights.push("core.change_scheduledelay");
        let planner = org.server.operator("planner", &rights).await;
        let before = org.admin.get(&path).await.json["attributes"][0]["id"].clone();
        assert_eq!(planner.delete(&format!("{path}?replace_with={other}")).await.status, 204);
        assert_eq!(recorded(&org, "core.scheduledelay", "change").await, 1);
        let last = org.admin.get(&format!("{TOKEN}audit/?entity=core.scheduledelay&action=change")).await.json["results"][0].clone();
        assert_eq!((&last["object_id"], &last["username"]), (&json!(other), &json!("planner")), "{last}");
        assert_eq!((&last["before"]["attributes"], &last["after"]["attributes"]), (&json!([]), &json!([before])), "{last}");
    }

    async fn a_schedule_that_only_disabled_deployments_use_goes(org: Organisation) {
        let deployment = format!("{TOKEN}deployments/{}/", org.id("deployments"));
        assert_eq!(org.admin.patch(&deployment, json!({"enabled": false})).await.status, 200);
        assert_eq!(delete(&org, &format!("schedules/{}/", org.id("schedules"))).await.status, 204);
    }

    async fn a_category_with_applications_wants_another_one_for_them(org: Organisation) {
        let path = format!("catalog/categories/{}/", org.id("catalog/categories"));
        let told = told(&org, &path).await;
        assert_eq!((count(&told, "held", "app_catalog.application"), count(&told, "held", "app_catalog.policy")), (1, 1), "{told}");
        let refused = delete(&org, &path).await;
        let detail = refused.json["detail"].as_str().unwrap_or_default();
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(detail.contains("Vim") && detail.contains("Editors"), "{detail}");
        assert_eq!(delete(&org, &format!("{path}?detach=true")).await.code(), "undetachable");
        let other = org.admin.post(&format!("{TOKEN}catalog/categories/"), json!({"name": "Texts"})).await.json["id"].clone();
        assert_eq!(delete(&org, &format!("{path}?replace_with={other}")).await.status, 204);
        let app = org.admin.get(&format!("{TOKEN}catalog/apps/{}/", org.id("catalog/apps"))).await.json;
        assert_eq!(app["category"]["name"], "Texts");
    }

    async fn a_store_hands_its_packages_to_another_one_of_its_project(org: Organisation) {
        let path = format!("stores/{}/", org.id("stores"));
        assert_eq!(delete(&org, &path).await.status, 409);
        let platform = org.id("platforms");
        let foreign = json!({"name": "Other", "pms": "apt", "architecture": "amd64", "platform": platform});
        let foreign = org.admin.post(&format!("{TOKEN}projects/"), foreign).await.json["id"].clone();
        let store = async |name: &str, project: &Value| {
            let body = json!({"name": name, "project": project});
            org.admin.post(&format!("{TOKEN}stores/"), body).await.json["id"].clone()
        };
        let abroad = store("Abroad", &foreign).await;
        let refused = delete(&org, &format!("{path}?replace_with={abroad}")).await;
        assert!(refused.json["replace_with"][0].is_string(), "{}", refused.text);
        let near = store("Near", &json!(org.id("projects"))).await;
        let before = told(&org, &path).await;
        assert_eq!((count(&before, "gone", "core.package"), count(&before, "moved", "core.package")), (1, 0), "{before}");
        let asked = async |other: &Value| org.admin.get(&format!("{TOKEN}{path}consequences/?replace_with={other}")).await;
        let told = asked(&near).await.json;
        assert_eq!((count(&told, "gone", "core.package"), count(&told, "moved", "core.package")), (0, 1), "{told}");
        assert_eq!((count(&told, "held", "core.deployment"), count(&told, "changed", "core.deployment")), (1, 0), "{told}");
        assert!(asked(&abroad).await.json["replace_with"][0].is_string(), "as the deletion says it");
        assert_eq!(delete(&org, &format!("{path}?replace_with={near}")).await.status, 204);
        let package = org.admin.get(&format!("{TOKEN}packages/{}/", org.id("packages"))).await.json;
        assert_eq!((&package["store"]["name"], package["url"].as_str().unwrap().contains("/near/")), (&json!("Near"), true), "{package}");
        let deployment = org.admin.get(&format!("{TOKEN}deployments/{}/", org.id("deployments"))).await.json;
        assert_eq!((&deployment["enabled"], deployment["available_packages"].as_array().unwrap().len()), (&json!(true), 1));
        assert_eq!(recorded(&org, "core.package", "change").await, 1);
        assert_eq!(delete(&org, &format!("stores/{near}/?detach=true")).await.status, 204);
        let deployment = org.admin.get(&format!("{TOKEN}deployments/{}/", org.id("deployments"))).await.json;
        assert_eq!((&deployment["enabled"], &deployment["available_packages"]), (&json!(false), &json!([])));
    }

    async fn what_only_computers_have_reported_is_not_said_to_be_deleted(org: Organisation) {
        let (package, project) = (org.id("packages"), org.id("projects"));
        let inventory = "INSERT INTO software_inventory (id, hash, project_id, package_count) VALUES (99, 'h', $1, 1)";
        org.execute(inventory, args![project]).await;
        org.execute("INSERT INTO software_inventory_package (inventory_id, package_id) VALUES (99, $1)", args![package]).await;
        let path = format!("packages/{package}/");
        assert_eq!(delete(&org, &path).await.status, 204, "out of its store");
        let before = recorded(&org, "core.package", "delete").await;
        let refused = delete(&org, &path).await;
        assert_eq!((refused.status, refused.text.contains("only computers")), (409, true), "{}", refused.text);
        assert_eq!(recorded(&org, "core.package", "delete").await, before);
        assert_eq!(org.admin.get(&format!("{TOKEN}{path}")).await.status, 200);
    }

    async fn nobody_changes_by_deleting_what_they_may_not_change(org: Organisation) {
        let rights = ["core.view_schedule", "core.delete_schedule", "core.view_deployment"];
        let cleaner = org.server.operator("cleaner", &rights).await;
        let path = format!("{TOKEN}schedules/{}/", org.id("schedules"));
        assert_eq!(cleaner.delete(&path).await.status, 409);
        assert_eq!(cleaner.delete(&format!("{path}?detach=true")).await.status, 403);
        assert_eq!(cleaner.get(&format!("{path}consequences/")).await.status, 200);
        let reader = org.server.operator("reader", &["core.view_schedule"]).await;
        assert_eq!(reader.get(&format!("{path}consequences/")).await.status, 403);
        assert_eq!(reader.delete(&format!("{path}?detach=true")).await.status, 403);
        let blind = org.server.operator("blind", &["core.view_schedule", "core.delete_schedule"]).await;
        let told = blind.get(&format!("{path}consequences/")).await.json;
        assert_eq!((&told["held"][0]["count"], &told["held"][0]["objects"]), (&json!(1), &json!([])));
        assert!(!blind.delete(&path).await.text.contains("Base"));
    }

    async fn what_is_refused_whatever_is_answered_is_refused_before_the_question(org: Organisation) {
        for (route, id, code) in [("formulas", 2, "built_in"), ("features", 1, "built_in"), ("user-profiles", 1, "oneself")] {
            let told = org.admin.get(&format!("{TOKEN}{route}/{id}/consequences/")).await;
            assert_eq!((told.status, told.code()), (400, code), "{route}: {}", told.text);
            let together = org.admin.get(&format!("{TOKEN}{route}/consequences/?id__in={id}")).await;
            assert_eq!(together.text, told.text);
            assert_eq!(delete(&org, &format!("{route}/{id}/")).await.text, told.text, "as the deletion says it");
        }
    }

    async fn several_rows_are_told_of_together(org: Organisation) {
        let second = org.admin.post(&format!("{TOKEN}schedules/"), json!({"name": "Quick"})).await.json["id"].clone();
        let path = format!("{TOKEN}schedules/consequences/");
        let told = org.admin.get(&format!("{path}?id__in={},{second}", org.id("schedules"))).await.json;
        assert_eq!(count(&told, "gone", "core.scheduledelay"), 1, "{told}");
        for query in ["", "?id__in=x", "?id__in=1,999999"] {
            assert!([400, 404].contains(&org.admin.get(&format!("{path}{query}")).await.status), "{query}");
        }
    }

    async fn several_rows_go_together_or_all_of_them_stay(org: Organisation) {
        let mut ids = Vec::new();
        for name in ["Quick", "Quicker", "Quickest"] {
            let answer = org.admin.post(&format!("{TOKEN}schedules/"), json!({"name": name})).await;
            ids.push(answer.json["id"].as_i64().unwrap());
        }
        let path = format!("{TOKEN}schedules/bulk-delete/");
        let count = async || org.admin.get(&format!("{TOKEN}schedules/")).await.json["count"].as_u64().unwrap();
        let before = count().await;
        let with_used = json!({"ids": [ids[0], ids[1], org.id("schedules")]});
        let refused = org.admin.post(&path, with_used.clone()).await;
        assert_eq!((refused.status, refused.code()), (409, "in_use"));
        let detail = refused.json["detail"].as_str().unwrap_or_default();
        assert!(detail.starts_with("Slow: ") && detail.contains("Base"), "{detail}");
        assert_eq!(org.admin.post(&path, json!({"ids": [ids[0], 999_999]})).await.status, 404);
        for body in [json!({}), json!({"ids": []}), json!({"ids": "x"}), json!({"ids": (1..1_002).collect::<Vec<_>>()})] {
            assert_eq!(org.admin.post(&path, body).await.status, 400);
        }
        let reader = org.server.operator("reader", &["core.view_schedule", "core.change_schedule"]).await;
        assert_eq!(reader.post(&path, json!({"ids": ids})).await.status, 403);
        assert_eq!((count().await, recorded(&org, "core.schedule", "delete").await), (before, 0), "nothing went");
        assert_eq!(org.admin.post(&path, json!({"ids": ids})).await.status, 204);
        assert_eq!((count().await, recorded(&org, "core.schedule", "delete").await), (before - 3, 3));
        assert_eq!(org.admin.post(&format!("{path}?detach=true"), json!({"ids": [org.id("schedules")]})).await.status, 204);
        let deployment = org.admin.get(&format!("{TOKEN}deployments/{}/", org.id("deployments"))).await.json;
        assert_eq!((&deployment["schedule"], &deployment["enabled"]), (&Value::Null, &json!(false)));
    }

    async fn what_is_much_goes_in_steps_and_is_recorded_all_the_same(org: Organisation) {
        let project = org.id("projects");
        plant_computers(&org, 1_300).await;
        let sql = "INSERT INTO client_error (created_at, computer_id, project_id, description) \
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT $1, $2, $3, 'x' FROM n";
        org.execute(sql, args![org.now(), org.id("computers"), project]).await;
        let sql = "INSERT INTO client_error (created_at, computer_id, project_id, description) \
            SELECT $1, id, project_id, 'y' FROM client_computer";
        org.execute(sql, args![org.now()]).await;
        let answer = delete(&org, &format!("projects/{project}/")).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        for sql in ["SELECT COUNT(*) FROM client_computer", "SELECT COUNT(*) FROM client_error", "SELECT COUNT(*) FROM core_attribute WHERE property_att_id = 2"] {
            let (left,): (i64,) = org.server.state().db.one(sql, args![]).await.unwrap();
            assert_eq!(left, 0, "{sql}");
        }
        assert_eq!(recorded(&org, "core.project", "delete").await, 1);
        assert_eq!(recorded(&org, "client.computer", "delete").await, 1_302);
        assert_eq!(recorded(&org, "core.attribute", "delete").await, 1_300);
        let mut errors = 0;
        let records = org.admin.get(&format!("{TOKEN}audit/?entity=client.error&action=delete&page_size=10000")).await.json;
        for record in records["results"].as_array().unwrap() {
            errors += if record["object_id"].is_null() { record["before"]["count"].as_i64().unwrap() } else { 1 };
        }
        assert_eq!(errors, 700 + 1_302 + 1, "each error is counted once");
    }

    async fn what_is_refused_stays_whole_however_much_hangs_on_it(org: Organisation) {
        plant_computers(&org, 1_300).await;
        let sql = "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) SELECT id, $1 FROM client_computer WHERE true ON CONFLICT DO NOTHING";
        let tag = org.admin.post(&format!("{TOKEN}tags/"), json!({"property_att": org.id("stamps"), "value": "big"})).await.json["id"].as_i64().unwrap();
        for attribute in [tag, 1] {
            org.execute(sql, args![attribute]).await;
        }
        let held = async || {
            let sql = "SELECT COUNT(*) FROM client_computer_sync_attributes";
            org.server.state().db.one::<(i64,)>(sql, args![]).await.unwrap().0
        };
        let before = held().await;
        assert_eq!(delete(&org, "attributes/1/").await.code(), "built_in");
        let late = org.admin.request(reqwest::Method::DELETE, &format!("{TOKEN}tags/{tag}/")).header("If-Match", "\"other\"");
        assert_eq!(Answer::of(late).await.status, 412);
        let mut ids = vec![1];
        for number in 0..120 {
            let body = json!({"property_att": org.id("stamps"), "value": format!("t{number}")});
            ids.insert(0, org.admin.post(&format!("{TOKEN}tags/"), body).await.json["id"].as_i64().unwrap());
        }
        let several = format!("{TOKEN}attributes/bulk-delete/");
        assert_eq!(org.admin.post(&several, json!({"ids": ids})).await.code(), "built_in");
        assert_eq!((held().await, recorded(&org, "core.attribute", "delete").await), (before, 0));
        ids.retain(|id| *id != 1);
        ids.push(tag);
        let answer = org.admin.post(&several, json!({"ids": ids})).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        assert_eq!((held().await, recorded(&org, "core.attribute", "delete").await), (before - 1_302, 121));
    }

    async fn what_goes_with_another_of_several_is_no_mistake(org: Organisation) {
        let computer = org.id("computers");
        let cid = org.attribute_of(computer).await;
        let computers = json!({"ids": [computer]});
        assert_eq!(org.admin.post(&format!("{TOKEN}computers/bulk-delete/"), computers).await.status, 204);
        assert_eq!(org.admin.get(&format!("{TOKEN}attributes/{cid}/")).await.status, 404);
        assert_eq!(recorded(&org, "client.computer", "delete").await, 1);
    }

    async fn history_says_names_and_labels(org: Organisation) {
        let deployment = org.id("deployments");
        let other = org.admin.post(&format!("{TOKEN}schedules/"), json!({"name": "Quick"})).await.json["id"].clone();
        let body = json!({"included_attributes": [1, org.id("tags")], "schedule": other});
        assert_eq!(org.admin.patch(&format!("{TOKEN}deployments/{deployment}/"), body).await.status, 200);
        let path = format!("{TOKEN}audit/?entity=core.deployment&object_id={deployment}&action=change");
        let changes = org.admin.get(&path).await.json["results"][0]["changes"].clone();
        let change = |member: &str| changes.as_array().unwrap().iter().find(|one| one["member"] == member).cloned();
        let schedule = change("schedule").unwrap();
        assert_eq!((&schedule["before"], &schedule["after"]), (&json!("Slow"), &json!("Quick")));
        let included = change("included_attributes").unwrap();
        assert_eq!(included["before"], json!(["abc-abc"]));
        assert!(included["after"].as_array().unwrap().contains(&json!("TAG-blue")), "{included}");
        assert_eq!(delete(&org, &format!("schedules/{}/", org.id("schedules"))).await.status, 204);
        let changes = org.admin.get(&path).await.json["results"][0]["changes"].clone();
        assert!(changes.to_string().contains("\"Slow\""), "what is gone keeps its name: {changes}");
        let auditor = org.server.operator("auditor", &["audit.view_record"]).await;
        let changes = auditor.get(&path).await.json["results"][0]["changes"].to_string();
        assert!(!changes.contains("Slow") && changes.contains('#'), "{changes}");
    }
}
