//! Whole synchronisations, and the calls of the other commands.

use std::time::Duration;

use migasfree_server_auth::Late as _;
use migasfree_server_db::args;
use migasfree_server_domain::services::OfDomain as _;
use serde_json::json;

use super::site::{ALL_SYSTEMS, NewDeployment, PROJECT, Site, UUID};
use crate::harness::Server;
use crate::on_both_engines;

on_both_engines! {
    async fn a_first_and_a_second_synchronisation_leave_what_they_should(site: Site) {
        let mut peer = site.stranger(UUID, "pc-ñ1");
        peer.machine.errors = Some("----\n2026-11-21 10:00:00\r\nsome error\n\n".to_owned());
        let fault = "Low Available Space On System Partition";
        peer.machine.faults.insert(fault.to_owned(), "/ is 97 % full\n".to_owned());
        let first = peer.synchronise().await.unwrap();
        assert!(first.hardware);
        assert!(first.properties.contains(&"HST".to_owned()));
        assert_eq!(first.sources, Vec::<String>::new());
        let id = peer.id.unwrap();
        for expected in [
            "SET-All Systems".to_owned(),
            format!("CID-{id}"),
            "PLT-Linux".to_owned(),
            format!("PRJ-{PROJECT}"),
            "IP-192.0.2.10".to_owned(),
            "USR-inigo".to_owned(),
            "HST-pc-ñ1".to_owned(),
            "NET-192.0.2.0/24".to_owned(),
        ] {
            assert!(first.traits.contains(&expected), "{expected}: {:?}", first.traits);
        }
        let unlinked = "SELECT COUNT(*) FROM client_error WHERE synchronization_id IS NULL";
        assert_eq!(site.count(unlinked).await, 0);
        let faults = "SELECT COUNT(*) FROM client_fault WHERE synchronization_id IS NOT NULL";
        assert_eq!(site.count(faults).await, 1);
        let (product, ram, mac): (String, i64, String) = site
            .one("SELECT product, ram, mac_address FROM client_computer", args![])
            .await;
        assert_eq!((product.as_str(), ram), ("Box 1", 8_589_934_592));
        assert_eq!(mac, "525400AABBCC");
        let parents = "SELECT COUNT(*) FROM hardware_node WHERE parent_id IS NOT NULL";
        assert_eq!(site.count(parents).await, 4);
        let packages = "SELECT COUNT(*) FROM core_package WHERE name IN ('bash', 'vim')";
        assert_eq!(site.count(packages).await, 2);
        site.0.clock.advance(Duration::from_secs(60));
        let second = peer.synchronise().await.unwrap();
        assert!(!second.hardware);
        assert_eq!(second.traits, first.traits);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_synchronization").await, 2);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_softwaresnapshot").await, 1);
        // Distinct computers in the year, in all and in the project.
        let counted = "SELECT CAST(SUM(computers) AS BIGINT) FROM stats_synchronization \
                       WHERE granularity = 'Y'";
        assert_eq!(site.count(counted).await, 2);
    }

    async fn a_deleted_synchronization_counts_no_more(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        peer.synchronise().await.unwrap();
        site.0.clock.advance(Duration::from_secs(60));
        peer.synchronise().await.unwrap();
        let counters = async || {
            let sql = "SELECT CAST(SUM(computers) AS BIGINT), COUNT(*) FROM stats_synchronization \
                       WHERE granularity = 'Y'";
            site.one::<(i64, i64)>(sql, args![]).await
        };
        assert_eq!(counters().await, (2, 2), "in all and in the project");
        let admin = site.0.admin().await;
        let delete = async |order: &str| {
            let list = admin.get(&format!("/api/v1/token/syncs/?ordering={order}&page_size=1")).await;
            let id = &list.json["results"][0]["id"];
            assert_eq!(admin.delete(&format!("/api/v1/token/syncs/{id}/")).await.status, 204);
        };
        delete("created_at").await;
        assert_eq!(counters().await, (2, 2), "the other one is of the same year");
        delete("created_at").await;
        assert_eq!(counters().await, (0, 2));
        peer.synchronise().await.unwrap();
        assert_eq!(counters().await, (2, 2));
    }

    async fn software_lists_are_stored_once_however_many_computers_have_them(site: Site) {
        let mut one = site.computer(UUID, "pc1").await;
        let mut two = site.computer("11111111-2222-3333-4444-555555555555", "pc2").await;
        one.synchronise().await.unwrap();
        two.machine.packages.reverse();
        two.synchronise().await.unwrap();
        assert_eq!(site.count("SELECT COUNT(*) FROM software_inventory").await, 1);
        assert_eq!(site.count("SELECT COUNT(*) FROM software_inventory_package").await, 2);

        two.machine.packages.push("nano_7.2-1_amd64.deb".to_owned());
        two.synchronise().await.unwrap();
        assert_eq!(site.count("SELECT COUNT(*) FROM software_inventory").await, 2);
        assert_eq!(site.count("SELECT COUNT(*) FROM client_softwaresnapshot").await, 3);
        let (packages,): (i64,) = site
            .one(
                "SELECT i.package_count FROM software_inventory i \
                 JOIN client_computer c ON c.software_inventory_id = i.id WHERE c.id = $1",
                args![two.id.unwrap()],
            )
            .await;
        assert_eq!(packages, 3);
        // A list of nothing says nothing.
        let nothing = json!({"id": two.id, "inventory": [], "history": {}});
        let path = "/api/v1/safe/computers/software/";
        two.call(path, &nothing).await.unwrap().accepted().unwrap();
        assert_eq!(site.count("SELECT COUNT(*) FROM client_softwaresnapshot").await, 3);
        // Changes alone apply to the list that is known.
        let changes = json!({"installed": ["+mc_4_all.deb"], "uninstalled": ["-nano_7.2-1_amd64.deb"]});
        let changes = json!({"id": two.id, "history": changes});
        two.call(path, &changes).await.unwrap().accepted().unwrap();
        let installed = "SELECT COUNT(*) FROM client_packagehistory h \
                         JOIN core_package k ON k.id = h.package_id WHERE h.uninstall_date IS NULL \
                         AND k.name IN ('bash', 'vim', 'mc', 'nano')";
        assert_eq!(site.count(installed).await, 5);
    }

    async fn tags_bring_and_take_back_what_their_deployments_say(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let lab = site.add_tag("AUL", "Classroom", "lab").await;
        let office = site.add_tag("AUL", "Classroom", "office").await;
        site.add_deployment(NewDeployment {
            install: Some("gcompris"),
            remove: Some("games"),
            preincluded: Some("pre1"),
            default_included: Some("inc1"),
            default_excluded: Some("exc1"),
            ..NewDeployment::named("Class Lab", &[lab])
        })
        .await;
        let remaining = site.add_deployment(NewDeployment::named("Office", &[office])).await;
        // Of what the tag had removed, only this is still offered by another deployment.
        site.run(
            "INSERT INTO core_package (fullname, name, version, architecture, project_id, store_id) \
             SELECT 'games_1_all.deb', 'games', '1', 'all', id, NULL FROM core_project",
            args![],
        )
        .await;
        for sql in [
            "INSERT INTO core_store (name, slug, project_id) SELECT 'org', 'org', id FROM core_project",
            "UPDATE core_package SET store_id = (SELECT MIN(id) FROM core_store)",
        ] {
            site.run(sql, args![]).await;
        }
        site.run(
            "INSERT INTO core_deployment_available_packages (deployment_id, package_id) \
             SELECT $1, id FROM core_package",
            args![remaining],
        )
        .await;

        let available = peer.ask("/api/v1/safe/computers/tags/available/").await.unwrap();
        assert_eq!(available, json!({"Classroom": ["AUL-lab", "AUL-office"]}));
        let set = peer.set_tags(&["AUL-lab"]).await.unwrap().accepted().unwrap();
        let brought = json!({
            "preinstall": ["pre1"], "install": ["gcompris", "inc1"], "remove": ["games", "exc1"],
        });
        assert_eq!(set, brought);
        let assigned = peer.ask("/api/v1/safe/computers/tags/assigned/").await.unwrap();
        assert_eq!(assigned, json!(["AUL-lab"]));
        peer.upload_attributes().await.unwrap();
        assert_eq!(site.values(&peer, "AUL").await, ["AUL-lab"]);

        let set = peer.set_tags(&["AUL-office", "AUL-unknown"]).await.unwrap().accepted().unwrap();
        let taken = json!({
            "preinstall": [], "install": ["games"], "remove": ["gcompris", "pre1", "inc1"],
        });
        assert_eq!(set, taken);

        // What the computer has is removed; what it never got cannot be.
        let list = json!({"id": peer.id, "inventory": ["gcompris_1_all.deb", "bash_5_amd64.deb"]});
        peer.call("/api/v1/safe/computers/software/", &list).await.unwrap().accepted().unwrap();
        peer.set_tags(&["AUL-lab"]).await.unwrap().accepted().unwrap();
        let set = peer.set_tags(&["AUL-office"]).await.unwrap().accepted().unwrap();
        let taken = json!({"preinstall": [], "install": ["games"], "remove": ["gcompris"]});
        assert_eq!(set, taken);

        // Nothing that exists, and nothing an operator may not give: the tags stay.
        for refused in [&["AUL-nope"][..], &["SET-All Systems"], &["nonsense"]] {
            let answer = peer.set_tags(refused).await.unwrap();
            assert_eq!((answer.status, answer.sealed), (400, true));
        }
        let assigned = peer.ask("/api/v1/safe/computers/tags/assigned/").await.unwrap();
        assert_eq!(assigned, json!(["AUL-office"]));
        peer.set_tags(&[]).await.unwrap().accepted().unwrap();
        peer.set_tags(&[]).await.unwrap().accepted().unwrap();
        let audited = "SELECT COUNT(*) FROM audit_record WHERE action = 'change' \
                       AND entity = 'client.computer' AND after LIKE '%\"tags\"%'";
        assert_eq!(site.count(audited).await, 5);
        let assigned = peer.ask("/api/v1/safe/computers/tags/assigned/").await.unwrap();
        assert_eq!(assigned, json!([]));
    }

    async fn a_source_of_which_nothing_comes_is_not_handed_out(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        peer.upload_attributes().await.unwrap();
        let base = site.add_deployment(NewDeployment::named("Base", &[ALL_SYSTEMS])).await;
        let external = site.add_deployment(NewDeployment::named("Elsewhere", &[ALL_SYSTEMS])).await;
        let strange = site.add_deployment(NewDeployment::named("Strange", &[ALL_SYSTEMS])).await;
        site.run(
            "UPDATE core_deployment SET source = 'E', base_url = 'http://deb.example.org', suite = $2, \
             options = 'None' WHERE id = $1",
            args![external, "stable\ndeb http://evil.example x y"],
        )
        .await;
        site.run("UPDATE core_deployment SET slug = 'a b' WHERE id = $1", args![strange]).await;
        for deployment in [base, external, strange] {
            site.publish(deployment).await;
        }
        let repositories = peer.ask("/api/v1/safe/computers/repositories/").await.unwrap();
        let names: Vec<&str> = repositories.as_array().unwrap().iter()
            .map(|repository| repository["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["base"]);
        site.run("UPDATE core_project SET pms = 'dnf'", args![]).await;
        let repositories = peer.ask("/api/v1/safe/computers/repositories/").await.unwrap();
        assert_eq!(repositories, json!([]));
    }

    async fn a_source_is_handed_out_from_its_first_publication_on(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        peer.upload_attributes().await.unwrap();
        let base = site.add_deployment(NewDeployment::named("Base", &[ALL_SYSTEMS])).await;
        let names = async || {
            let repositories = peer.ask("/api/v1/safe/computers/repositories/").await.unwrap();
            let names = repositories.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        assert_eq!(names().await, none, "nothing is published yet");
        site.run(
            "INSERT INTO repository_publication (deployment_id, state, requested_at, failed_since) VALUES ($1, 'failed', $2, $2)",
            args![base, site.0.clock_now()],
        )
        .await;
        assert_eq!(names().await, none, "its publication failed");
        site.publish(base).await;
        assert_eq!(names().await, ["base"], "what was published stays served, whatever failed since");
        site.run("UPDATE core_deployment SET slug = 'renamed' WHERE id = $1", args![base]).await;
        assert_eq!(names().await, none, "nothing is published under its new name yet");
        site.publish(base).await;
        assert_eq!(names().await, ["renamed"]);
    }

    async fn label_info_and_pages_of_attributes_tell_about_the_computer(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        peer.synchronise().await.unwrap();
        let id = peer.id.unwrap();
        let label = peer.ask("/api/v1/safe/computers/label/").await.unwrap();
        let expected = json!({
            "uuid": UUID, "name": "pc1", "search": format!("CID-{id}"), "helpdesk": "Call 555-0100",
        });
        assert_eq!(label, expected);
        let info = peer.ask("/api/v1/safe/computers/info/").await.unwrap();
        assert_eq!((&info["architecture"], &info["product_system"]), (&json!(64), &json!("desktop")));
        assert_eq!(info["cpu"], json!("ACME   3GHz"));
        let own = peer.ask("/api/v1/safe/computers/attributes/cid/").await.unwrap();
        assert_eq!((&own["count"], &own["results"][0]["description"]), (&json!(1), &json!("pc1")));
        let all = peer.ask("/api/v1/safe/computers/attributes/assigned/").await.unwrap();
        assert_eq!(all["results"].as_array().unwrap().len(), all["count"].as_u64().unwrap() as usize);
    }

    async fn without_printers_there_is_none_to_see_or_to_take(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let devices = peer.ask("/api/v1/safe/computers/devices/").await.unwrap();
        assert_eq!(devices, json!({"logical": [], "default": 0}));
        let cid = peer.id;
        for (call, claims, status, data) in [
            ("devices/available/", json!({"cid": cid, "q": "x"}), 200, json!([])),
            ("logical/available/", json!({"cid": cid, "did": 1}), 200, json!([])),
            ("logical/set-default/", json!({"cid": cid}), 200, json!({})),
            ("logical/set-default/", json!({"cid": cid, "id": 1}), 400, json!("Logical device not allowed")),
            ("logical/assign/", json!({"cid": cid}), 400, json!("Missing id")),
            ("logical/assign/", json!({"cid": cid, "id": 1, "assigned": true}), 400, json!("Logical device not allowed")),
            ("logical/assign/", json!({"id": 1}), 400, json!("Malformed claims")),
            ("capabilities/", json!({}), 200, json!([{"id": 2, "name": "COLOUR"}, {"id": 1, "name": "STANDARD"}])),
            ("capabilities/", json!({"id": 1}), 200, json!([{"id": 1, "name": "STANDARD"}])),
        ] {
            let answer = peer.call(&format!("/api/v1/safe/devices/{call}"), &claims).await.unwrap();
            assert_eq!((answer.status, answer.sealed, answer.data), (status, true, data), "{call}");
        }
    }

    async fn the_catalogue_offers_what_is_meant_for_the_computer(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        peer.synchronise().await.unwrap();
        let project = site.project(PROJECT).await;
        for (name, score, level) in [("Editor", 1, "U"), ("Compiler", 5, "A"), ("Other", 3, "U")] {
            let sql = "INSERT INTO app_catalog_application \
                       (name, description, created_at, score, level, category_id) \
                       VALUES ($1, 'Writes texts', $2, $3, $4, 1) RETURNING id";
            let (app,): (i64,) =
                site.one(sql, args![name, site.0.clock_now(), score, level]).await;
            site.run(
                "INSERT INTO app_catalog_packagesbyproject \
                 (application_id, project_id, packages_to_install) VALUES ($1, $2, 'geany\nvim')",
                args![app, project],
            )
            .await;
            if name != "Other" {
                site.run(
                    "INSERT INTO app_catalog_application_available_for_attributes \
                     (application_id, attribute_id) VALUES ($1, $2)",
                    args![app, ALL_SYSTEMS],
                )
                .await;
            }
        }
        let path = "/api/v1/safe/catalog/apps/available/";
        let names = async |filter: serde_json::Value| -> Vec<String> {
            let apps = peer.call(path, &filter).await.unwrap().accepted().unwrap();
            let apps = apps.as_array().unwrap().iter();
            apps.map(|app| app["name"].as_str().unwrap().to_owned()).collect()
        };
        let id = peer.id;
        assert_eq!(names(json!({"cid": id})).await, ["Compiler", "Editor"]);
        assert_eq!(names(json!({"cid": id, "level": "U"})).await, ["Editor"]);
        assert_eq!(names(json!({"cid": id, "q": "EDIT"})).await, ["Editor"]);
        assert_eq!(names(json!({"cid": id, "category": 2})).await, Vec::<String>::new());
        let missing = peer.call(path, &json!({"id": id})).await.unwrap();
        assert_eq!((missing.status, missing.sealed), (400, true));

        let categories = "/api/v1/safe/catalog/categories/";
        let categories = peer.call(categories, &json!({})).await.unwrap().accepted().unwrap();
        assert_eq!(categories.as_array().unwrap().len(), 14);
    }

    async fn deployments_and_policies_decide_what_is_installed(site: Site) {
        let mut peer = site.computer(UUID, "pc1").await;
        peer.upload_attributes().await.unwrap();
        let mandatory = "/api/v1/safe/computers/packages/mandatory/";
        assert_eq!(peer.ask(mandatory).await.unwrap(), json!({"install": [], "remove": []}));

        let everybody = [ALL_SYSTEMS];
        site.add_deployment(NewDeployment {
            install: Some("vim\r\nhtop"),
            remove: Some("nano"),
            ..NewDeployment::named("Base", &everybody)
        })
        .await;
        site.add_deployment(NewDeployment {
            start: "2999-01-01",
            install: Some("future"),
            ..NewDeployment::named("Later", &everybody)
        })
        .await;
        let excluded = NewDeployment { install: Some("not-here"), ..NewDeployment::named("Not", &everybody) };
        let excluded = site.add_deployment(excluded).await;
        site.run(
            "INSERT INTO core_deployment_excluded_attributes (deployment_id, attribute_id) \
             SELECT $1, t.id FROM core_attribute t WHERE t.value = 'pc1'",
            args![excluded],
        )
        .await;
        assert_eq!(
            peer.ask(mandatory).await.unwrap(),
            json!({"install": ["vim", "htop"], "remove": ["nano"]})
        );

        site.run("INSERT INTO app_catalog_application (id, name, created_at, category_id) VALUES \
                  (10, 'A', $1, 1), (11, 'B', $1, 1)", args![site.0.clock_now()]).await;
        let project = site.project(PROJECT).await;
        site.run("INSERT INTO app_catalog_packagesbyproject (application_id, project_id, packages_to_install) \
                  VALUES (10, $1, 'geany'), (11, $1, 'kate okular')", args![project]).await;
        for sql in [
            "INSERT INTO app_catalog_policy (id, name) VALUES (10, 'Editors')",
            "INSERT INTO app_catalog_policy_included_attributes (policy_id, attribute_id) VALUES (10, 1)",
            "INSERT INTO app_catalog_policygroup (id, priority, policy_id) VALUES (10, 1, 10), (11, 2, 10)",
            "INSERT INTO app_catalog_policygroup_included_attributes (policygroup_id, attribute_id) \
             SELECT 10, id FROM core_attribute WHERE value = 'pc1' UNION SELECT 11, 1 FROM core_attribute WHERE id = 1",
            "INSERT INTO app_catalog_policygroup_applications (policygroup_id, application_id) \
             VALUES (10, 10), (11, 11)",
        ] {
            site.run(sql, args![]).await;
        }
        assert_eq!(
            peer.ask(mandatory).await.unwrap(),
            json!({"install": ["vim", "htop", "geany"], "remove": ["nano", "kate", "okular"]})
        );
        // Someone else's computer is in the other group.
        peer = site.computer("11111111-2222-3333-4444-555555555555", "pc2").await;
        peer.upload_attributes().await.unwrap();
        let other = peer.ask(mandatory).await.unwrap();
        assert_eq!(other["install"], json!(["vim", "htop", "not-here", "kate", "okular"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_computers_do_is_told_as_it_happens() {
    use migasfree_types::events::Event;
    let site = Site(Server::on_sqlite().await);
    let mut events = site.0.state().events.listen();
    let mut peer = site.stranger(UUID, "pc1");
    peer.synchronise().await.unwrap();
    let mut texts = Vec::new();
    let mut finished = false;
    while let Ok(event) = events.try_recv() {
        match &*event {
            Event::Progress {
                computer, doing, ..
            } => {
                assert_eq!(computer.name, "pc1");
                texts.push(doing.text.clone());
            }
            Event::Synchronization {
                computer,
                pms_status_ok,
                ..
            } => {
                assert_eq!(
                    (computer.project.name.as_str(), *pms_status_ok),
                    (PROJECT, true)
                );
                finished = true;
            }
            _ => {}
        }
    }
    assert!(finished && texts.len() > 8, "{texts:?}");
}

on_both_engines! {
    async fn an_available_computer_ends_together_with_the_notice_of_it(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let state = site.0.state();
        site.run("UPDATE client_computer SET status = 'available'", args![]).await;
        let identity = json!({ "uuid": UUID, "name": "pc1" });
        peer.call("/api/v1/safe/computers/id/", &identity).await.unwrap();
        state.domain().doing.write(&state.db).await.unwrap();
        let doing = "SELECT COUNT(*) FROM client_message";
        assert_eq!(site.count(doing).await, 1);
        // The notice cannot be written: as if the server ended there.
        site.run("ALTER TABLE client_notification RENAME TO elsewhere", args![]).await;
        assert!(peer.ask("/api/v1/safe/eot/").await.is_err());
        state.domain().doing.write(&state.db).await.unwrap();
        assert_eq!(site.count(doing).await, 1, "it has not ended");
        site.run("ALTER TABLE elsewhere RENAME TO client_notification", args![]).await;
        peer.ask("/api/v1/safe/eot/").await.unwrap();
        assert_eq!(site.count(doing).await, 0);
        let told = "SELECT COUNT(*) FROM client_notification WHERE message LIKE '%with status available%'";
        assert_eq!(site.count(told).await, 1);
    }
}

on_both_engines! {
    async fn what_a_computer_is_doing_is_seen_by_whoever_asks_and_kept_for_the_others(site: Site) {
        let peer = site.computer(UUID, "pc1").await;
        let admin = site.0.admin().await;
        let doing = async || {
            let seen = admin.get("/api/v1/token/messages/").await.json;
            let told = seen["results"].as_array().unwrap().iter();
            told.map(|message| {
                assert_eq!(message["message"], message["message_said"]["text"]);
                message["message_said"]["code"].as_str().unwrap().to_owned()
            }).collect::<Vec<_>>()
        };
        let identity = json!({ "uuid": UUID, "name": "pc1" });
        for _ in 0..2 {
            peer.call("/api/v1/safe/computers/id/", &identity).await.unwrap();
            assert_eq!(doing().await, ["synchronization_begins"]);
            peer.ask("/api/v1/safe/eot/").await.unwrap();
            assert_eq!(doing().await, Vec::<String>::new());
        }
        // Nobody asks: it is written all the same, for servers beside this one.
        let state = site.0.state();
        peer.call("/api/v1/safe/computers/id/", &identity).await.unwrap();
        while site.count("SELECT COUNT(*) FROM client_message").await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A computer that is deleted meanwhile keeps no other from being told of.
        let other = site.computer("11111111-2222-3333-4444-555555555555", "pc2").await;
        peer.ask("/api/v1/safe/eot/").await.unwrap();
        for (uuid, name) in [(UUID, "pc1"), ("11111111-2222-3333-4444-555555555555", "pc2")] {
            let peer = if name == "pc1" { &peer } else { &other };
            let identity = json!({ "uuid": uuid, "name": name });
            peer.call("/api/v1/safe/computers/id/", &identity).await.unwrap();
        }
        let gone = "DELETE FROM client_computer WHERE id = $1";
        site.run(gone, args![peer.id.unwrap()]).await;
        state.domain().doing.write(&state.db).await.unwrap();
        assert_eq!(site.count("SELECT COUNT(*) FROM client_message").await, 1);
    }
}
