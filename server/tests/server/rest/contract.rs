//! Names of fields and parameters as the reference describes them, in `tests/reference/openapi-v5.json`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use migasfree_server_domain::declared::registry;
use migasfree_server_entity::{
    entity::{Field, Write},
    registry::Resource,
};
use serde_json::Value;

use super::organisation::TOKEN;
use crate::harness::{Answer, Server, described};

static REFERENCE: LazyLock<Value> = LazyLock::new(|| {
    let path = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../tests/reference/openapi-v5.json";
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
});

/// Where the description of the reference differs from what it does, or where we go further on purpose:
/// route, what is compared, names only the reference has, names only we have.
const KNOWN: &[(&str, &str, &[&str], &[&str])] = &[
    // Described by its form for uploads.
    (
        "packages",
        "detail",
        &["files"],
        &["architecture", "url", "version"],
    ),
    (
        "packages",
        "list",
        &["files"],
        &["architecture", "url", "version"],
    ),
    (
        "packages",
        "created",
        &["files"],
        &["architecture", "url", "version"],
    ),
    // Whether members need a second factor.
    (
        "accounts/groups",
        "detail",
        &[],
        &["second_factor_demanded"],
    ),
    ("accounts/groups", "list", &[], &["second_factor_demanded"]),
    (
        "accounts/groups",
        "created",
        &[],
        &["second_factor_demanded"],
    ),
    // Which application's a right is: two of them have capabilities.
    ("accounts/permissions", "list", &[], &["app_label"]),
    (
        "accounts/groups",
        "permissions (PermissionInfo)",
        &[],
        &["app_label"],
    ),
    (
        "user-profiles",
        "user_permissions (PermissionInfo)",
        &[],
        &["app_label"],
    ),
    ("catalog/apps", "detail", &[], &["level"]),
    ("catalog/apps", "list", &[], &["level"]),
    // Described by the whole project, answered with its name.
    (
        "catalog/apps",
        "project (ProjectRef)",
        &["architecture", "pms", "slug"],
        &[],
    ),
    (
        "catalog/project-packages",
        "project (ProjectRef)",
        &["architecture", "pms", "slug"],
        &[],
    ),
    // How it identifies itself.
    ("computers", "detail", &[], &["identity"]),
    // Whether repositories of the package system can be published, and how computers have to identify themselves.
    (
        "projects",
        "detail",
        &[],
        &[
            "enrolment_approval",
            "is_published",
            "native_only",
            "notice",
            "notice_said",
        ],
    ),
    (
        "projects",
        "list",
        &[],
        &[
            "enrolment_approval",
            "is_published",
            "native_only",
            "notice",
            "notice_said",
        ],
    ),
    (
        "projects",
        "created",
        &[],
        &[
            "enrolment_approval",
            "is_published",
            "native_only",
            "notice",
            "notice_said",
        ],
    ),
    // To be said in the language of who reads it.
    ("messages", "detail", &[], &["message_said"]),
    ("messages", "list", &[], &["message_said"]),
    ("notifications", "detail", &[], &["message_said"]),
    ("notifications", "list", &[], &["message_said"]),
    // Described as written only, and answered all the same.
    ("domains", "created", &[], &["domain_admins"]),
];

fn known(route: &str, what: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    KNOWN
        .iter()
        .find(|(of, about, ..)| *of == route && *about == what)
        .map_or_else(Default::default, |(_, _, theirs, ours)| {
            (names(theirs), names(ours))
        })
}

fn operation(path: &str, method: &str) -> Option<&'static Value> {
    REFERENCE["paths"].get(path)?.get(method)
}

/// The properties of a schema that may be a reference.
fn properties(schema: &'static Value) -> BTreeSet<String> {
    let schema = resolved(schema);
    let members = schema["properties"].as_object().into_iter().flatten();
    members
        .filter(|(_, property)| property["writeOnly"] != true)
        .map(|(name, _)| name.clone())
        .collect()
}

fn resolved(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            let name = reference.rsplit('/').next().unwrap();
            &REFERENCE["components"]["schemas"][name]
        }
        None => schema,
    }
}

fn answer(operation: &'static Value, status: &str) -> &'static Value {
    &operation["responses"][status]["content"]["application/json"]["schema"]
}

fn names(fields: &[Field]) -> BTreeSet<String> {
    fields.iter().map(|field| field.name().to_owned()).collect()
}

fn compare(
    differences: &mut Vec<String>,
    route: &str,
    what: &str,
    theirs: &BTreeSet<String>,
    ours: &BTreeSet<String>,
) {
    if theirs.is_empty() {
        return;
    }
    let (allowed_theirs, allowed_ours) = known(route, what);
    let missing: Vec<_> = theirs
        .difference(ours)
        .filter(|name| !allowed_theirs.contains(*name))
        .collect();
    let more: Vec<_> = ours
        .difference(theirs)
        // Whatever is aimed at attributes may belong to a domain.
        .filter(|name| !allowed_ours.contains(*name) && *name != "domain")
        .collect();
    if !missing.is_empty() || !more.is_empty() {
        differences.push(format!(
            "{route} {what}: missing {missing:?}, more {more:?}"
        ));
    }
}

/// Compares what fragments have, however deep.
fn compare_fragments(
    differences: &mut Vec<String>,
    route: &str,
    schema: &'static Value,
    fields: &[Field],
) {
    for field in fields {
        let (Field::One { name, shape, .. } | Field::Many { name, shape, .. }) = field else {
            continue;
        };
        let theirs = within(&resolved(schema)["properties"][name]);
        let what = format!("{name} ({})", shape.name);
        compare(
            differences,
            route,
            &what,
            &properties(theirs),
            &names(shape.fields),
        );
        compare_fragments(differences, route, theirs, shape.fields);
    }
}

/// The object behind a list or a choice of schemas.
fn within(schema: &'static Value) -> &'static Value {
    for step in ["allOf", "oneOf", "anyOf"] {
        if schema[step].is_array() {
            return within(&schema[step][0]);
        }
    }
    if schema["items"].is_object() {
        return within(&schema["items"]);
    }
    resolved(schema)
}

fn resources() -> impl Iterator<Item = &'static Resource> {
    registry().resources.iter()
}

#[test]
fn answers_have_the_fields_of_the_reference() {
    let mut differences = Vec::new();
    for resource in resources() {
        let entity = resource.entity;
        let list = format!("{TOKEN}{}/", entity.route);
        if let Some(get) = operation(&format!("{list}{{id}}/"), "get") {
            compare(
                &mut differences,
                entity.route,
                "detail",
                &properties(answer(get, "200")),
                &names(entity.detail),
            );
            let schema = answer(get, "200");
            compare_fragments(&mut differences, entity.route, schema, entity.detail);
        }
        if let Some(get) = operation(&list, "get") {
            let page = resolved(answer(get, "200"));
            let item = properties(&page["properties"]["results"]["items"]);
            compare(
                &mut differences,
                entity.route,
                "list",
                &item,
                &names(entity.list_fields()),
            );
        }
        if let Some(post) = operation(&list, "post").filter(|_| entity.operations.contains('C')) {
            let theirs = properties(answer(post, "201"));
            compare(
                &mut differences,
                entity.route,
                "created",
                &theirs,
                &names(entity.created_fields()),
            );
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_filter_of_the_reference_is_there() {
    let mut differences = Vec::new();
    for resource in resources() {
        let entity = resource.entity;
        let Some(get) = operation(&format!("{TOKEN}{}/", entity.route), "get") else {
            continue;
        };
        let ours: BTreeSet<&str> = resource
            .filters
            .iter()
            .map(|filter| filter.name.as_str())
            .chain(entity.custom_filters.iter().map(|filter| filter.name))
            .chain(["page", "page_size", "ordering", "search"])
            .collect();
        let theirs = get["parameters"].as_array().into_iter().flatten();
        let missing: Vec<&str> = theirs
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            // Devices come later.
            .filter(|name| !ours.contains(name) && !matches!(*name, "device__id" | "logical__id"))
            .collect();
        if !missing.is_empty() {
            differences.push(format!("{}: {missing:?}", entity.route));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn everything_the_reference_takes_can_be_written() {
    let mut differences = Vec::new();
    for resource in resources() {
        let entity = resource.entity;
        for (path, method, operation_code, writes) in [
            (
                format!("{TOKEN}{}/", entity.route),
                "post",
                'C',
                entity.write,
            ),
            (
                format!("{TOKEN}{}/{{id}}/", entity.route),
                "patch",
                'U',
                entity.update_fields(),
            ),
        ] {
            let Some(described) = operation(&path, method) else {
                continue;
            };
            if !entity.operations.contains(operation_code) {
                continue;
            }
            let contents = described["requestBody"]["content"].as_object().unwrap();
            let schema = resolved(&contents.values().next().unwrap()["schema"]);
            let writable = schema["properties"].as_object().unwrap().iter();
            let ours: BTreeSet<&str> = writes.iter().map(|write: &Write| write.name).collect();
            let missing: Vec<&str> = writable
                .filter(|(_, property)| property["readOnly"] != true)
                .map(|(name, _)| name.as_str())
                .filter(|name| !ours.contains(name))
                .collect();
            if !missing.is_empty() {
                differences.push(format!("{method} {}: {missing:?}", entity.route));
            }
        }
    }
    let expected = [
        // The store's project counts; names come from the file.
        "post packages: [\"fullname\", \"name\", \"project\"]",
        // Dates of an account are the server's.
        "post user-profiles: [\"date_joined\", \"last_login\"]",
        "patch user-profiles: [\"date_joined\", \"last_login\"]",
        // Always that of formulas.
        "post formulas: [\"sort\"]",
        "patch formulas: [\"sort\"]",
        // Devices come later.
        "patch computers: [\"default_logical_device\"]",
    ];
    differences.retain(|difference| !expected.contains(&difference.as_str()));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Families of the reference that come later, and what it describes without ever answering it.
const NOT_OURS: &[&str] = &[
    "/api/v1/token/devices/",
    "/api/v1/token/mgi/",
    "/api/v1/token/stats/devices/",
    "/api/v1/token/stats/mgi/",
    "/api/v1/token/stats/syncs/unchecked/",
    "/api/v1/token/stats/migrations/unchecked/",
    "/api/v1/token/projects/templates/",
    "/api/v1/token/features/{id}/logical-devices/",
    "/api/v1/token/attributes/export/",
    "/api/v1/token/properties/export/",
    "/api/v1/token/singularities/export/",
    "/rest-auth/password/reset/",
    "/src/",
];
/// Computers and attributes come from synchronizations alone.
const NOT_CREATED: &[&str] = &["/api/v1/token/attributes/", "/api/v1/token/computers/"];

#[tokio::test(flavor = "multi_thread")]
async fn the_description_of_our_own_api_covers_the_reference_and_is_true() {
    let server = Server::on_sqlite().await;
    let admin = server.admin().await;
    let ours = admin.get("/api/schema/?format=json").await.json;
    let mut missing = Vec::new();
    for (path, verbs) in REFERENCE["paths"].as_object().unwrap() {
        if NOT_OURS.iter().any(|start| path.starts_with(start)) {
            continue;
        }
        for verb in verbs.as_object().unwrap().keys() {
            let created = verb == "post" && NOT_CREATED.contains(&path.as_str());
            if !created && ours["paths"][path].get(verb).is_none() {
                missing.push(format!("{verb} {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));

    let mut names = BTreeSet::new();
    for (path, verbs) in ours["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            let Some(name) = operation["operationId"].as_str() else {
                continue; // The parameters all verbs have in common.
            };
            assert!(
                names.insert(name.to_owned()),
                "{name} stands for two operations"
            );
            let method = reqwest::Method::from_bytes(verb.to_uppercase().as_bytes()).unwrap();
            let address = path.replace("{id}", "999999999");
            let answer = Answer::of(server.anonymous().request(method, &address)).await;
            // A server without a host name has none.
            let is_off = answer.status == 404 && answer.code() == "no_passkeys";
            let known = !matches!(answer.status, 404 | 405) || is_off || path.contains("safe");
            assert!(
                known && answer.status < 500,
                "{verb} {path}: {} {}",
                answer.status,
                answer.text
            );
            // What its caller signs is read before anybody is looked for.
            let signed = answer.code() == "request_not_signed";
            let open = operation["security"] == serde_json::json!([{}]) && !signed;
            assert_eq!(
                answer.status != 401,
                open,
                "{verb} {path}: {} {}",
                answer.status,
                answer.text
            );
        }
    }
    let text = ours.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            ours["components"]["schemas"].get(name).is_some(),
            "{name} is nowhere"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_of_our_own_api_is_served_in_both_formats() {
    let server = Server::on_sqlite().await;
    let anonymous = server.anonymous();
    let json = anonymous.get("/api/schema/?format=json").await;
    assert_eq!(json.status, 200);
    let version = json.json["openapi"].as_str().unwrap();
    assert!(version.starts_with("3."), "{version}");
    let asked = anonymous
        .request(reqwest::Method::GET, "/api/schema/")
        .header("accept", "application/json");
    assert_eq!(Answer::of(asked).await.json, json.json);
    let yaml = anonymous.get("/api/schema/").await;
    assert_eq!(yaml.status, 200);
    assert!(
        yaml.text.contains("\"openapi\": \"3."),
        "{}",
        &yaml.text[..200]
    );
    for page in ["/api/schema/swagger-ui/", "/docs/", "/docs/swagger-ui.css"] {
        let answer = anonymous.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(answer.text.contains("swagger"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_the_description_without_being_an_operator_is_counted() {
    let server = Server::with(migasfree_server::config::Settings {
        rate_anonymous: 2,
        ..Server::sqlite_settings()
    })
    .await;
    for expected in [200, 200, 429] {
        let answer = server.anonymous().get("/api/schema/").await;
        assert_eq!(answer.status, expected);
    }
    let admin = server.admin().await;
    assert_eq!(admin.get("/api/schema/").await.status, 200);
}

#[test]
fn no_schema_name_stands_for_two_shapes() {
    // The reader of a description cannot know which of two shapes a name means.
    use migasfree_server_entity::entity::Shape;
    use std::collections::BTreeMap;

    fn walk(fields: &'static [Field], seen: &mut BTreeMap<&'static str, BTreeSet<String>>) {
        for field in fields {
            if let Field::One { shape, .. } | Field::Many { shape, .. } = field {
                note(shape, seen);
            }
        }
    }
    fn note(shape: &'static Shape, seen: &mut BTreeMap<&'static str, BTreeSet<String>>) {
        let fields = names(shape.fields);
        let known = seen.entry(shape.name).or_insert_with(|| fields.clone());
        assert_eq!(*known, fields, "{}", shape.name);
        walk(shape.fields, seen);
    }

    let mut seen = BTreeMap::new();
    for resource in resources() {
        let entity = resource.entity;
        let known = seen
            .entry(entity.schema)
            .or_insert_with(|| names(entity.detail))
            .clone();
        assert_eq!(known, names(entity.detail), "{}", entity.schema);
        for fields in [entity.list, entity.detail, entity.answer] {
            walk(fields, &mut seen);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_native_calls_are_described_as_the_problems_they_are() {
    const MEDIA_TYPE: &str = "application/problem+json";
    let server = Server::on_sqlite().await;
    let anonymous = server.anonymous();
    let document = anonymous.get("/api/schema/?format=json").await.json;
    let paths = document["paths"].as_object().unwrap().iter();
    let native: Vec<_> = paths
        .filter(|(path, _)| path.starts_with("/api/native/1/") && !path.contains("/relay/"))
        .collect();
    assert!(!native.is_empty());
    for (path, item) in native {
        let responses = item["post"]["responses"].as_object().unwrap();
        for (status, response) in responses
            .iter()
            .filter(|(status, _)| status.starts_with('4'))
        {
            let problem = &response["content"][MEDIA_TYPE];
            assert!(problem.is_object(), "{path} {status}: {response}");
        }
        let answer = anonymous.post(path, serde_json::json!({})).await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.text);
        assert_eq!(answer.header("content-type"), MEDIA_TYPE, "{path}");
        let schema = &responses["401"]["content"][MEDIA_TYPE]["schema"];
        assert_eq!(described::broken(schema, &answer.json), None, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_number_is_the_number_of_nothing_one_has() {
    let server = Server::on_sqlite().await;
    let admin = server.admin().await;
    for what in ["api-keys", "programs", "sessions"] {
        for number in ["x", "1.5", "99999999999999999999"] {
            let path = format!("/api/v1/token/account/{what}/{number}/");
            let answer = admin.delete(&path).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
            assert_eq!(answer.header("content-type"), "application/json", "{path}");
        }
    }
}
