//! What is special to some entities.

use migasfree_server_db::args;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::on_both_engines;

async fn get(org: &Organisation, path: &str) -> Value {
    let answer = org.admin.get(&format!("{TOKEN}{path}")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json
}

async fn of_computer(org: &Organisation, path: &str) -> Value {
    get(org, &format!("computers/{}/{path}", org.id("computers"))).await
}

on_both_engines! {
    async fn software_is_what_the_last_list_has_and_history_the_differences(org: Organisation) {
        let installed = of_computer(&org, "software/inventory/").await;
        assert_eq!(installed.as_array().unwrap().len(), 1);
        assert_eq!(installed[0]["name"], "newer_2.0_amd64.deb");
        let answer = org.admin.get(&format!("{TOKEN}computers/{}/software/history/", org.id("computers"))).await;
        let old = org.id("packages");
        assert_eq!(answer.json["2023-11-17T22:13:20"], json!([{"id": old, "name": "hello_1.0_amd64.deb", "mode": "-"}]));
        assert_eq!(answer.json["2023-11-16T22:13:20"][0]["mode"], "+");
        let position = |key: &str| answer.text.find(key).unwrap();
        assert!(position("2023-11-17") < position("2023-11-16") && position("2023-11-16") < position("2023-11-15"));

        let history = get(&org, &format!("packages-history/?computer__id={}", org.id("computers"))).await;
        let rows: Vec<(&str, bool)> = history["results"].as_array().unwrap().iter()
            .map(|row| (row["package"]["fullname"].as_str().unwrap(), row["uninstall_date"].is_null())).collect();
        assert_eq!(rows, [("hello_1.0_amd64.deb", false), ("newer_2.0_amd64.deb", true)]);
        assert_eq!(get(&org, "packages-history/?uninstall_date__isnull=true").await["count"], 1);
    }

    async fn the_history_of_packages_knows_its_length(org: Organisation) {
        let computer = org.id("computers");
        for (query, expected) in [
            (String::new(), 2), (format!("computer__id={computer}"), 2), ("computer__name__icontains=ON".to_owned(), 2),
            ("computer__name__icontains=none".to_owned(), 0), ("package__fullname__icontains=newer".to_owned(), 1),
            (format!("computer__id={computer}&search=hello"), 1), ("ordering=-install_date".to_owned(), 2),
            ("page=2&page_size=1".to_owned(), 2), ("page=last&page_size=1".to_owned(), 2),
        ] {
            let page = get(&org, &format!("packages-history/?{query}")).await;
            assert_eq!(page["count"], expected, "{query}");
            let rows = if query.starts_with("page=") { 1 } else { expected };
            assert_eq!(page["results"].as_array().unwrap().len(), rows, "{query}");
        }
        let kept = async || {
            let sql = "SELECT CAST(SUM(came_count) AS bigint), (SELECT COUNT(*) FROM client_packagehistory) \
                       FROM client_softwaresnapshot";
            let (kept, rows): (i64, i64) = org.server.state().db.one(sql, args![]).await.unwrap();
            assert_eq!(kept, rows);
            rows
        };
        let history = format!("{TOKEN}computers/{computer}/software/history/");
        assert_eq!(org.admin.delete(&format!("{history}?key=2023-11-15T22:13:20")).await.status, 200);
        assert_eq!(kept().await, 2);
        // What computers report does not depend on stores.
        assert_eq!(org.admin.delete(&format!("{TOKEN}stores/{}/?detach=true", org.id("stores"))).await.status, 204);
        assert_eq!(kept().await, 2);
    }

    async fn a_superuser_forgets_software(org: Organisation) {
        let base = format!("{TOKEN}computers/{}/software", org.id("computers"));
        let left = org.admin.delete(&format!("{base}/history/?key=2023-11-16T22:13:20")).await;
        assert_eq!(left.status, 200, "{}", left.text);
        assert!(left.json.get("2023-11-16T22:13:20").is_none() && left.json.get("2023-11-15T22:13:20").is_some());
        assert_eq!(org.admin.delete(&format!("{base}/inventory/")).await.json, json!([]));
        assert_eq!(org.admin.delete(&format!("{base}/history/")).await.json, json!({}));
        assert_eq!(org.admin.delete(&format!("{base}/history/?key=x")).await.status, 400);
    }

    async fn a_computer_tells_of_itself(org: Organisation) {
        let id = org.id("computers");
        assert_eq!(of_computer(&org, "label/").await, json!({"uuid": "AAAA-1", "name": "one", "search": format!("CID-{id}"), "helpdesk": ""}));
        assert_eq!(of_computer(&org, "errors/").await, json!({"unchecked": 1, "total": 1}));
        assert_eq!(of_computer(&org, "faults/").await, json!({"unchecked": 1, "total": 1}));
        let sync = of_computer(&org, "sync/").await;
        assert_eq!(sync["sync_user"]["fullname"], "Ana García");
        assert_eq!(sync["sync_attributes"].as_array().unwrap().len(), 3);
        let mut told = sync["sync_attributes"].as_array().unwrap().iter();
        assert!(told.any(|one| one["property_att"]["name"] == "Letters"), "{sync}");
        let situation = of_computer(&org, "situation/").await;
        assert_eq!((&situation["platform"]["name"], &situation["project"]["slug"], &situation["status"]), (&json!("Linux"), &json!("desk-10"), &json!("assigned")));
        let before = org.admin.get(&format!("{TOKEN}computers/{id}/situation/?date=2001-01-01")).await;
        assert_eq!((before.status, before.code()), (400, "date"));
        let nodes = of_computer(&org, "hardware/").await;
        assert_eq!((nodes.as_array().unwrap().len(), &nodes[1]["parent"], nodes[0].get("computer")), (2, &nodes[0]["id"], None));
        let node = get(&org, &format!("hardware/{}/info/", org.id("hardware"))).await;
        assert_eq!(node["configuration"], json!([{"name": "chassis", "value": "notebook"}]));
        let detail = of_computer(&org, "").await;
        assert_eq!(detail["software_inventory"], format!("{}{TOKEN}computers/{id}/software/inventory/", org.server.url()));
        assert_eq!((&detail["architecture"], &detail["has_software_inventory"]), (&json!("64"), &json!(true)));
        let devices = json!({"default_logical_device": null, "assigned_logical_devices_to_cid": [], "inflicted_logical_devices": []});
        assert_eq!(of_computer(&org, "devices/").await, devices);
        let badge = of_computer(&org, "badge/").await;
        assert_eq!((&badge["status"], &badge["text"]), (&json!("assigned"), &json!(format!("CID-{id}"))));
    }

    async fn states_have_groups(org: Organisation) {
        let states = get(&org, "computers/status/").await;
        assert_eq!(states["choices"]["in repair"], "In repair");
        assert_eq!(states["productive"], json!(["assigned", "reserved", "unknown"]));
        assert_eq!(states["active"], json!(["assigned", "reserved", "unknown", "in repair"]));
        assert_eq!(states["unsubscribed"], json!(["unsubscribed"]));
    }

    async fn live_messages_tell_who_is_at_it_and_who_stopped(org: Organisation) {
        let names = |page: Value| page.as_array().unwrap().iter().map(|row| row["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(get(&org, "computers/synchronizing/").await), [json!("one")]);
        assert_eq!(names(get(&org, "computers/delayed/").await), Vec::<Value>::new());
        org.server.clock.advance(std::time::Duration::from_secs(3600));
        assert_eq!(names(get(&org, "computers/delayed/").await), [json!("one")]);
        let message = &get(&org, "messages/?page=7").await["results"][0];
        assert_eq!((&message["id"], &message["project"]["name"], &message["user"]["name"]), (&json!(org.id("computers")), &json!("Desk 1.0"), &json!("ana")));
        assert!(!message["created_at"].as_str().unwrap().contains(['Z', '+']));
        let file = org.admin.get(&format!("{TOKEN}messages/export/")).await.text;
        let head = "created_at,computer__id,computer____str__,computer__status,computer__summary,project__id,project__name,user__id,user__name,message";
        assert_eq!(file.lines().next(), Some(head));
        assert!(file.contains(&format!(",CID-{},assigned,\"assigned, Desk 1.0,", org.id("computers"))), "{file}");
        assert_eq!(org.admin.delete(&format!("{TOKEN}messages/{}/", org.id("computers"))).await.status, 204);
        assert_eq!(get(&org, "messages/").await["count"], 0);
    }

    async fn every_deployment_has_its_reason(org: Organisation) {
        let project = org.id("projects");
        for body in [
            json!({"name": "Excluding", "included_attributes": [1], "excluded_attributes": [org.id("features")]}),
            json!({"name": "Nobody", "included_attributes": []}),
            json!({"name": "Off", "included_attributes": [1], "enabled": false}),
            json!({"name": "Tomorrow", "included_attributes": [1], "start_date": "2999-01-01"}),
            json!({"name": "Scheduled", "schedule": org.id("schedules"), "start_date": "2999-01-07"}),
        ] {
            let mut body = body;
            body["project"] = json!(project);
            let made = org.admin.post(&format!("{TOKEN}deployments/"), body).await;
            assert_eq!(made.status, 201, "{}", made.text);
        }
        let reasons = of_computer(&org, "deployments/").await;
        let told: Vec<(&str, &str, bool)> = reasons.as_array().unwrap().iter()
            .map(|one| (one["name"].as_str().unwrap(), one["reason"].as_str().unwrap(), one["applies"].as_bool().unwrap()))
            .collect();
        assert_eq!(told, [
            ("Base", "included", true),
            ("Excluding", "excluded", false),
            ("Nobody", "not_included", false),
            ("Off", "disabled", false),
            ("Scheduled", "not_yet", false),
            ("Tomorrow", "not_yet", false),
            ("Upstream", "included", true),
        ]);
        assert_eq!(reasons[0]["attribute"]["value"], "abc");
        assert_eq!((&reasons[5]["opens"], &reasons[5]["attribute"]["value"]), (&json!("2999-01-01"), &json!("All Systems")));
        let simulation = of_computer(&org, "sync/simulation/").await;
        let names: Vec<&str> = simulation["deployments"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Base", "Upstream"]);
        let due: Vec<&str> = simulation["packages"]["install"].as_array().unwrap().iter().map(|one| one["package"].as_str().unwrap()).collect();
        assert_eq!(due, ["hello", "vim"]);
        assert_eq!(simulation["policies"]["install"][0], json!({"package": "vim", "name": "Editors", "id": org.id("catalog/policies")}));
        let faults: Vec<&str> = simulation["fault_definitions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(faults, ["Low Available Space On Home Partition", "Low Available Space On System Partition", "Too warm"]);
        assert_eq!(simulation["capture_hardware"], true);
    }

    async fn a_preview_counts_who_would_be_reached(org: Organisation) {
        let path = format!("{TOKEN}deployments/preview/");
        let preview = async |body: Value| {
            let answer = org.admin.post(&path, body).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json
        };
        let project = org.id("projects");
        let all = preview(json!({"project": project, "included_attributes": [1], "start_date": "2026-06-01"})).await;
        assert_eq!(all, json!({"computers_now": 2, "computers_total": 2, "computers_included": 2, "by_day": [{"date": "2026-06-01", "computers": 2}]}));
        let some = preview(json!({"project": project, "included_attributes": [1], "excluded_attributes": [org.id("features")], "start_date": "2999-01-01"})).await;
        assert_eq!((&some["computers_now"], &some["computers_total"]), (&json!(0), &json!(1)));
        let north = preview(json!({"project": project, "domain": org.id("domains"), "included_attributes": [1]})).await;
        assert_eq!(north["computers_total"], 1);
        let scheduled = preview(json!({"project": project, "schedule": 1, "start_date": "2026-06-01"})).await;
        assert_eq!((&scheduled["computers_included"], &scheduled["computers_total"]), (&json!(0), &json!(2)), "the seed schedule is for all systems");
        assert_eq!(preview(json!({"project": project})).await["computers_total"], 0);
        assert_eq!(org.admin.post(&path, json!({})).await.status, 400);
    }

    async fn a_replacement_swaps_what_is_aimed_at_two_computers(org: Organisation) {
        let one = org.id("computers");
        let two = get(&org, "computers/?name=two").await["results"][0]["id"].as_i64().unwrap();
        let mut own = Vec::new();
        for computer in [one, two] {
            let sql = "INSERT INTO core_attribute (property_att_id, value) VALUES (2, $1) RETURNING id";
            let (id,): (i64,) = org.server.state().db.one(sql, args![computer.to_string()]).await.unwrap();
            own.push(id);
        }
        let aimed = json!({"included_attributes": [own[0]]});
        org.admin.patch(&format!("{TOKEN}deployments/{}/", org.id("deployments")), aimed.clone()).await;
        org.admin.patch(&format!("{TOKEN}catalog/policies/{}/", org.id("catalog/policies")), aimed).await;
        org.admin.post(&format!("{TOKEN}computers/{two}/status/"), json!({"status": "reserved"})).await;
        let done = org.admin.post(&format!("{TOKEN}computers/{one}/replacement/"), json!({"target": two})).await;
        assert_eq!((done.status, done.text.as_str()), (200, ""));
        for route in ["deployments", "catalog/policies"] {
            let included = get(&org, &format!("{route}/{}/", org.id(route))).await["included_attributes"].clone();
            assert_eq!(included[0]["id"], own[1], "{route}");
        }
        let state = async |id: i64| {
            let row = get(&org, &format!("computers/{id}/")).await;
            (row["status"].clone(), row["tags"].as_array().unwrap().len())
        };
        assert_eq!(state(one).await, (json!("reserved"), 0));
        assert_eq!(state(two).await, (json!("assigned"), 1));
        let path = format!("{TOKEN}computers/{one}/replacement/");
        assert_eq!(org.admin.post(&path, json!({"target": one})).await.status, 400);
        assert_eq!(org.admin.post(&path, json!({"target": 999_999})).await.status, 400);
    }

    async fn a_tag_is_given_to_exactly_the_computers_named(org: Organisation) {
        let path = format!("tags/{}/computers/", org.id("tags"));
        let before = get(&org, &path).await;
        assert_eq!((before["computers"].as_array().unwrap().len(), before["inflicted"].as_array().unwrap().len()), (1, 0));
        let two = get(&org, "computers/?name=two").await["results"][0]["id"].clone();
        let changed = org.admin.patch(&format!("{TOKEN}{path}"), json!({"computers": [two]})).await;
        assert_eq!((changed.status, changed.text.as_str()), (204, ""));
        let after = get(&org, &path).await;
        assert_eq!((&after["computers"][0]["id"], &after["inflicted"][0]["id"]), (&two, &json!(org.id("computers"))));
        assert_eq!(org.admin.patch(&format!("{TOKEN}{path}"), json!({"computers": [999_999]})).await.status, 400);
        let tag = get(&org, &format!("tags/{}/", org.id("tags"))).await;
        assert_eq!(tag["total_computers"], 1, "those of the last synchronization");
    }

    async fn a_deployment_is_copied_with_all_it_offers(org: Organisation) {
        let other = json!({"name": "Other", "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        let other = org.admin.post(&format!("{TOKEN}projects/"), other).await.json["id"].clone();
        let path = format!("{TOKEN}deployments/internal-sources/{}/copy/", org.id("deployments"));
        let copied = org.admin.post(&path, json!({"project": other})).await;
        assert_eq!(copied.status, 200, "{}", copied.text);
        assert_eq!((&copied.json["created"], &copied.json["copied_packages"], &copied.json["copied_package_sets"]), (&json!(true), &json!(1), &json!(1)));
        let copy = get(&org, &format!("deployments/{}/", copied.json["deployment_id"])).await;
        assert_eq!((&copy["project"]["id"], &copy["name"], &copy["packages_to_install"]), (&other, &json!("Base"), &json!(["hello", "vim"])));
        let package = get(&org, &format!("packages/{}/", copy["available_packages"][0]["id"])).await;
        assert_eq!((&package["project"]["id"], &package["url"]), (&other, &json!("/public/other/stores/org/hello_1.0_amd64.deb")));
        let file = org.server.anonymous().get("/public/other/stores/org/hello_1.0_amd64.deb").await;
        assert_eq!(file.status, 200);
        let set = get(&org, &format!("package-sets/{}/", copy["available_package_sets"][0]["id"])).await;
        assert_eq!(set["packages"][0]["id"], package["id"]);
        let again = org.admin.post(&path, json!({"project": other})).await.json;
        assert_eq!(again, json!({"created": false, "skipped_name": "Base", "copied_packages": 0, "copied_package_sets": 0}));
        let sets = format!("{TOKEN}package-sets/{}/copy/", org.id("package-sets"));
        for (path, unknown) in [(&path, 404), (&sets, 400)] {
            for (body, status) in [(json!({}), 400), (json!({"project": org.id("projects")}), 400), (json!({"project": 999_999}), unknown)] {
                assert_eq!(org.admin.post(path, body).await.status, status, "{path}");
            }
        }
        let skipped = org.admin.post(&sets, json!({"project": other})).await.json;
        assert_eq!(skipped, json!({"created": false, "skipped_name": "Hellos", "copied_packages": 0}));
    }

    async fn a_copy_obeys_the_identity_of_packages_in_the_other_project(org: Organisation) {
        let project = async |name: &str| {
            let body = json!({"name": name, "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
            org.admin.post(&format!("{TOKEN}projects/"), body).await.json["id"].as_i64().unwrap()
        };
        let known = async |to: i64, file: &str, version: &str| {
            let sql = "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
                       VALUES ($1, 'hello', $2, 'amd64', $3) RETURNING id";
            org.server.state().db.one::<(i64,)>(sql, args![file, version, to]).await.unwrap().0
        };
        let copy = async |to: i64| {
            let path = format!("{TOKEN}deployments/internal-sources/{}/copy/", org.id("deployments"));
            let copied = org.admin.post(&path, json!({"project": to})).await;
            assert_eq!(copied.status, 200, "{}", copied.text);
            let deployment = get(&org, &format!("deployments/{}/", copied.json["deployment_id"])).await;
            let offered = deployment["available_packages"].as_array().unwrap().clone();
            assert_eq!(offered.len(), 1, "{deployment}");
            get(&org, &format!("packages/{}/", offered[0]["id"])).await
        };
        // Computers reported the same package under another name: it gets the file.
        let to = project("Reported").await;
        let same = known(to, "hello_1.0_amd64", "1.0").await;
        let copied = copy(to).await;
        assert_eq!((&copied["id"], &copied["fullname"]), (&json!(same), &json!("hello_1.0_amd64.deb")));
        // Another version under the name of the file gives it away.
        let to = project("Namesake").await;
        let other = known(to, "hello_1.0_amd64.deb", "3:1.0").await;
        let copied = copy(to).await;
        assert_ne!(copied["id"], json!(other));
        assert_eq!((&copied["version"], &copied["fullname"]), (&json!("1.0"), &json!("hello_1.0_amd64.deb")));
        let other = get(&org, &format!("packages/{other}/")).await;
        assert_eq!((&other["version"], &other["store"]["id"]), (&json!("3:1.0"), &json!(0)));
        // Neither a package, nor its set, deployment or store moves on its own.
        for (route, id) in [("stores", org.id("stores")), ("package-sets", org.id("package-sets")), ("deployments", org.id("deployments"))] {
            let moved = org.admin.patch(&format!("{TOKEN}{route}/{id}/"), json!({"project": to})).await;
            assert_eq!(moved.status, 400, "{route}: {}", moved.text);
        }
    }

    async fn a_copy_names_packages_as_the_other_package_system_does(org: Organisation) {
        let project = async |name: &str, pms: &str, architecture: &str| {
            let body = json!({"name": name, "pms": pms, "architecture": architecture, "platform": org.id("platforms")});
            org.admin.post(&format!("{TOKEN}projects/"), body).await.json["id"].clone()
        };
        let (fedora, debian) = (project("Fedora", "dnf", "x86_64").await, project("Other", "apt", "amd64").await);
        let body = json!({"name": "Desk", "project": fedora, "packages_to_install": ["NetworkManager", "@core"], "packages_to_remove": ["Vim"]});
        let made = org.admin.post(&format!("{TOKEN}deployments/internal-sources/"), body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let path = format!("{TOKEN}deployments/internal-sources/{}/", made.json["id"]);
        let copy = async || org.admin.post(&format!("{path}copy/"), json!({"project": debian})).await;
        let refused = copy().await;
        assert_eq!((refused.status, &refused.json["code"]), (400, &json!("package_names")), "{}", refused.text);
        assert!(refused.text.contains("@core") && refused.text.contains("packages_to_install"), "{}", refused.text);
        let changed = org.admin.patch(&path, json!({"packages_to_install": ["NetworkManager"]})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let copied = copy().await;
        assert_eq!(copied.status, 200, "{}", copied.text);
        let copy = get(&org, &format!("deployments/{}/", copied.json["deployment_id"])).await;
        assert_eq!((&copy["packages_to_install"], &copy["packages_to_remove"]), (&json!(["networkmanager"]), &json!(["vim"])));
    }

    async fn what_is_searched_in_the_history_of_packages_is_found_by_either_name_and_has_an_end(org: Organisation) {
        let db = &org.server.state().db;
        let computer = org.id("computers");
        let found = async |query: &str| get(&org, &format!("packages-history/?{query}")).await["count"].as_i64().unwrap();
        let (name,): (String,) = db.one("SELECT name FROM client_computer WHERE id = $1", args![computer]).await.unwrap();
        let both = format!("{name},hello");
        for (searched, count) in [("hello", 1), ("NEWER", 1), (name.as_str(), 2), (both.as_str(), 1), ("hello newer", 0), ("nothing", 0), (",", 2)] {
            assert_eq!(found(&format!("search={searched}")).await, count, "{searched}");
        }
        // A word in both names: all of that computer, and the package on the others.
        db.execute("UPDATE client_computer SET name = 'says-hello' WHERE id = $1", args![computer]).await.unwrap();
        let (other,): (i64,) = db
            .one("INSERT INTO client_computer (name, project_id, status, created_at, updated_at) SELECT 'other', project_id, status, created_at, updated_at \
                  FROM client_computer WHERE id = $1 RETURNING id", args![computer]).await.unwrap();
        let listed = "INSERT INTO client_softwaresnapshot (computer_id, inventory_id, installed_at, came_count) \
                      SELECT $1, min(inventory_id), min(installed_at), 1 FROM client_softwaresnapshot";
        db.execute(listed, args![other]).await.unwrap();
        assert_eq!((found("search=hello").await, found("search=newer").await, found("search=other").await), (3, 1, 1));

        for sql in [
            "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10050) \
             SELECT 'many' || i, 'many' || i, '1', 'all', (SELECT min(id) FROM core_project) FROM n",
            "INSERT INTO software_inventory_package (inventory_id, package_id) \
             SELECT (SELECT min(inventory_id) FROM client_softwaresnapshot), id FROM core_package WHERE fullname LIKE 'many%'",
        ] {
            db.execute(sql, args![]).await.unwrap();
        }
        assert_eq!(found("search=many").await, 10_000);
        let page = async |query: &str| org.admin.get(&format!("{TOKEN}packages-history/?search=many&page_size=3000&{query}")).await;
        let last = page("page=last").await;
        assert_eq!((last.json["results"].as_array().unwrap().len(), &last.json["next"]), (1_000, &json!(null)));
        assert_eq!((page("page=4").await.json["results"].as_array().unwrap().len(), page("page=5").await.status), (1_000, 404));
        assert_eq!(found("search=many10050").await, 2);
    }

    async fn a_publication_is_asked_for_and_followed(org: Organisation) {
        let id = org.id("deployments");
        let asked = org.admin.post(&format!("{TOKEN}deployments/internal-sources/{id}/metadata/"), json!({})).await;
        assert_eq!((asked.status, &asked.json["detail"]), (200, &json!("Operation received")));
        let state = get(&org, &format!("deployments/{id}/publication/")).await;
        assert!(["queued", "running", "published"].contains(&state["state"].as_str().unwrap()), "{state}");
        let recorded = get(&org, &format!("audit/?entity=core.deployment&action=publish&object_id={id}")).await;
        assert_eq!(recorded["count"], 1, "the history of a deployment tells of it");
        let states = get(&org, &format!("deployments/publications/?id__in={id},999999")).await;
        assert_eq!(states.as_object().unwrap().keys().collect::<Vec<_>>(), [&id.to_string()], "{states}");
        assert_ne!(states[id.to_string()]["state"], "none");
        assert_eq!(get(&org, "deployments/publications/").await, json!({}));
        let wrong = org.admin.get(&format!("{TOKEN}deployments/publications/?id__in=x")).await;
        assert_eq!((wrong.status, wrong.json["id__in"].is_array()), (400, true));
        let ana = org.server.operator("ana", &["core.view_platform"]).await;
        assert_eq!(ana.get(&format!("{TOKEN}deployments/publications/?id__in={id}")).await.status, 403);
        get(&org, "deployments/internal-sources/generating/").await;
        let other = json!({"name": "Fedora", "pms": "dnf", "architecture": "x86_64", "platform": org.id("platforms")});
        let other = org.admin.post(&format!("{TOKEN}projects/"), other).await.json["id"].clone();
        let foreign = json!({"name": "X", "project": other});
        let foreign = org.admin.post(&format!("{TOKEN}deployments/"), foreign).await.json["id"].clone();
        let refused = org.admin.post(&format!("{TOKEN}deployments/internal-sources/{foreign}/metadata/"), json!({})).await;
        assert_eq!((refused.status, refused.code()), (400, "unsupported_pms"));
    }

    async fn packages_say_what_they_are_and_which_are_orphans(org: Organisation) {
        let path = format!("packages/{}/info/", org.id("packages"));
        let info = get(&org, &path).await;
        assert!(info["data"].as_str().unwrap().contains("hello"));
        let at_once = futures_util::future::join_all((0..4).map(|_| get(&org, &path))).await;
        assert!(at_once.iter().all(|again| *again == info), "one after the other");
        let reported = get(&org, "packages/?store__isnull=true").await["results"][0]["id"].clone();
        let refused = org.admin.get(&format!("{TOKEN}packages/{reported}/info/")).await;
        assert_eq!((refused.status, refused.code()), (400, "no_information"));
        let orphan = org.upload("lonely", "1").await.json["id"].clone();
        let orphans = get(&org, "packages/orphan/").await;
        assert_eq!((orphans.as_array().unwrap().len(), &orphans[0]["id"]), (1, &orphan));
    }

    async fn orphans_come_in_pages_and_in_order(org: Organisation) {
        for name in ["zebra", "ant", "bear"] {
            assert_eq!(org.upload(name, "1").await.status, 201);
        }
        let pages = async |query: &str| {
            let answer = org.admin.get(&format!("{TOKEN}packages/orphan/{query}")).await;
            assert_eq!(answer.status, 200, "{query}: {}", answer.text);
            let names = answer.json.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned());
            (names.collect::<Vec<_>>(), answer.header("link").to_owned())
        };
        assert_eq!(pages("").await, (vec!["ant".to_owned(), "bear".to_owned(), "zebra".to_owned()], String::new()));
        let (first, link) = pages("?page_size=2").await;
        assert_eq!(first, ["ant", "bear"]);
        assert!(link.ends_with("/packages/orphan/?page=2&page_size=2>; rel=\"next\""), "{link}");
        assert_eq!(pages("?page_size=2&page=2").await, (vec!["zebra".to_owned()], String::new()));
        assert_eq!(pages("?page_size=2&page=3").await, (Vec::new(), String::new()));
        for page in ["0", "x", "last"] {
            assert_eq!(org.admin.get(&format!("{TOKEN}packages/orphan/?page={page}")).await.status, 404, "{page}");
        }
    }

    async fn applications_are_offered_to_those_they_are_for(org: Organisation) {
        let offered = get(&org, &format!("catalog/apps/available/?cid={}", org.id("computers"))).await;
        assert_eq!((&offered["count"], &offered["results"][0]["name"]), (&json!(1), &json!("Vim")));
        assert_eq!(offered["results"][0]["level"], json!({"id": "U", "name": "User"}));
        assert_eq!(offered["results"][0]["packages_by_project"][0]["packages_to_install"], json!(["vim", "vim-doc"]));
        let two = get(&org, "computers/?name=two").await["results"][0]["id"].clone();
        assert_eq!(get(&org, &format!("catalog/apps/available/?cid={two}")).await["count"], 0);
        let cid = org.id("computers");
        for (query, count) in [("q=vi", 1), ("q=emacs", 0), ("level=A", 0), ("category=999", 0)] {
            assert_eq!(get(&org, &format!("catalog/apps/available/?cid={cid}&{query}")).await["count"], count, "{query}");
        }
        assert_eq!(org.admin.get(&format!("{TOKEN}catalog/apps/available/?cid=999999")).await.status, 404);
        assert_eq!(get(&org, "catalog/apps/levels/").await, json!({"U": "User", "A": "Admin"}));
        assert_eq!(get(&org, "properties/kind/").await["J"], "JSON");
        assert_eq!(get(&org, "faults/user/").await["choices"]["only_me"], "Assigned to me");
        let admins = get(&org, "user-profiles/domain-admins/").await;
        assert_eq!(admins, json!([]));
    }
}
