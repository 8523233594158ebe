//! Domains are a boundary: whatever an operator of one of them does, the computers of the others do not notice.

use migasfree_deb::Builder;
use migasfree_server_audit::UserId;
use migasfree_server_db::args;
use serde_json::{Value, json};

use super::site::{PROJECT, Site, UUID};
use crate::harness::{Answer, Client};
use crate::on_both_engines;
use crate::peer::{LocalFile, Peer};

const TOKEN: &str = "/api/v1/token/";
const OTHER_UUID: &str = "4C4C4544-0036-3010-8056-B7C04F4E4B99";
const MODELS: [&str; 16] = [
    "core.X_deployment",
    "core.X_internalsource",
    "core.X_attributeset",
    "core.X_singularity",
    "core.X_schedule",
    "core.X_scheduledelay",
    "core.X_domain",
    "core.X_scope",
    "core.X_userprofile",
    "core.X_clientproperty",
    "core.X_serverattribute",
    "client.X_faultdefinition",
    "client.X_computer",
    "app_catalog.X_application",
    "app_catalog.X_policy",
    "app_catalog.X_policygroup",
];

/// Two computers of a project, each in a domain of its own, and Ada, who may do everything in the north.
struct Country {
    site: Site,
    admin: Client,
    ada: Client,
    ada_id: i64,
    north: i64,
    south: i64,
    /// The tags the domains are made of.
    tags: (i64, i64),
    project: i64,
    ours: Peer,
    theirs: Peer,
}

impl Country {
    async fn on_sqlite() -> Self {
        Self::on(Site::on_sqlite().await).await
    }

    async fn on_postgres() -> Self {
        Self::on(Site::on_postgres().await).await
    }

    async fn on(site: Site) -> Self {
        let admin = site.0.admin().await;
        let ours = site.computer(UUID, "ours").await;
        let theirs = site.computer(OTHER_UUID, "theirs").await;
        let project = site.project(PROJECT).await;
        let tags = (
            site.add_tag("TAG", "Tags", "north-tag").await,
            site.add_tag("TAG", "Tags", "south-tag").await,
        );
        let mut domains = Vec::new();
        for (peer, tag, name) in [(&ours, tags.0, "North"), (&theirs, tags.1, "South")] {
            site.run(
                "INSERT INTO client_computer_tags (computer_id, serverattribute_id) VALUES ($1, $2)",
                args![peer.known_id().unwrap(), tag],
            )
            .await;
            let body = json!({"name": name, "included_attributes": [tag], "domain_admins": []});
            let made = admin.post(&format!("{TOKEN}domains/"), body).await;
            domains.push(made.json["id"].as_i64().unwrap());
            upload(peer).await;
        }
        let rights: Vec<String> = MODELS
            .iter()
            .flat_map(|model| {
                ["add", "change", "delete", "view"].map(|verb| model.replace('X', verb))
            })
            .chain(["app_catalog.add_packagesbyproject".to_owned()])
            .collect();
        let rights: Vec<&str> = rights.iter().map(String::as_str).collect();
        let UserId(ada_id) = site.0.add_operator("ada", "", &rights).await;
        site.run(
            "INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2)",
            args![ada_id, domains[0]],
        )
        .await;
        let ada = site.0.program_of(UserId(ada_id)).await;
        Self {
            admin,
            ada,
            ada_id,
            north: domains[0],
            south: domains[1],
            tags,
            project,
            ours,
            theirs,
            site,
        }
    }

    /// Ada makes something; it becomes the north's.
    async fn make(&self, route: &str, body: Value) -> i64 {
        let made = self.ada.post(&format!("{TOKEN}{route}/"), body).await;
        assert_eq!(made.status, 201, "{route}: {}", made.text);
        let id = made.json["id"].as_i64().unwrap();
        let row = self.ada.get(&format!("{TOKEN}{route}/{id}/")).await;
        if let Some(domain) = row.json.get("domain") {
            assert_eq!(domain["id"], self.north, "{route}: {}", row.text);
        }
        id
    }

    async fn property(&self, prefix: &str) -> i64 {
        self.site
            .one::<(i64,)>(
                "SELECT id FROM core_property WHERE prefix = $1",
                args![prefix],
            )
            .await
            .0
    }

    /// What can be aimed, and the list it is aimed with; all of it would do harm.
    async fn aimed(&self) -> Vec<(&'static str, Value, &'static str)> {
        let schedule = self.make("schedules", json!({"name": "Mine"})).await;
        let formula = self.property("HST").await;
        vec![
            (
                "deployments",
                json!({"name": "Evil", "project": self.project, "packages_to_install": ["evil-deployment"], "start_date": "2020-01-01"}),
                "included_attributes",
            ),
            (
                "deployments",
                json!({"name": "Slowly evil", "project": self.project, "packages_to_install": ["evil-delay"],
                    "start_date": "2020-01-01", "schedule": schedule}),
                "excluded_attributes",
            ),
            (
                "schedule-delays",
                json!({"schedule": schedule, "delay": 0, "duration": 1}),
                "attributes",
            ),
            (
                "catalog/policies",
                json!({"name": "Evil"}),
                "included_attributes",
            ),
            (
                "catalog/apps",
                json!({"name": "Evil", "category": 1}),
                "available_for_attributes",
            ),
            (
                "fault-definitions",
                json!({"name": "Evil", "code": "evil"}),
                "included_attributes",
            ),
            (
                "attribute-sets",
                json!({"name": "Evil"}),
                "included_attributes",
            ),
            (
                "singularities",
                json!({"name": "Evil", "property_att": formula, "priority": 99, "code": "evil"}),
                "included_attributes",
            ),
        ]
    }

    async fn refuses(&self, answer: &Answer, what: &str) {
        assert!(
            matches!(answer.status, 400 | 403 | 404),
            "{what}: {} {}",
            answer.status,
            answer.text
        );
        for hidden in ["south-tag", "SOUTH", "theirs"] {
            assert!(!answer.text.contains(hidden), "{what}: {}", answer.text);
        }
    }
}

async fn upload(peer: &Peer) {
    let claims = peer.attribute_claims(&["HST".to_owned()]).unwrap();
    let answer = peer
        .call("/api/v1/safe/computers/attributes/", &claims)
        .await
        .unwrap();
    assert_eq!(answer.status, 201);
}

/// Everything the server tells a computer to do, as one text.
async fn told(peer: &Peer) -> String {
    upload(peer).await;
    let mut told = peer.traits().await.unwrap().join(" ");
    for call in [
        "properties",
        "repositories",
        "packages/mandatory",
        "faults/definitions",
        "tags/available",
    ] {
        let answer = peer
            .call(
                &format!("/api/v1/safe/computers/{call}/"),
                &json!({"id": peer.known_id().unwrap()}),
            )
            .await
            .unwrap();
        told.push_str(&answer.data.to_string());
    }
    let apps = peer
        .call(
            "/api/v1/safe/catalog/apps/available/",
            &json!({"cid": peer.known_id().unwrap()}),
        )
        .await
        .unwrap();
    told + &apps.data.to_string()
}

on_both_engines! {
    async fn a_packager_of_a_domain_uploads_only_where_their_account_could(country: Country) {
        let Country { site, admin, north, project, .. } = &country;
        let UserId(pia) = site.0.add_operator("pia", "correct horse", &["core.change_package"]).await;
        site.run(
            "INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2)",
            args![pia, *north],
        )
        .await;
        let platform = site.one::<(i64,)>("SELECT platform_id FROM core_project WHERE id = $1", args![*project]).await.0;
        let other = json!({"name": "Elsewhere", "pms": "apt", "architecture": "amd64", "platform": platform});
        assert_eq!(admin.post(&format!("{TOKEN}projects/"), other).await.status, 201);
        let mut chief = site.stranger(UUID, "ours");
        chief.fetch_packager_keys("admin", site.0.admin_password()).await.unwrap();
        let mut here = site.stranger(UUID, "ours");
        here.fetch_packager_keys("pia", "correct horse").await.unwrap();
        let mut there = site.stranger_in("Elsewhere", UUID, "ours");
        there.fetch_packager_keys("pia", "correct horse").await.unwrap();
        let package = |name: &str, text: &str| {
            let file = format!("{name}_1.0_all.deb");
            let content = Builder::new(name, "1.0", "all").field("Description", text).build().unwrap();
            (file, content)
        };
        let send = async |peer: &Peer, (path, content): &(String, Vec<u8>), store: &str, set: Option<&str>| {
            peer.upload(&LocalFile { path, content, store }, set).await.unwrap()
        };
        let everybodys = package("base", "for everybody");
        send(&chief, &everybodys, "Org", Some("tools")).await.accepted().unwrap();
        let deployment = json!({
            "name": "For everybody", "project": project, "start_date": "2020-01-01",
            "available_package_sets": [site.one::<(i64,)>("SELECT id FROM core_packageset", args![]).await.0],
        });
        assert_eq!(admin.post(&format!("{TOKEN}deployments/"), deployment).await.status, 201);
        let state = async || {
            let rows: Vec<(String,)> = site.0.state().db
                .all(
                    "SELECT 'store ' || name FROM core_store UNION ALL SELECT 'set ' || name FROM core_packageset \
                     UNION ALL SELECT 'member ' || package_id || ' ' || packageset_id FROM core_packageset_packages \
                     UNION ALL SELECT 'file ' || path || ' ' || sha256 || ' ' || store_id FROM store_file \
                     UNION ALL SELECT 'publication ' || deployment_id || ' ' || requested_at FROM repository_publication ORDER BY 1",
                    args![],
                )
                .await
                .unwrap();
            rows
        };
        let before = state().await;
        let new = package("extra", "of the north");
        for (what, refused) in [
            ("another project", send(&there, &new, "Org", None).await),
            ("a set of another project", send(&there, &new, "Org", Some("tools")).await),
            ("other contents", send(&here, &package("base", "of the north"), "Org", None).await),
            ("a set of everybody's", send(&here, &new, "Org", Some("tools")).await),
            ("the publication of a set", here.publish("tools").await.unwrap()),
            ("the publication of a package", here.publish(&everybodys.0).await.unwrap()),
            ("the publication of another project", there.publish("tools").await.unwrap()),
        ] {
            assert!((400..500).contains(&refused.status), "{what}: {refused:?}");
            assert_eq!(state().await, before, "{what}");
        }
        // The same file once more moves nothing.
        send(&here, &everybodys, "Org", None).await.accepted().unwrap();
        assert_eq!(state().await, before);
        send(&here, &new, "Norths", Some("ours")).await.accepted().unwrap();
        here.publish("ours").await.unwrap().accepted().unwrap();
        assert_eq!(state().await.len(), before.len() + 4, "a store, a set, a file, and that it is in the set");
    }

    async fn what_is_aimed_at_everybody_reaches_ones_own_domain_alone(country: Country) {
        let before = told(&country.theirs).await;
        let mut made = std::collections::BTreeMap::new();
        for (route, mut body, list) in country.aimed().await {
            if list != "excluded_attributes" {
                body[list] = json!([1]);
            }
            made.insert(route, country.make(route, body).await);
        }
        let packages = json!({"application": made["catalog/apps"], "project": country.project, "packages_to_install": ["evil-policy"]});
        country.make("catalog/project-packages", packages).await;
        let group = json!({"policy": made["catalog/policies"], "priority": 1, "applications": [made["catalog/apps"]], "included_attributes": [1]});
        country.make("catalog/policy-groups", group).await;

        let ours = told(&country.ours).await;
        for harm in ["evil-deployment", "evil-delay", "evil-policy", "SET-Evil", "\"Evil\"", "\"evil\""] {
            assert!(ours.contains(harm), "{harm}: {ours}");
        }
        assert_eq!(told(&country.theirs).await, before);
    }

    async fn an_application_or_schedule_of_a_domain_stays_there_whoever_uses_it(country: Country) {
        let app = country.make("catalog/apps", json!({"name": "Harmless", "category": 1})).await;
        let schedule = country.make("schedules", json!({"name": "Harmless"})).await;
        let admin = async |route: &str, body: Value| {
            let made = country.admin.post(&format!("{TOKEN}{route}/"), body).await;
            assert_eq!(made.status, 201, "{route}: {}", made.text);
            made.json["id"].as_i64().unwrap()
        };
        let policy = admin("catalog/policies", json!({"name": "For all", "included_attributes": [1]})).await;
        admin("catalog/policy-groups", json!({"policy": policy, "priority": 1, "applications": [app], "included_attributes": [1]})).await;
        let deployment = json!({"name": "For all", "project": country.project, "schedule": schedule,
            "start_date": "2020-01-01", "packages_to_install": ["not-so-fast"]});
        let deployment = admin("deployments", deployment).await;

        let packages = json!({"application": app, "project": country.project, "packages_to_install": ["evil-policy"]});
        country.make("catalog/project-packages", packages).await;
        country.make("schedule-delays", json!({"schedule": schedule, "delay": 0, "duration": 1, "attributes": [1]})).await;
        for (peer, reached) in [(&country.ours, true), (&country.theirs, false)] {
            let told = told(peer).await;
            assert_eq!(told.contains("evil-policy"), reached, "{told}");
            assert_eq!(told.contains("not-so-fast"), reached, "{told}");
        }
        let preview = json!({"project": country.project, "schedule": schedule, "start_date": "2020-01-01"});
        let preview = country.admin.post(&format!("{TOKEN}deployments/preview/"), preview).await;
        assert_eq!(preview.json["computers_total"], 1, "{}", preview.text);
        let assigned = country.admin.get(&format!("{TOKEN}stats/deployments/{deployment}/computers/assigned/")).await;
        assert_eq!(assigned.json, json!([country.ours.known_id().unwrap()]), "{}", assigned.text);
        let id = country.theirs.known_id().unwrap();
        let simulation = country.admin.get(&format!("{TOKEN}computers/{id}/sync/simulation/")).await;
        assert!(!simulation.text.contains("evil-policy") && !simulation.text.contains("not-so-fast"), "{}", simulation.text);
    }

    async fn nobody_points_at_what_their_domains_do_not_see(country: Country) {
        for (route, body, list) in country.aimed().await {
            for hidden in [country.tags.1, 999_999] {
                let mut wrong = body.clone();
                wrong[list] = json!([hidden]);
                let refused = country.ada.post(&format!("{TOKEN}{route}/"), wrong).await;
                assert!(refused.json[list][0].is_string(), "{route}: {}", refused.text);
                country.refuses(&refused, route).await;
            }
            let id = country.make(route, body.clone()).await;
            let row = format!("{TOKEN}{route}/{id}/");
            let refused = country.ada.patch(&row, json!({list: [country.tags.1]})).await;
            country.refuses(&refused, route).await;
            let mut whole = body.clone();
            whole[list] = json!([country.tags.1]);
            country.refuses(&country.ada.put(&row, whole).await, route).await;
            if route != "schedule-delays" {
                country.refuses(&country.ada.patch(&row, json!({"domain": country.south})).await, route).await;
                let cleared = country.ada.patch(&row, json!({"domain": null})).await;
                assert_eq!(cleared.status, 400, "{route}: {}", cleared.text);
                assert!(cleared.json["domain"][0].as_str().unwrap().contains("choose one"), "{route}: {}", cleared.text);
                assert_eq!(country.ada.get(&row).await.json["domain"]["id"], country.north, "{route}");
            }
        }
        let theirs = country.theirs.known_id().unwrap();
        let status = country.ada.post(&format!("{TOKEN}computers/{theirs}/status/"), json!({"status": "available"})).await;
        country.refuses(&status, "status").await;
        let ours = country.ours.known_id().unwrap();
        let swapped = country.ada.post(&format!("{TOKEN}computers/{ours}/replacement/"), json!({"target": theirs})).await;
        country.refuses(&swapped, "replacement").await;
        let tagged = country.ada.patch(&format!("{TOKEN}tags/{}/computers/", country.tags.0), json!({"computers": [ours, theirs]})).await;
        country.refuses(&tagged, "tags").await;
        let tagged = country.ada.patch(&format!("{TOKEN}computers/{ours}/"), json!({"tags": [country.tags.1]})).await;
        country.refuses(&tagged, "tags of a computer").await;
    }

    async fn what_is_everybodys_is_read_and_left_alone(country: Country) {
        let mut shared = Vec::new();
        for (route, mut body, list) in country.aimed().await {
            body[list] = json!([1, country.tags.1]);
            body["name"] = json!(format!("Shared {}", shared.len()));
            body.as_object_mut().unwrap().remove("domain");
            if route == "schedule-delays" {
                body["schedule"] = json!(1);
                body["delay"] = json!(77);
            }
            let made = country.admin.post(&format!("{TOKEN}{route}/"), body).await;
            assert_eq!(made.status, 201, "{route}: {}", made.text);
            shared.push((route, made.json["id"].as_i64().unwrap(), list));
        }
        shared.push(("formulas", country.property("HST").await, ""));
        shared.push(("schedules", 1, ""));
        for (route, id, list) in shared {
            let row = format!("{TOKEN}{route}/{id}/");
            let read = country.ada.get(&row).await;
            assert_eq!(read.status, 200, "{route}: {}", read.text);
            assert!(!read.text.contains("south-tag"), "{route}: {}", read.text);
            for answer in [
                country.ada.patch(&row, json!({"name": "Mine", list: []})).await,
                country.ada.patch(&row, json!({"domain": country.north})).await,
                country.ada.delete(&row).await,
            ] {
                assert_eq!(answer.status, 403, "{route}: {}", answer.text);
                country.refuses(&answer, route).await;
            }
        }
        let delay = json!({"schedule": 1, "delay": 3, "duration": 1, "attributes": [1]});
        assert_eq!(country.ada.post(&format!("{TOKEN}schedule-delays/"), delay).await.status, 403);
        let formula = json!({"prefix": "EVI", "name": "Evil", "code": "evil"});
        assert_eq!(country.ada.post(&format!("{TOKEN}formulas/"), formula).await.status, 403);
    }

    async fn what_one_does_not_see_in_ones_own_stays_there(country: Country) {
        let id = country.make("fault-definitions", json!({"name": "Ours", "code": "x", "included_attributes": [1]})).await;
        let row = format!("{TOKEN}fault-definitions/{id}/");
        let lists = json!({"included_attributes": [1, country.tags.1]});
        assert_eq!(country.admin.patch(&row, lists).await.status, 200);
        let shown = country.ada.get(&row).await;
        assert_eq!(shown.json["included_attributes"].as_array().unwrap().len(), 1, "{}", shown.text);
        let written = country.ada.patch(&row, json!({"included_attributes": []})).await;
        assert_eq!((written.status, &written.json["included_attributes"]), (200, &json!([])), "{}", written.text);
        let kept = country.admin.get(&row).await;
        assert_eq!(kept.json["included_attributes"][0]["id"], country.tags.1, "{}", kept.text);
    }

    async fn nobody_leaves_or_widens_their_domain(country: Country) {
        let own = format!("{TOKEN}user-profiles/{}/", country.ada_id);
        let computers = async || country.ada.get(&format!("{TOKEN}computers/?page=1")).await.json["count"].clone();
        assert_eq!(computers().await, 1);
        assert_eq!(country.ada.patch(&own, json!({"domain_preference": country.north})).await.status, 200);
        assert_eq!(country.ada.patch(&own, json!({"domain_preference": null})).await.status, 200);
        assert_eq!(computers().await, 1, "no preference is all of one's own");
        for body in [json!({"domains": []}), json!({"domains": [country.north, country.south]}), json!({"domain_preference": country.south})] {
            country.refuses(&country.ada.patch(&own, body.clone()).await, &body.to_string()).await;
        }
        let north = format!("{TOKEN}domains/{}/", country.north);
        for body in [
            json!({"included_attributes": [1]}), json!({"excluded_attributes": [1]}), json!({"tags": [country.tags.0]}),
            json!({"name": "Everything"}), json!({"domain_admins": []}),
        ] {
            let refused = country.ada.patch(&north, body.clone()).await;
            assert_eq!(refused.status, 403, "{body}: {}", refused.text);
        }
        let south = format!("{TOKEN}domains/{}/", country.south);
        let joined = country.ada.patch(&south, json!({"domain_admins": [country.ada_id]})).await;
        assert_eq!(joined.status, 404, "{}", joined.text);
        assert_eq!(country.ada.delete(&north).await.status, 403);
        assert_eq!(country.ada.delete(&south).await.status, 404);
        let whole = json!({"name": "Whole", "included_attributes": [1], "domain_admins": [country.ada_id]});
        assert_eq!(country.ada.post(&format!("{TOKEN}domains/"), whole).await.status, 403);
        let kept = country.admin.delete(&north).await;
        assert_eq!((kept.status, kept.code()), (409, "in_use"), "{}", kept.text);

        let free = country.site.0.add_operator("free", "", &["core.change_domain", "core.view_domain"]).await;
        let program = country.site.0.program_of(free).await;
        let joined = program.patch(&south, json!({"domain_admins": [free]})).await;
        assert_eq!(joined.status, 403, "{}", joined.text);
    }

    async fn accounts_made_in_a_domain_are_of_it(country: Country) {
        let accounts = format!("{TOKEN}user-profiles/");
        let made = country.ada.post(&accounts, json!({"username": "berta"})).await;
        assert_eq!((made.status, &made.json["domains"][0]["id"]), (201, &json!(country.north)), "{}", made.text);
        let foreign = country.ada.post(&accounts, json!({"username": "carl", "domains": [country.south]})).await;
        country.refuses(&foreign, "domains").await;
        let row = format!("{accounts}{}/", made.json["id"]);
        for domains in [json!([]), json!([country.north, country.south])] {
            country.refuses(&country.ada.patch(&row, json!({"domains": domains})).await, "domains").await;
        }
        let UserId(other) = country.site.0.add_operator("otto", "", &[]).await;
        for answer in [country.ada.get(&format!("{accounts}{other}/")).await, country.ada.delete(&format!("{accounts}{other}/")).await] {
            assert_eq!(answer.status, 404, "{}", answer.text);
        }
        country.site.run(
            "INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2), ($1, $3)",
            args![other, country.north, country.south],
        ).await;
        let shown = country.ada.get(&format!("{accounts}{other}/")).await;
        assert_eq!(shown.json["domains"].as_array().unwrap().len(), 1, "{}", shown.text);
        assert_eq!(country.ada.delete(&format!("{accounts}{other}/")).await.status, 403);
    }

    async fn who_has_two_domains_chooses(country: Country) {
        country.site.run(
            "INSERT INTO core_userprofile_domains (userprofile_id, domain_id) VALUES ($1, $2)",
            args![country.ada_id, country.south],
        ).await;
        let set = |name: &str| json!({"name": name, "included_attributes": [country.tags.1]});
        let sets = format!("{TOKEN}attribute-sets/");
        let refused = country.ada.post(&sets, set("Which")).await;
        assert!(refused.json["domain"][0].is_string(), "{}", refused.text);
        let mut chosen = set("Chosen");
        chosen["domain"] = json!(country.south);
        let made = country.ada.post(&sets, chosen).await;
        assert_eq!((made.status, &made.json["domain"]), (201, &json!(country.south)), "{}", made.text);
        let own = format!("{TOKEN}user-profiles/{}/", country.ada_id);
        assert_eq!(country.ada.get(&format!("{TOKEN}computers/?page=1")).await.json["count"], 2, "the union");
        assert_eq!(country.ada.patch(&own, json!({"domain_preference": country.south})).await.status, 200);
        let made = country.ada.post(&sets, set("Preferred")).await;
        assert_eq!((made.status, &made.json["domain"]), (201, &json!(country.south)), "{}", made.text);
        assert_eq!(country.ada.get(&format!("{TOKEN}computers/?page=1")).await.json["count"], 1);
        assert_eq!(country.ada.get(&format!("{TOKEN}domains/?page=1")).await.json["count"], 2, "to choose from");
    }

    async fn tags_made_in_a_domain_are_offered_by_it(country: Country) {
        let stamp = country.property("TAG").await;
        let made = country.make("tags", json!({"property_att": stamp, "value": "fresh"})).await;
        let row = format!("{TOKEN}tags/{made}/");
        let used = country.ada.patch(&format!("{TOKEN}computers/{}/", country.ours.known_id().unwrap()), json!({"tags": [country.tags.0, made]})).await;
        assert_eq!(used.status, 200, "{}", used.text);
        assert_eq!(country.ada.delete(&row).await.status, 403);
        let domain = country.property("DMN").await;
        for value in ["SOUTH.evil", "SOUTH", "NORTHERN"] {
            let refused = country.ada.post(&format!("{TOKEN}tags/"), json!({"property_att": domain, "value": value})).await;
            assert!(refused.json["value"][0].is_string(), "{value}: {}", refused.text);
        }
        country.make("tags", json!({"property_att": domain, "value": "NORTH.attic"})).await;
    }
}
