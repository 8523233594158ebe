//! The recorded exchanges of a real client, sent again to a server with the same keys and seed:
//! the same statuses, and answers of the same shape.

use std::path::Path;

use migasfree_envelope::{PrivateKey, open};
use migasfree_server::config::{PublicUrl, Settings};
use migasfree_server_db::args;
use serde_json::Value;

use super::site::Site;
use crate::harness::Server;

fn vectors(name: &str) -> Value {
    let folder =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../tests/reference/vectors");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// Exchanges that go another way here, and why.
fn expected_status(step: &str, recorded: u64) -> u64 {
    match step {
        // Clients of both generations are served.
        "repositories-key-post-current-server" => 200,
        // The recorded files are no packages, which is told at once.
        "upload-package" | "upload-set" => 400,
        "create-repository" => 404,
        _ => recorded,
    }
}

/// Steps that show the printer of the recorded server; there is none here.
const PRINTERS: [&str; 2] = ["devices", "devices-logical-available"];

/// Steps whose data depends on nothing but the seed.
const EXACT: [&str; 10] = [
    "properties",
    "fault-definitions",
    "repositories",
    "packages-mandatory",
    "hardware-required",
    "label",
    "tags-assigned",
    "tags-available",
    "tags-set",
    "catalog-categories",
];

#[tokio::test(flavor = "multi_thread")]
async fn recorded_requests_are_answered_alike_on_sqlite() {
    replay(Server::sqlite_settings()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_requests_are_answered_alike_on_postgres() {
    replay(Server::postgres_settings().await).await;
}

async fn replay(mut settings: Settings) {
    settings.public_url = Some(PublicUrl("http://migasfree.example".parse().unwrap()));
    settings.clients.help_desk = "Call 555-0100".to_owned();
    let site = Site(Server::with(settings).await);
    let keys = install_keys(&site);
    site.0
        .add_operator("packager", "packager", &["core.change_package"])
        .await;
    for sql in BEFORE {
        site.run(*sql, args![]).await;
    }

    let transcript = vectors("http_transcript.json");
    for exchange in transcript["exchanges"].as_array().unwrap() {
        let step = exchange["step"].as_str().unwrap();
        if step == "properties" {
            for sql in CATALOGUE {
                site.run(*sql, args![]).await;
            }
            let sql = "INSERT INTO app_catalog_application (id, name, created_at, category_id) \
                       VALUES (1, 'Editor', $1, 1)";
            site.run(sql, args![site.0.clock_now()]).await;
            for sql in AFTER_APPLICATION {
                site.run(*sql, args![]).await;
            }
        }
        let expected = expected_status(step, exchange["response"]["status"].as_u64().unwrap());
        let (status, text) = send(&site, &exchange["request"]).await;
        assert_eq!(u64::from(status), expected, "{step}: {text}");
        if expected == exchange["response"]["status"] && !PRINTERS.contains(&step) {
            compare(step, &text, exchange, &keys);
        }
    }
}

fn install_keys(site: &Site) -> Value {
    let keys = vectors("keys.json");
    let folder = site.0.folder.path().join("keys");
    for (owner, file) in [
        ("server", "migasfree-server.pri"),
        ("project", "debian-12.pri"),
        ("packager", "migasfree-packager.pri"),
    ] {
        std::fs::write(
            folder.join(file),
            keys[owner]["private_pem"].as_str().unwrap(),
        )
        .unwrap();
    }
    keys
}

async fn send(site: &Site, request: &Value) -> (u16, String) {
    let method = request["method"].as_str().unwrap().parse().unwrap();
    let path = request["path"].as_str().unwrap();
    let mut call = site.0.anonymous().request(method, path);
    for (name, value) in request["headers"].as_object().unwrap() {
        let name = name.to_lowercase();
        if name == "content-type" || name == "accept-language" {
            call = call.header(name, value.as_str().unwrap());
        }
    }
    if let Some(body) = request["body"].as_str() {
        call = call.body(body.to_owned());
    }
    let answer = call.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn compare(step: &str, text: &str, exchange: &Value, keys: &Value) {
    let answer: Value = serde_json::from_str(text).unwrap();
    let Some(msg) = answer["msg"].as_str() else {
        let recorded = exchange["response"]["body"].as_str().unwrap();
        let recorded: Value = serde_json::from_str(recorded).unwrap();
        same_shape(&answer, &recorded, step);
        return;
    };
    let key = |owner: &str| PrivateKey::from_pem(keys[owner]["private_pem"].as_str().unwrap());
    let path = exchange["request"]["path"].as_str().unwrap();
    let peer = if path.contains("/safe/packages/") {
        "packager"
    } else {
        "project"
    };
    let data = open(msg, &key(peer).unwrap(), key("server").unwrap().public()).unwrap();
    let mut recorded = exchange["response"]["data"].clone();
    if let Some(sources) = recorded.as_array_mut().filter(|_| step == "repositories") {
        // No external source is handed out before something serves it.
        sources.retain(|source| source["name"] != "external-stable");
    }
    if EXACT.contains(&step) {
        assert_eq!(data, recorded, "{step}");
    }
    same_shape(&data, &recorded, step);
}

/// The same members of the same types; a null may stand for anything.
fn same_shape(ours: &Value, recorded: &Value, at: &str) {
    match (ours, recorded) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(ours), Value::Object(recorded)) => {
            let names = |object: &serde_json::Map<String, Value>| {
                let mut names: Vec<String> = object.keys().cloned().collect();
                names.sort();
                names
            };
            let mut shown = names(ours);
            // Tells our own calls; clients of version 5 do not look at it.
            shown.retain(|name| {
                at != "server-info" || !["additions", "native"].contains(&name.as_str())
            });
            assert_eq!(shown, names(recorded), "{at}");
            let recorded_too = |(name, _): &(&String, &Value)| recorded.contains_key(*name);
            for (name, value) in ours.iter().filter(recorded_too) {
                same_shape(value, &recorded[name], &format!("{at}.{name}"));
            }
        }
        (Value::Array(ours), Value::Array(recorded)) => {
            assert_eq!(ours.is_empty(), recorded.is_empty(), "{at}");
            for (value, recorded) in ours.iter().zip(recorded) {
                same_shape(value, recorded, &format!("{at}[]"));
            }
        }
        _ => assert_eq!(
            std::mem::discriminant(ours),
            std::mem::discriminant(recorded),
            "{at}: {ours} instead of {recorded}"
        ),
    }
}

/// What the recorded server had before the computer came.
const BEFORE: &[&str] = &[
    "DELETE FROM client_faultdefinition",
    "UPDATE core_property SET language = 0, code = 'hostname' WHERE prefix = 'HST'",
    "UPDATE core_property SET language = 0, code = 'echo 192.0.2.0/24' WHERE prefix = 'NET'",
    "UPDATE core_property SET language = 1, \
     code = 'print(''8086:1237~Host bridge ,8086:7000~ISA bridge ,'')' WHERE prefix = 'PCI'",
];

/// What administrators made while the computer was registered.
const CATALOGUE: &[&str] = &[
    "INSERT INTO client_faultdefinition (id, name, language, code) \
     VALUES (10, 'Disk almost full', 0, 'df --output=pcent / | tail -1')",
    "INSERT INTO client_faultdefinition_included_attributes (faultdefinition_id, attribute_id) VALUES (10, 1)",
    "INSERT INTO core_property (id, prefix, name, sort, kind) VALUES (50, 'AUL', 'Classroom', 'server', 'N')",
    "INSERT INTO core_attribute (id, property_att_id, value, description) VALUES \
     (50, 50, 'lab', ''), (51, 1, 'Hosts A', '')",
    "INSERT INTO core_attribute (id, property_att_id, value) \
     SELECT 52, id, 'pc-ñ1' FROM core_property WHERE prefix = 'HST'",
    "INSERT INTO core_attributeset (id, name) VALUES (10, 'Hosts A')",
    "INSERT INTO core_attributeset_included_attributes (attributeset_id, attribute_id) VALUES (10, 52)",
    "INSERT INTO core_deployment (id, name, slug, project_id, start_date, packages_to_install, packages_to_remove) \
     SELECT 10, 'Base Apps', 'base-apps', id, '2020-01-01', 'vim\nhtop', 'nano' FROM core_project",
    "INSERT INTO core_deployment (id, name, slug, project_id, start_date, source, base_url, options, suite, components) \
     SELECT 11, 'External Stable', 'external-stable', id, '2020-01-01', 'E', 'http://deb.example.org', '', \
     'bookworm', 'main contrib' FROM core_project",
    "INSERT INTO core_deployment (id, name, slug, project_id, start_date, packages_to_install, packages_to_remove, \
     default_preincluded_packages, default_included_packages, default_excluded_packages) \
     SELECT 12, 'Class Lab', 'class-lab', id, '2020-01-01', 'gcompris', 'games', 'pre1', 'inc1', 'exc1' FROM core_project",
    "INSERT INTO core_deployment_included_attributes (deployment_id, attribute_id) VALUES (10, 1), (11, 1), (12, 50)",
    "INSERT INTO repository_generation (deployment_id, project_id, slug, package_count, created_at, modified_at) \
     SELECT d.id, d.project_id, d.slug, 0, u.date_joined, u.date_joined FROM core_deployment d \
     CROSS JOIN core_userprofile u WHERE u.id = 1",
    "INSERT INTO app_catalog_policy (id, name) VALUES (10, 'Editors')",
    "INSERT INTO app_catalog_policy_included_attributes (policy_id, attribute_id) VALUES (10, 1)",
    "INSERT INTO app_catalog_policygroup (id, priority, policy_id) VALUES (10, 1, 10), (11, 2, 10)",
    "INSERT INTO app_catalog_policygroup_included_attributes (policygroup_id, attribute_id) VALUES (10, 1), (11, 52)",
];

const AFTER_APPLICATION: &[&str] = &[
    "INSERT INTO app_catalog_application (id, name, created_at, category_id) \
     SELECT 2, 'Other editor', created_at, 1 FROM app_catalog_application WHERE id = 1",
    "INSERT INTO app_catalog_application_available_for_attributes (application_id, attribute_id) VALUES (1, 1)",
    "INSERT INTO app_catalog_packagesbyproject (application_id, project_id, packages_to_install) \
     SELECT 1, id, 'geany' FROM core_project UNION SELECT 2, id, 'kate' FROM core_project",
    "INSERT INTO app_catalog_policygroup_applications (policygroup_id, application_id) VALUES (10, 1), (11, 2)",
];
