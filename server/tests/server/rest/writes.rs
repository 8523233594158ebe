//! Writing: what is refused, what follows, what is answered.

use migasfree_server_db::args;
use serde_json::{Value, json};

use super::Organisation;
use super::organisation::TOKEN;
use crate::harness::Answer;
use crate::on_both_engines;

async fn post(org: &Organisation, route: &str, body: Value) -> Answer {
    org.admin.post(&format!("{TOKEN}{route}/"), body).await
}

async fn patch(org: &Organisation, route: &str, id: i64, body: Value) -> Answer {
    org.admin
        .patch(&format!("{TOKEN}{route}/{id}/"), body)
        .await
}

async fn get(org: &Organisation, route: &str, id: i64) -> Value {
    org.admin.get(&format!("{TOKEN}{route}/{id}/")).await.json
}

async fn count(org: &Organisation, sql: &'static str) -> i64 {
    let (count,): (i64,) = org.server.state().db.one(sql, args![]).await.unwrap();
    count
}

on_both_engines! {
    async fn refused_values_stand_under_their_fields_and_nothing_is_written(org: Organisation) {
        let before = count(&org, "SELECT count(*) FROM core_project").await;
        let refused = post(&org, "projects", json!({"pms": "rpm", "architecture": "x".repeat(21), "platform": 999})).await;
        assert_eq!(refused.status, 400);
        let fields: Vec<&str> = refused.json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["architecture", "name", "pms"]);
        let unknown = json!({"name": "x", "pms": "apt", "architecture": "amd64", "platform": 999});
        assert_eq!(post(&org, "projects", unknown).await.json, json!({"platform": ["There is nothing with the id 999."]}));
        let broken = org.admin.request(reqwest::Method::POST, &format!("{TOKEN}projects/"))
            .header("content-type", "application/json").body("{\"name\": ");
        let broken = Answer::of(broken).await;
        assert_eq!((broken.status, broken.code()), (400, "parse_error"));
        let xml = org.admin.request(reqwest::Method::POST, &format!("{TOKEN}projects/"))
            .header("content-type", "application/xml").body("<project/>");
        assert_eq!(Answer::of(xml).await.status, 415);
        assert_eq!(count(&org, "SELECT count(*) FROM core_project").await, before);
    }

    async fn a_name_is_one_line_whatever_it_is_the_name_of(org: Organisation) {
        let project = org.id("projects");
        for (route, mut body) in [
            ("projects", json!({"pms": "apt", "architecture": "amd64", "platform": org.id("platforms")})),
            ("platforms", json!({})), ("stores", json!({"project": project})), ("attribute-sets", json!({})),
            ("deployments", json!({"project": project})), ("schedules", json!({})), ("domains", json!({"domain_admins": []})),
            ("catalog/categories", json!({})), ("catalog/policies", json!({})), ("accounts/groups", json!({"permissions": []})),
            ("fault-definitions", json!({"code": "true"})),
        ] {
            for name in [
                "two\nlines", "tab\tin it", "escape \u{1b}[31m", "bell\u{7}", "zero\u{200b}width", "soft\u{ad}hyphen",
                "turned \u{202e}round", "apart\u{2028}lines",
            ] {
                body["name"] = json!(name);
                let refused = post(&org, route, body.clone()).await;
                let reason = refused.json["name"][0].as_str().unwrap_or_default();
                assert!(refused.status == 400 && reason.contains("one line"), "{route} {name:?}: {}", refused.text);
            }
        }
        let set = json!({"name": "Two lines below\n", "description": "one\ntwo\tthree"});
        let made = post(&org, "attribute-sets", set).await;
        assert_eq!((made.status, &made.json["name"]), (201, &json!("Two lines below")), "{}", made.text);
        assert_eq!(made.json["description"], "one\ntwo\tthree", "a description has lines");
    }

    async fn nothing_unseen_tells_names_of_projects_platforms_and_stores_apart(org: Organisation) {
        let project = org.id("projects");
        for (route, mut body) in [
            ("projects", json!({"pms": "apt", "architecture": "amd64", "platform": org.id("platforms")})),
            ("platforms", json!({})), ("stores", json!({"project": project})),
        ] {
            for name in ["joi\u{200d}ned", "fill\u{3164}ed", "cho\u{fe0f}sen"] {
                body["name"] = json!(name);
                let refused = post(&org, route, body.clone()).await;
                let reason = refused.json["name"][0].as_str().unwrap_or_default();
                assert!(refused.status == 400 && reason.contains("not seen"), "{route} {name:?}: {}", refused.text);
                let refused = patch(&org, route, org.id(route), json!({"name": name})).await;
                assert_eq!(refused.status, 400, "{route} {name:?}: {}", refused.text);
            }
        }
    }

    async fn what_no_database_can_hold_is_refused_by_the_name_of_its_field(org: Organisation) {
        for (route, body, field) in [
            ("platforms", json!({"name": "a\0b"}), "name"),
            ("attribute-sets", json!({"name": "ab", "description": "a\0b"}), "description"),
            ("fault-definitions", json!({"name": "ab", "code": "echo a\0b"}), "code"),
            ("deployments", json!({"name": "ab", "project": org.id("projects"), "packages_to_install": ["a", "b\0"]}), "packages_to_install"),
        ] {
            let refused = post(&org, route, body).await;
            let reason = refused.json[field][0].as_str().unwrap_or_default();
            assert!(refused.status == 400 && reason.contains("U+0000"), "{route}: {} {}", refused.status, refused.text);
        }
        let form = [("name", "a\0b")];
        let request = org.admin.request(reqwest::Method::POST, &format!("{TOKEN}platforms/")).form(&form);
        assert_eq!(Answer::of(request).await.status, 400);
        let given = json!({"username": "ad\0min", "password": "x"});
        let refused = org.server.anonymous().post("/rest-auth/login/", given).await;
        assert_eq!((refused.status, refused.json["username"][0].is_string()), (400, true), "{}", refused.text);
    }

    async fn forms_and_json_mean_the_same(org: Organisation) {
        let form = [("name", "From a form"), ("enabled", "false"), ("included_attributes", "1"), ("included_attributes", "999999")];
        let request = org.admin.request(reqwest::Method::POST, &format!("{TOKEN}attribute-sets/")).form(&form);
        let made = Answer::of(request).await;
        assert_eq!(made.status, 400, "there is no such attribute: {}", made.text);
        let form = [("name", "From a form"), ("enabled", "false"), ("included_attributes", "1")];
        let request = org.admin.request(reqwest::Method::POST, &format!("{TOKEN}attribute-sets/")).form(&form);
        let made = Answer::of(request).await;
        assert_eq!((made.status, &made.json["enabled"], &made.json["included_attributes"][0]["id"]), (201, &json!(false), &json!(1)), "{}", made.text);
    }

    async fn a_place_is_on_the_earth(org: Organisation) {
        for (route, id) in [("attribute-sets", org.id("attribute-sets")), ("tags", org.id("tags")), ("features", org.id("attributes"))] {
            for (field, value) in [("latitude", 91.0), ("latitude", -90.5), ("longitude", 181.0), ("longitude", -1e300)] {
                let refused = patch(&org, route, id, json!({field: value})).await;
                assert_eq!(refused.status, 400, "{route} {field} {value}");
                assert!(refused.json[field][0].as_str().unwrap().contains("between"), "{}", refused.text);
            }
            let taken = patch(&org, route, id, json!({"latitude": -90, "longitude": 180.0})).await;
            assert_eq!(taken.status, 200, "{route}: {}", taken.text);
        }
    }

    async fn a_place_is_whole_or_none(org: Organisation) {
        let stamp = get(&org, "tags", org.id("tags")).await["property_att"]["id"].clone();
        let half = json!({"property_att": stamp, "value": "nowhere", "latitude": 1.5});
        assert!(post(&org, "tags", half).await.json["longitude"][0].is_string());
        let half = json!({"name": "nowhere", "longitude": 1.5});
        assert!(post(&org, "attribute-sets", half).await.json["latitude"][0].is_string());
        for (route, id) in [("attribute-sets", org.id("attribute-sets")), ("tags", org.id("tags")), ("features", org.id("attributes"))] {
            for (place, status) in [
                (json!({"latitude": null, "longitude": null}), 200),
                (json!({"latitude": 1.5}), 400),
                (json!({"latitude": 1.5, "longitude": 2.5}), 200),
                (json!({"latitude": 3.5}), 200),
                (json!({"longitude": null}), 400),
            ] {
                let answer = patch(&org, route, id, place.clone()).await;
                assert_eq!(answer.status, status, "{route} {place}: {}", answer.text);
                assert_eq!(answer.json["longitude"][0].is_string(), status == 400, "{}", answer.text);
            }
        }
    }

    async fn what_must_be_unique_is(org: Organisation) {
        let same = post(&org, "platforms", json!({"name": "Linux"})).await;
        assert_eq!(same.status, 400);
        assert!(same.json["name"][0].is_string(), "{}", same.text);
        let store = json!({"name": "Org", "project": org.id("projects")});
        assert!(post(&org, "stores", store).await.json["non_field_errors"][0].is_string());
        let scope = json!({"name": "free", "user": 1});
        assert_eq!(post(&org, "scopes", scope.clone()).await.status, 201);
        assert_eq!(post(&org, "scopes", scope).await.status, 400, "also without a domain");
        let name = json!({"name": "Desk 1.0", "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        assert!(post(&org, "projects", name).await.json["name"][0].is_string());
    }

    async fn a_project_has_a_name_that_nobody_takes_for_a_path_or_for_another_one(org: Organisation) {
        let body = |name: &str| json!({"name": name, "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        for (name, reason) in [
            ("../etc/x y", "slashes"), ("a/b", "slashes"), ("a\\b", "slashes"), ("..", "dot"), (".hidden", "dot"), ("a\u{7}b", "one line"),
            ("DESK 1.0", "There is Desk 1.0 already"), ("Desk  1.0", "There is Desk 1.0 already"),
        ] {
            let refused = post(&org, "projects", body(name)).await;
            let told = refused.json["name"][0].as_str().unwrap_or_default();
            assert!(refused.status == 400 && told.contains(reason), "{name}: {}", refused.text);
        }
        let made = post(&org, "projects", body("Ñandú")).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json["id"].as_i64().unwrap();
        assert_eq!(post(&org, "projects", body("ñANDÚ")).await.status, 400, "capitals beyond ASCII, too");
        for name in ["desk 1.0", "a/b"] {
            assert_eq!(patch(&org, "projects", made, json!({"name": name})).await.status, 400, "{name}");
        }
        let own = patch(&org, "projects", made, json!({"name": "ñandú"})).await;
        assert_eq!(own.status, 200, "its own capitals may change: {}", own.text);
        org.execute("UPDATE core_project SET name = 'a/b' WHERE id = $1", args![made]).await;
        let old = patch(&org, "projects", made, json!({"architecture": "arm64"})).await;
        assert_eq!(old.status, 200, "what is called so already works on: {}", old.text);
    }

    async fn a_slug_that_is_taken_gets_another_one_and_every_script_makes_one(org: Organisation) {
        let project = org.id("projects");
        let make = async |route: &str, mut body: Value, name: &str| {
            body["name"] = json!(name);
            let made = post(&org, route, body).await;
            assert_eq!(made.status, 201, "{name}: {}", made.text);
            get(&org, route, made.json["id"].as_i64().unwrap()).await["slug"].as_str().unwrap().to_owned()
        };
        let system = json!({"pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        assert_eq!(make("projects", system.clone(), "desk 1.0!").await, "desk-10-2");
        assert_eq!(make("projects", system.clone(), "desk 10").await, "desk-10-3");
        assert_eq!(make("projects", system, "Łódź").await, "lodz");
        assert_eq!(make("stores", json!({"project": project}), "org!").await, "org-2");
        assert_eq!(make("stores", json!({"project": project}), "Склад").await, "sklad");
        let deployment = json!({"project": project, "start_date": "2026-01-01"});
        assert_eq!(make("deployments/internal-sources", deployment.clone(), "Über alles").await, "uber-alles");
        assert_eq!(make("deployments/internal-sources", deployment, "uber alles").await, "uber-alles-2");
    }

    async fn a_rename_keeps_the_slug_of_projects_and_stores(org: Organisation) {
        let id = org.id("projects");
        assert_eq!(patch(&org, "projects", id, json!({"name": "Office"})).await.status, 200);
        assert_eq!(get(&org, "projects", id).await["slug"], "desk-10");
        let package = get(&org, "packages", org.id("packages")).await;
        assert_eq!(package["url"], "/public/desk-10/stores/org/hello_1.0_amd64.deb");
        let other = json!({"name": "Other", "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        let other = post(&org, "projects", other).await.json["id"].clone();
        assert_eq!(patch(&org, "stores", org.id("stores"), json!({"project": other})).await.status, 400);
        assert_eq!(patch(&org, "deployments", org.id("deployments"), json!({"project": other})).await.status, 400);
    }

    async fn answers_of_writes_have_raw_ids_where_the_reference_has_them(org: Organisation) {
        let changed = patch(&org, "deployments", org.id("deployments"), json!({"comment": "x"})).await.json;
        assert_eq!(changed["schedule"], org.id("schedules"));
        assert_eq!(changed["domain"], org.id("domains"));
        assert_eq!(changed["project"]["slug"], "desk-10");
        assert_eq!(changed["packages_to_install"], json!(["hello", "vim"]));
        let packages = patch(&org, "catalog/project-packages", org.id("catalog/project-packages"), json!({})).await.json;
        assert_eq!(packages["packages_to_install"], "vim\nvim-doc");
        let detail = get(&org, "catalog/project-packages", org.id("catalog/project-packages")).await;
        assert_eq!(detail["packages_to_install"], json!(["vim", "vim-doc"]));
        assert_eq!(detail["application"], json!({"id": org.id("catalog/apps")}));
        let computer = patch(&org, "computers", org.id("computers"), json!({"comment": "moved"})).await.json;
        assert_eq!(computer["tags"], json!([org.id("tags")]));
        assert_eq!(patch(&org, "computers", org.id("computers"), json!({"tags": [""]})).await.json["tags"], json!([]));
    }

    async fn who_asks_for_it_has_packages_refused_that_nothing_in_the_project_offers(org: Organisation) {
        for (route, more) in [
            ("deployments", json!({"name": "Viewer", "project": org.id("projects"), "start_date": "2026-01-01", "enabled": true})),
            ("catalog/project-packages", json!({"project": org.id("projects"), "application": org.id("catalog/apps")})),
        ] {
            let id = org.id(route);
            let names = json!({"packages_to_install": ["hello", "hello=1.0 helo"], "only_offered": true});
            let refused = patch(&org, route, id, names.clone()).await;
            assert_eq!(refused.status, 400, "{route}: {}", refused.text);
            let told = refused.json["packages_to_install"][0].as_str().unwrap().to_owned();
            assert!(told.contains("offers helo:") && !told.contains("hello"), "{route}: {told}");
            let mut new = more;
            new.as_object_mut().unwrap().extend(names.as_object().unwrap().clone());
            assert_eq!(post(&org, route, new).await.json["packages_to_install"][0], told, "{route}");
            let offered = json!({"packages_to_install": ["hello"], "only_offered": true});
            assert_eq!(patch(&org, route, id, offered).await.status, 200, "{route}");
            let all_the_same = json!({"packages_to_install": ["helo"]});
            assert_eq!(patch(&org, route, id, all_the_same).await.status, 200, "{route}: computers may have sources of their own");
        }
    }

    async fn what_no_package_manager_takes_for_a_name_is_refused_even_when_nobody_asks(org: Organisation) {
        let lists = ["packages_to_install", "packages_to_remove", "default_preincluded_packages",
            "default_included_packages", "default_excluded_packages"];
        for (route, lists) in [("deployments", &lists[..]), ("catalog/project-packages", &lists[..1])] {
            let id = org.id(route);
            for list in lists {
                for (line, word) in [("hello -rf", "-rf"), ("$(id)", "$(id)"), ("łódź", "łódź"), ("rm /; x", "/;"), ("=1.0", "=1.0")] {
                    for asked in [true, false] {
                        let refused = patch(&org, route, id, json!({*list: ["vim", line], "only_offered": asked})).await;
                        assert_eq!(refused.status, 400, "{route} {list} {line}: {}", refused.text);
                        let told = refused.json[*list][0].as_str().unwrap_or_default();
                        assert!(told.starts_with(&format!("{word:?}")) && told.contains("not a package name"), "{route} {list} {line}: {}", refused.text);
                    }
                }
                let names = json!({*list: ["Vim-tiny:amd64=2:9.0-1+b1~rc", "g++ libc6/stable"]});
                let kept = patch(&org, route, id, names).await;
                assert_eq!(kept.status, 200, "{route} {list}: {}", kept.text);
                // No name stands in two of them.
                if route == "deployments" {
                    assert_eq!(patch(&org, route, id, json!({*list: []})).await.status, 200, "{list}");
                }
            }
        }
    }

    async fn dates_prefixes_and_user_names_are_plausible(org: Organisation) {
        for (date, status) in [("0001-01-01", 400), ("9999-12-31", 400), ("2100-12-31", 200), ("1970-01-01", 200)] {
            let written = patch(&org, "deployments", org.id("deployments"), json!({"start_date": date})).await;
            assert_eq!((written.status, written.json["start_date"][0].is_string()), (status, status == 400), "{date}: {}", written.text);
        }
        for (prefix, status) in [("Z Z", 400), ("ñ", 400), ("A-B", 400), ("Z9Z", 201)] {
            let made = post(&org, "stamps", json!({"prefix": prefix, "name": format!("named {prefix}"), "kind": "N"})).await;
            assert_eq!((made.status, made.json["prefix"][0].is_string()), (status, status == 400), "{prefix}: {}", made.text);
        }
        for (name, status) in [("carla", 201), ("Carla", 400), ("CARLA", 400), ("carla2", 201)] {
            let made = post(&org, "user-profiles", json!({"username": name})).await;
            assert_eq!((made.status, made.json["username"][0].is_string()), (status, status == 400), "{name}: {}", made.text);
        }
    }

    async fn answers_of_writes_tell_what_relations_lead_to(org: Organisation) {
        let tag = json!({"id": org.id("tags"), "property_att": {"id": org.id("stamps"), "prefix": "TAG", "sort": "server"},
            "value": "blue", "description": "Blue ones", "latitude": null, "longitude": null});
        for (route, member, expected) in [
            ("stores", "project", json!({"id": org.id("projects"), "name": "Desk 1.0", "slug": "desk-10", "pms": "apt", "architecture": "amd64"})),
            ("tags", "property_att", json!({"id": org.id("stamps"), "prefix": "TAG", "name": "Tags", "sort": "server"})),
            ("features", "property_att", json!({"id": org.id("formulas"), "prefix": "abc", "name": "Letters", "sort": "client"})),
            ("attribute-sets", "included_attributes", json!([tag])),
            ("singularities", "included_attributes", json!([tag])),
            ("singularities", "property_att", json!(org.id("formulas"))),
            ("singularities", "language", json!(1)),
            ("domains", "domain_admins", json!([{"id": 1, "username": "admin"}])),
            ("scopes", "user", json!({"id": 1, "username": "admin"})),
            ("scopes", "domain", json!({"id": org.id("domains"), "name": "NORTH-SIDE"})),
            ("fault-definitions", "users", json!([{"id": 1, "username": "admin"}])),
            ("deployments/internal-sources", "available_package_sets", json!([{"id": org.id("package-sets"), "name": "Hellos"}])),
            ("deployments/external-sources", "domain", Value::Null),
            ("catalog/apps", "level", json!({"id": "U", "name": "User"})),
            ("catalog/apps", "category", json!({"id": org.id("catalog/categories"), "name": "Inventions"})),
            ("catalog/apps", "available_for_attributes", json!([tag])),
            ("catalog/policies", "included_attributes", json!([tag])),
            ("catalog/policy-groups", "applications", json!([{"id": org.id("catalog/apps"), "name": "Vim"}])),
            ("catalog/policy-groups", "policy", json!(org.id("catalog/policies"))),
            ("schedule-delays", "attributes", json!([org.id("features")])),
            ("package-sets", "packages", json!([org.id("packages")])),
        ] {
            let changed = patch(&org, route, org.id(route), json!({})).await;
            assert_eq!(changed.json[member], expected, "{route} {member}: {}", changed.text);
        }
        let group = patch(&org, "accounts/groups", org.id("accounts/groups"), json!({"permissions": [1]})).await.json;
        assert_eq!((&group["permissions"][0]["id"], group["permissions"][0]["codename"].is_string()), (&json!(1), true));
        let groups = json!({"groups": [org.id("accounts/groups")]});
        let account = patch(&org, "user-profiles", org.id("user-profiles"), groups).await.json;
        assert_eq!(account["groups"], json!([{"id": org.id("accounts/groups"), "name": "Night shift"}]));
        assert_eq!(account.get("token"), None);
    }

    async fn only_tags_are_given_to_computers_and_domains(org: Organisation) {
        for route in ["computers", "domains"] {
            let refused = patch(&org, route, org.id(route), json!({"tags": [org.id("features")]})).await;
            assert!(refused.json["tags"][0].is_string(), "{route}: {}", refused.text);
            assert_eq!(patch(&org, route, org.id(route), json!({"tags": [org.id("tags")]})).await.status, 200, "{route}");
        }
    }

    async fn an_account_is_called_by_letters_digits_and_a_few_signs(org: Organisation) {
        for (name, status) in [("with blank", 400), ("a/b", 400), ("josé.pérez+x@here_-", 201)] {
            let made = post(&org, "user-profiles", json!({"username": name})).await;
            assert_eq!((made.status, made.json["username"][0].is_string()), (status, status == 400), "{}", made.text);
        }
    }

    async fn what_stood_for_computers_goes_with_their_project_and_platform(org: Organisation) {
        let own = "INSERT INTO core_attribute (property_att_id, value) SELECT 2, CAST(id AS TEXT) FROM client_computer";
        let left = "SELECT count(*) FROM core_attribute WHERE property_att_id = 2";
        org.execute(own, args![]).await;
        assert_eq!(count(&org, left).await, 2);
        assert_eq!(org.admin.delete(&format!("{TOKEN}projects/{}/", org.id("projects"))).await.status, 204);
        assert_eq!((count(&org, "SELECT count(*) FROM client_computer").await, count(&org, left).await), (0, 0));
        let project = json!({"name": "Again", "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        let project = post(&org, "projects", project).await.json["id"].as_i64();
        org.execute(
            "INSERT INTO client_computer (uuid, status, name, project_id, created_at, updated_at) \
             VALUES ('AAAA-3', 'assigned', 'three', $1, $2, $2)",
            args![project, org.now()],
        ).await;
        org.execute(own, args![]).await;
        assert_eq!(org.admin.delete(&format!("{TOKEN}platforms/{}/", org.id("platforms"))).await.status, 204);
        assert_eq!(count(&org, left).await, 0);
    }

    async fn a_set_of_packages_names_the_file_it_refuses(org: Organisation) {
        use reqwest::multipart::{Form, Part};
        let form = Form::new().part("files", Part::bytes(&b"not a package"[..]).file_name("bad_1_all.deb"));
        let request = org.admin.request(reqwest::Method::PATCH, &format!("{TOKEN}package-sets/{}/", org.id("package-sets")));
        let refused = Answer::of(request.multipart(form)).await;
        assert_eq!((refused.status, refused.json["error"].is_string()), (400, true), "{}", refused.text);
    }

    async fn a_package_is_made_of_one_file_and_several_are_refused(org: Organisation) {
        use reqwest::multipart::{Form, Part};
        let form = ["left", "right"].into_iter().fold(Form::new().text("store", org.id("stores").to_string()), |form, name| {
            let package = migasfree_deb::Builder::new(name, "1.0", "amd64");
            let file_name = package.file_name();
            form.part("files", Part::bytes(package.build().unwrap()).file_name(file_name))
        });
        let request = org.admin.request(reqwest::Method::POST, &format!("{TOKEN}packages/"));
        let refused = Answer::of(request.multipart(form)).await;
        assert_eq!((refused.status, refused.json["files"][0].is_string()), (400, true), "{}", refused.text);
        assert_eq!(count(&org, "SELECT count(*) FROM core_package WHERE name IN ('left', 'right')").await, 0);
    }

    async fn a_deployment_begins_anew_when_its_schedule_is_over(org: Organisation) {
        use migasfree_server_domain::core::restarting::restart;
        let id = org.id("deployments");
        let start = org.server.state().settings.clients.time_zone.date(org.now());
        let body = json!({"auto_restart": true, "start_date": start.to_string()});
        assert_eq!(patch(&org, "deployments", id, body).await.status, 200);
        let days = |days: u64| std::time::Duration::from_secs(days * 86_400);
        // A worker of the server may be quicker than the test; what counts is the day.
        for (wait, expected) in [(7, start), (1, start + days(9)), (1, start + days(9))] {
            org.server.clock.advance(days(wait));
            restart(org.server.state()).await.unwrap();
            assert_eq!(get(&org, "deployments", id).await["start_date"], expected.to_string());
        }
        let record = org.admin.get(&format!("{TOKEN}audit/?entity=core.deployment&object_id={id}")).await.json["results"][0].clone();
        assert_eq!((&record["username"], &record["before"]["start_date"]), (&json!("server"), &json!(start.to_string())));
    }

    async fn a_package_is_uploaded_kept_and_never_silently_replaced(org: Organisation) {
        let again = org.upload("hello", "1.0").await;
        assert_eq!((again.status, &again.json["id"]), (201, &json!(org.id("packages"))));
        let detail = &again.json;
        assert_eq!(detail["store"], json!({"id": org.id("stores"), "name": "Org"}));
        assert_eq!((&detail["version"], &detail["architecture"]), (&json!("1.0"), &json!("amd64")));
        let packager = org.server.operator("packager", &["core.add_package", "core.view_package", "core.view_store"]).await;
        let different = org.upload_file(&packager, "hello_1.0_amd64.deb", migasfree_deb::Builder::new("hello", "1.0", "amd64").build().unwrap()).await;
        assert_eq!((different.status, different.code()), (409, "different_file"));
        let garbage = org.upload_file(&packager, "bad_1_all.deb", b"not a package".to_vec()).await;
        assert_eq!(garbage.status, 400);
        assert!(garbage.json["files"][0].is_string(), "{}", garbage.text);
        let nothing = post(&org, "packages", json!({"store": org.id("stores")})).await;
        assert_eq!(nothing.status, 400);
        assert!(nothing.json["files"][0].is_string());
        assert_eq!(count(&org, "SELECT count(*) FROM core_package WHERE fullname LIKE 'bad%'").await, 0);
    }

    async fn a_package_in_a_history_stays_without_its_file(org: Organisation) {
        let id = org.id("packages");
        assert_eq!(org.admin.delete(&format!("{TOKEN}packages/{id}/")).await.status, 204);
        let kept = get(&org, "packages", id).await;
        assert_eq!((&kept["store"]["id"], &kept["url"]), (&json!(0), &json!("")));
        let other = org.upload("fresh", "1").await.json["id"].as_i64().unwrap();
        assert_eq!(org.admin.delete(&format!("{TOKEN}packages/{other}/")).await.status, 204);
        assert_eq!(org.admin.get(&format!("{TOKEN}packages/{other}/")).await.status, 404);
    }

    async fn packages_and_sets_stay_in_their_project(org: Organisation) {
        let other = json!({"name": "Other", "pms": "apt", "architecture": "amd64", "platform": org.id("platforms")});
        let other = post(&org, "projects", other).await.json["id"].clone();
        let set = json!({"name": "Strange", "project": other, "packages": [org.id("packages")]});
        assert!(post(&org, "package-sets", set).await.json["packages"][0].as_str().unwrap().contains("hello_1.0_amd64.deb"));
        let store = json!({"name": "Strange", "project": other, "store": org.id("stores"), "packages": []});
        assert!(post(&org, "package-sets", store).await.json["store"][0].is_string());
        let deployment = json!({"name": "Strange", "project": other, "available_packages": [org.id("packages")]});
        assert!(post(&org, "deployments", deployment).await.json["non_field_errors"][0].is_string());
    }

    async fn a_deployment_is_published_when_what_it_offers_changes(org: Organisation) {
        let id = org.id("deployments");
        for (body, expected) in [
            (json!({"comment": "nothing new"}), 0),
            (json!({"name": "Renamed"}), 1),
            (json!({"available_packages": []}), 1),
            (json!({"available_package_sets": []}), 1),
            (json!({"included_attributes": [1]}), 0),
        ] {
            org.server.clock.advance(std::time::Duration::from_secs(1));
            assert_eq!(patch(&org, "deployments", id, body.clone()).await.status, 200);
            let asked: (i64,) = org.server.state().db
                .one("SELECT count(*) FROM repository_publication WHERE deployment_id = $1 AND requested_at = $2", args![id, org.now()])
                .await.unwrap();
            assert_eq!(asked.0, expected, "{body}");
        }
        assert_eq!(get(&org, "deployments", id).await["slug"], "renamed");
    }

    async fn nothing_is_aimed_at_a_computer_that_left(org: Organisation) {
        let computer = org.id("computers");
        let own = "INSERT INTO core_attribute (property_att_id, value) VALUES (2, $1) RETURNING id";
        let (own,): (i64,) = org.server.state().db.one(own, args![computer.to_string()]).await.unwrap();
        let aimed = json!({"included_attributes": [own]});
        assert_eq!(patch(&org, "deployments", org.id("deployments"), aimed.clone()).await.status, 200);
        let left = org.admin.post(&format!("{TOKEN}computers/{computer}/status/"), json!({"status": "available"})).await;
        assert_eq!((left.status, &left.json["status"], &left.json["tags"]), (200, &json!("available"), &json!([])));
        assert_eq!(get(&org, "deployments", org.id("deployments")).await["included_attributes"], json!([]));
        let refused = patch(&org, "deployments", org.id("deployments"), aimed).await;
        assert!(refused.json["included_attributes"][0].as_str().unwrap().contains("CID-"), "{}", refused.text);
        let wrong = org.admin.post(&format!("{TOKEN}computers/{computer}/status/"), json!({"status": "lost"})).await;
        assert_eq!((wrong.status, wrong.code()), (400, "status"));
        let log = org.admin.get(&format!("{TOKEN}status-logs/?computer__id={computer}&status=available")).await;
        assert_eq!(log.json["count"], 1);
    }

    async fn a_set_mirrors_itself_and_never_contains_itself(org: Organisation) {
        let mirror = async |name: &str| {
            let page = org.admin.get(&format!("{TOKEN}attributes/?property_att__prefix=SET&value={name}")).await.json;
            page["results"][0]["id"].as_i64()
        };
        let blue = mirror("Blue%20set").await.unwrap();
        let outer = post(&org, "attribute-sets", json!({"name": "Outer", "included_attributes": [blue]})).await.json["id"].as_i64().unwrap();
        let circle = patch(&org, "attribute-sets", org.id("attribute-sets"), json!({"excluded_attributes": [mirror("Outer").await]})).await;
        assert_eq!((circle.status, circle.code()), (400, "circular_sets"));
        assert_eq!(patch(&org, "attribute-sets", outer, json!({"name": "Outside"})).await.status, 200);
        assert!(mirror("Outside").await.is_some() && mirror("Outer").await.is_none());
        org.admin.delete(&format!("{TOKEN}attribute-sets/{outer}/")).await;
        assert!(mirror("Outside").await.is_none());
    }

    async fn a_domain_keeps_the_attribute_that_stands_for_it(org: Organisation) {
        let id = org.id("domains");
        let values = async || {
            let page = org.admin.get(&format!("{TOKEN}attributes/?property_att__prefix=DMN")).await.json;
            page["results"].as_array().unwrap().iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(values().await, ["NORTH-SIDE"]);
        assert_eq!(patch(&org, "domains", id, json!({"name": "The north", "included_attributes": []})).await.status, 200);
        assert_eq!(values().await, ["THE-NORTH"]);
        let included = get(&org, "domains", id).await["included_attributes"].clone();
        assert_eq!((included.as_array().unwrap().len(), &included[0]["value"]), (1, &json!("THE-NORTH")));
        assert_eq!(get(&org, "domains", id).await["domain_admins"], json!([{"id": 1, "username": "admin"}]));
        let own = org.admin.get(&format!("{TOKEN}tags/?value=THE-NORTH")).await.json["results"][0].clone();
        let stamp = format!("{TOKEN}stamps/{}/", own["property_att"]["id"]);
        for path in [format!("{TOKEN}tags/{}/", own["id"]), stamp] {
            assert_eq!(org.admin.delete(&path).await.code(), "built_in", "{path}");
        }
        assert_eq!(patch(&org, "tags", own["id"].as_i64().unwrap(), json!({"value": "SOUTH"})).await.status, 400);
        let used = org.admin.delete(&format!("{TOKEN}domains/{id}/")).await;
        assert_eq!((used.status, used.code()), (409, "in_use"), "{}", used.text);
        assert!(used.text.contains("Base") && !used.text.contains("UserProfile"), "{}", used.text);
        let told = org.admin.get(&format!("{TOKEN}domains/{id}/consequences/")).await.json;
        let held = told["held"].as_array().unwrap();
        let base = held.iter().find(|kind| kind["entity"] == "core.deployment");
        assert!(base.is_some_and(|kind| kind["objects"].to_string().contains("\"Base\"")), "{told}");
        assert_eq!((&told["replaceable"], &told["detachable"]), (&json!(false), &json!(false)), "{told}");
        assert_eq!(patch(&org, "deployments", org.id("deployments"), json!({"domain": null})).await.status, 200);
        assert_eq!(org.admin.delete(&format!("{TOKEN}domains/{id}/")).await.status, 204);
        assert_eq!(values().await, Vec::<String>::new());
    }

    async fn no_package_is_both_installed_and_removed_by_a_deployment(org: Organisation) {
        let id = org.id("deployments");
        let row = || async { org.admin.get(&format!("{TOKEN}deployments/{id}/")).await.json };
        let both = json!({"packages_to_install": ["vim", "gimp"], "packages_to_remove": ["nano", "gimp=2.10"]});
        let refused = patch(&org, "deployments", id, both).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert!(refused.json["packages_to_remove"][0].as_str().unwrap().contains("gimp"), "{}", refused.text);
        assert_eq!(patch(&org, "deployments", id, json!({"packages_to_install": ["gimp"], "packages_to_remove": []})).await.status, 200);
        assert_eq!(patch(&org, "deployments", id, json!({"packages_to_remove": ["gimp"]})).await.status, 400);
        let swapped = json!({"packages_to_install": [], "packages_to_remove": ["gimp"]});
        assert_eq!(patch(&org, "deployments", id, swapped).await.status, 200);
        assert_eq!(row().await["packages_to_remove"], json!(["gimp"]));
    }

    async fn what_is_built_in_stays(org: Organisation) {
        for (route, id) in [("properties", 2), ("formulas", 2), ("attributes", 1), ("features", 1)] {
            let refused = org.admin.delete(&format!("{TOKEN}{route}/{id}/")).await;
            assert_eq!((refused.status, refused.code()), (400, "built_in"), "{route}");
        }
        assert_eq!(patch(&org, "formulas", 2, json!({"code": "echo 1"})).await.status, 400);
        assert_eq!(patch(&org, "formulas", 2, json!({"enabled": false})).await.status, 200);
        assert_eq!(get(&org, "properties", 2).await["sort"], "basic");
    }

    async fn an_external_repository_is_out_in_the_network(org: Organisation) {
        let route = "deployments/external-sources";
        let id = org.id(route);
        for address in ["http://127.0.0.1/x", "file:///etc", "http://[::1]/", "nonsense"] {
            let refused = patch(&org, route, id, json!({"base_url": address})).await;
            assert!(refused.json["base_url"][0].is_string(), "{address}: {}", refused.text);
        }
        for (field, value) in [
            ("suite", "bookworm\ndeb http://evil.example x y"), ("suite", "None"), ("suite", ""),
            ("components", "null"), ("components", "main [x]"), ("options", "[trusted=yes]"),
            ("options", "arch"),
        ] {
            let refused = patch(&org, route, id, json!({field: value})).await;
            assert_eq!(refused.status, 400, "{field} {value:?}: {}", refused.text);
            assert!(refused.json[field][0].is_string(), "{field} {value:?}: {}", refused.text);
        }
        assert_eq!(patch(&org, route, id, json!({"suite": "trixie"})).await.status, 200);
        let external = get(&org, "deployments", org.id("deployments/external-sources")).await;
        assert_eq!(external["source"], "E");
        let wrong_door = org.admin.get(&format!("{TOKEN}deployments/internal-sources/{}/", org.id("deployments/external-sources"))).await;
        assert_eq!(wrong_door.status, 404);
    }

    async fn external_sources_are_refused_until_something_serves_them(org: Organisation) {
        let new = json!({"name": "Elsewhere", "project": org.id("projects"), "base_url": "http://deb.debian.org/debian",
            "suite": "bookworm", "components": "main"});
        let refused = post(&org, "deployments/external-sources", new.clone()).await;
        assert_eq!((refused.status, refused.code()), (400, "external_source"), "{}", refused.text);
        let mut as_deployment = new;
        as_deployment["source"] = json!("E");
        let refused = post(&org, "deployments", as_deployment).await;
        assert_eq!((refused.status, refused.code()), (400, "external_source"), "{}", refused.text);
        let internal = org.id("deployments/internal-sources");
        let refused = patch(&org, "deployments", internal, json!({"source": "E"})).await;
        assert_eq!((refused.status, refused.code()), (400, "external_source"), "{}", refused.text);
    }

    async fn a_project_says_what_its_computers_cannot_have(org: Organisation) {
        let platform = org.id("platforms");
        let project = |pms: &str, architecture: &str| json!({
            "name": format!("{pms} {architecture}"), "pms": pms, "architecture": architecture, "platform": platform,
        });
        let both = post(&org, "projects", project("apt", "amd64, i386")).await;
        assert_eq!((both.status, &both.json["architecture"]), (201, &json!("amd64 i386")), "{}", both.text);
        assert_eq!((&both.json["is_published"], &both.json["notice"]), (&json!(true), &Value::Null));
        for (pms, architecture, instead) in [("apt", "x86_64", "amd64"), ("apt", "amd64 noarch", "need none"),
            ("apt", ",", "for example"), ("dnf", "amd64", "x86_64")] {
            let refused = post(&org, "projects", project(pms, architecture)).await;
            let reason = refused.json["architecture"][0].as_str().unwrap_or_default();
            assert!(refused.status == 400 && reason.contains(instead), "{architecture}: {}", refused.text);
        }
        let changed = patch(&org, "projects", both.json["id"].as_i64().unwrap(), json!({"architecture": "aarch64"})).await;
        assert_eq!(changed.status, 400, "{}", changed.text);
        let fedora = post(&org, "projects", project("dnf", "x86_64")).await;
        assert_eq!((fedora.status, &fedora.json["is_published"]), (201, &json!(false)), "{}", fedora.text);
        assert!(fedora.json["notice"].as_str().unwrap().contains("cannot be published"));
        let read = get(&org, "projects", fedora.json["id"].as_i64().unwrap()).await;
        assert_eq!(read["notice"], fedora.json["notice"]);
    }

    async fn an_icon_is_a_picture_whatever_its_name_says(org: Organisation) {
        use reqwest::multipart::{Form, Part};
        let id = org.id("catalog/apps");
        let send = async |name: &'static str, content: &'static [u8]| {
            let form = Form::new()
                .text("available_for_attributes", format!("1,{}", org.id("tags")))
                .part("icon", Part::bytes(content).file_name(name));
            let request = org.admin.request(reqwest::Method::PATCH, &format!("{TOKEN}catalog/apps/{id}/"));
            Answer::of(request.multipart(form)).await
        };
        for (name, content) in [("a.png", &b"#!/bin/sh"[..]), ("a.exe", b"MZ"), ("a.svg", b"<html></html>"), ("a.png", b"")] {
            assert!(send(name, content).await.json["icon"][0].is_string(), "{name}");
        }
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let made = send("logo.svg", svg).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let available: Vec<&Value> = made.json["available_for_attributes"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(available, [&json!(1), &json!(org.id("tags"))]);
        let address = made.json["icon"].as_str().unwrap();
        let path = address.strip_prefix(&org.server.url()).unwrap();
        let icon = org.server.anonymous().get(path).await;
        assert_eq!((icon.status, icon.text.as_bytes()), (200, &svg[..]));
        assert!(icon.header("content-security-policy").contains("default-src 'none'"), "{:?}", icon.headers);
        let without = patch(&org, "catalog/apps", id, json!({"icon": null})).await;
        assert_eq!(without.json["icon"], Value::Null);
    }

    async fn a_deleted_schedule_or_desktop_user_takes_nothing_with_it(org: Organisation) {
        let before = count(&org, "SELECT count(*) FROM core_deployment").await;
        assert_eq!(org.admin.delete(&format!("{TOKEN}schedules/{}/?detach=true", org.id("schedules"))).await.status, 204);
        assert_eq!(count(&org, "SELECT count(*) FROM core_deployment").await, before);
        assert_eq!(org.admin.delete(&format!("{TOKEN}users/{}/", org.id("users"))).await.status, 204);
        assert_eq!(count(&org, "SELECT count(*) FROM client_computer").await, 2);
        let sync = get(&org, "syncs", org.id("syncs")).await;
        assert_eq!(sync["user"], Value::Null);
    }

    async fn a_change_tells_the_views(org: Organisation) {
        let mut events = org.server.state().events.listen();
        patch(&org, "platforms", org.id("platforms"), json!({"name": "GNU/Linux"})).await;
        // What happened before may be told after it was asked for.
        let told = async {
            while let Ok(event) = events.recv().await {
                let event = serde_json::to_value(&*event).unwrap();
                if (&event["type"], &event["entity"], &event["action"]) == (&json!("changed"), &json!("core.platform"), &json!("change")) {
                    return true;
                }
            }
            false
        };
        assert!(tokio::time::timeout(std::time::Duration::from_secs(60), told).await.unwrap());
        let record = org.admin.get(&format!("{TOKEN}audit/?entity=core.platform&action=change")).await.json["results"][0].clone();
        assert_eq!((&record["before"]["name"], &record["after"]["name"]), (&json!("Linux"), &json!("GNU/Linux")));
        assert_eq!((&record["username"], &record["object_text"]), (&json!("admin"), &json!("GNU/Linux")));
    }
}
