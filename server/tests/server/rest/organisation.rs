//! A small organisation with at least one of everything.

use std::collections::BTreeMap;

use migasfree_deb::Builder;
use migasfree_server_db::{Args, Ts, args};
use migasfree_server_domain::{computers::arrivals, ids::ComputerId};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};

pub const TOKEN: &str = "/api/v1/token/";

/// A server with an organisation on it, and the ids of what was made, by route.
pub struct Organisation {
    pub server: Server,
    pub admin: Client,
    pub ids: BTreeMap<&'static str, i64>,
}

impl Organisation {
    pub async fn on_sqlite() -> Self {
        Self::on(Server::on_sqlite().await).await
    }

    pub async fn on_postgres() -> Self {
        Self::on(Server::on_postgres().await).await
    }

    pub async fn on(server: Server) -> Self {
        let admin = server.admin().await.described();
        let mut made = Self {
            server,
            admin,
            ids: BTreeMap::new(),
        };
        made.ground().await;
        made.computers().await;
        made.targets().await;
        made.catalogue().await;
        made.identities().await;
        made.remote().await;
        made
    }

    pub fn id(&self, route: &str) -> i64 {
        self.ids[route]
    }

    /// Creates something as the administrator and remembers its id.
    pub async fn add(&mut self, route: &'static str, body: Value) -> i64 {
        let answer = self.admin.post(&format!("{TOKEN}{route}/"), body).await;
        assert_eq!(answer.status, 201, "{route}: {}", answer.text);
        let id = answer.json["id"].as_i64().unwrap_or_default();
        self.ids.insert(route, id);
        id
    }

    /// Runs an `INSERT … RETURNING id` and remembers the id.
    pub async fn insert(&mut self, route: &'static str, sql: &'static str, args: Args) -> i64 {
        let (id,): (i64,) = self.server.state().db.one(sql, args).await.unwrap();
        self.ids.insert(route, id);
        id
    }

    pub async fn execute(&self, sql: &'static str, args: Args) {
        self.server.state().db.execute(sql, args).await.unwrap();
    }

    pub fn now(&self) -> Ts {
        self.server.state().clock.now()
    }

    async fn ground(&mut self) {
        let platform = self.add("platforms", json!({"name": "Linux"})).await;
        let project = json!({"name": "Desk 1.0", "pms": "apt", "architecture": "amd64", "platform": platform});
        self.add("projects", project).await;
        // What creating a project answers has no id of the project's slug, but it has the id.
        let project = self.id("projects");
        self.add("stores", json!({"name": "Org", "project": project}))
            .await;
        let package = self.upload("hello", "1.0").await.json["id"]
            .as_i64()
            .unwrap();
        self.ids.insert("packages", package);
        let set = json!({"name": "Hellos", "project": project, "store": self.id("stores"), "packages": [package]});
        self.add("package-sets", set).await;
        let formula = json!({"prefix": "abc", "name": "Letters", "language": 0, "code": "echo abc", "kind": "N"});
        let formula = self.add("formulas", formula).await;
        let property =
            json!({"prefix": "XYZ", "name": "More letters", "kind": "-", "code": "echo x,y"});
        self.add("properties", property).await;
        let stamp = self
            .add("stamps", json!({"prefix": "TAG", "name": "Tags"}))
            .await;
        self.add(
            "tags",
            json!({"property_att": stamp, "value": "blue", "description": "Blue ones"}),
        )
        .await;
        let feature =
            json!({"property_att": formula, "value": "abc", "latitude": 1.5, "longitude": -2.25});
        let feature = self.add("features", feature).await;
        self.ids.insert("attributes", feature);
    }

    /// Uploads a package as the administrator.
    pub async fn upload(&self, name: &str, version: &str) -> Answer {
        let builder =
            Builder::new(name, version, "amd64").file("usr/share/doc/readme", 0o644, b"hello");
        let file_name = builder.file_name();
        self.upload_file(&self.admin, &file_name, builder.build().unwrap())
            .await
    }

    pub async fn upload_file(&self, client: &Client, name: &str, content: Vec<u8>) -> Answer {
        let form = Form::new()
            .text("store", self.id("stores").to_string())
            .part("files", Part::bytes(content).file_name(name.to_owned()));
        let request = client.request(Method::POST, &format!("{TOKEN}packages/"));
        Answer::of(request.multipart(form)).await
    }

    /// Two computers that synchronized; the first has the tag and the feature.
    async fn computers(&mut self) {
        let now = self.now();
        let project = self.id("projects");
        let user = self
            .insert(
                "users",
                "INSERT INTO client_user (name, fullname) VALUES ('ana', 'Ana García') RETURNING id",
                args![],
            )
            .await;
        let first = self.computer("one", "AAAA-1", user).await;
        let second = self.computer("two", "AAAA-2", user).await;
        for computer in [first, second] {
            self.carry(computer, 1).await;
        }
        self.carry(first, self.id("features")).await;
        self.execute(
            "INSERT INTO client_computer_tags (computer_id, serverattribute_id) VALUES ($1, $2)",
            args![first, self.id("tags")],
        )
        .await;
        self.carry(first, self.id("tags")).await;
        let sync = self
            .insert(
                "syncs",
                "INSERT INTO client_synchronization (created_at, computer_id, start_date, user_id, project_id, \
                 consumer, pms_status_ok) VALUES ($1, $2, $1, $3, $4, 'migasfree 5', TRUE) RETURNING id",
                args![now, first, user, project],
            )
            .await;
        self.insert(
            "errors",
            "INSERT INTO client_error (created_at, computer_id, description, project_id, synchronization_id) \
             VALUES ($1, $2, 'apt failed', $3, $4) RETURNING id",
            args![now, first, project, sync],
        )
        .await;
        self.insert(
            "faults",
            "INSERT INTO client_fault (created_at, computer_id, fault_definition_id, result, project_id) \
             VALUES ($1, $2, 1, 'disk full', $3) RETURNING id",
            args![now, first, project],
        )
        .await;
        self.insert(
            "migrations",
            "INSERT INTO client_migration (created_at, computer_id, project_id) VALUES ($1, $2, $3) RETURNING id",
            args![now, first, project],
        )
        .await;
        self.insert(
            "status-logs",
            "INSERT INTO client_statuslog (created_at, computer_id, status) VALUES ($1, $2, 'assigned') RETURNING id",
            args![now, first],
        )
        .await;
        self.execute(
            "INSERT INTO client_message (computer_id, created_at, message) VALUES ($1, $2, 'Uploading software')",
            args![first, now],
        )
        .await;
        self.ids.insert("messages", first);
        self.ids.insert("computers", first);
        self.inventories(first).await;
        self.hardware(first).await;
    }

    pub async fn computer(&mut self, name: &str, uuid: &str, user: i64) -> i64 {
        self.insert(
            "computers",
            "INSERT INTO client_computer (uuid, status, name, project_id, created_at, updated_at, ip_address, \
             sync_user_id, sync_end_date, mac_address, product_system, architecture) \
             VALUES ($1, 'assigned', $2, $3, $4, $4, '10.0.0.1', $5, $4, 'AABBCCDDEEFF', 'laptop', 64) RETURNING id",
            args![uuid, name, self.id("projects"), self.now(), user],
        )
        .await
    }

    /// The attribute that stands for a computer.
    pub async fn attribute_of(&self, computer: i64) -> i64 {
        let sql = "INSERT INTO core_attribute (property_att_id, value, description) \
                   SELECT id, $1, '' FROM core_property WHERE prefix = 'CID' RETURNING id";
        let db = &self.server.state().db;
        let (id,): (i64,) = db.one(sql, args![computer.to_string()]).await.unwrap();
        id
    }

    /// The computer reports an attribute.
    pub async fn carry(&self, computer: i64, attribute: i64) {
        self.execute(
            "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) VALUES ($1, $2)",
            args![computer, attribute],
        )
        .await;
    }

    /// First one package, then that one and another, then the other alone.
    async fn inventories(&mut self, computer: i64) {
        let project = self.id("projects");
        let old = self.id("packages");
        let new = self.reported("newer_2.0_amd64.deb").await;
        let mut last = 0;
        for (at, packages) in [(1_i64, vec![old]), (2, vec![old, new]), (3, vec![new])] {
            let sql = "INSERT INTO software_inventory (hash, project_id, package_count) VALUES ($1, $2, $3) RETURNING id";
            let count = i64::try_from(packages.len()).unwrap();
            last = self
                .insert("", sql, args![at.to_string(), project, count])
                .await;
            for package in packages {
                self.execute(
                    "INSERT INTO software_inventory_package (inventory_id, package_id) VALUES ($1, $2)",
                    args![last, package],
                )
                .await;
            }
            self.execute(
                "INSERT INTO client_softwaresnapshot (computer_id, inventory_id, installed_at) VALUES ($1, $2, $3)",
                args![computer, last, Ts::from_seconds(1_700_000_000 + at * 86_400)],
            )
            .await;
        }
        self.execute(
            "UPDATE client_computer SET software_inventory_id = $2 WHERE id = $1",
            args![computer, last],
        )
        .await;
        let mut tx = self.server.state().db.begin().await.unwrap();
        arrivals::compare(&mut tx, ComputerId(computer), Ts::from_seconds(0))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.ids.insert("packages-history", 10_000_000 + old);
        let first: (i64,) = self
            .server
            .state()
            .db
            .one("SELECT min(id) FROM client_packagehistory", args![])
            .await
            .unwrap();
        self.ids.insert("packages-history", first.0);
        self.ids.remove("");
    }

    /// A package known from computers alone.
    pub async fn reported(&self, fullname: &str) -> i64 {
        let (id,): (i64,) = self
            .server
            .state()
            .db
            .one(
                "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
                 VALUES ($1, 'newer', '2.0', 'amd64', $2) RETURNING id",
                args![fullname, self.id("projects")],
            )
            .await
            .unwrap();
        id
    }

    async fn hardware(&mut self, computer: i64) {
        let root = self
            .insert(
                "hardware",
                "INSERT INTO hardware_node (computer_id, level, width, name, class_name, enabled, claimed, \
                 description, vendor, product, serial) VALUES ($1, 0, 64, 'one', 'system', TRUE, TRUE, 'Notebook', \
                 'ACME', 'Roadrunner', 'S3R14L') RETURNING id",
                args![computer],
            )
            .await;
        let sql = "INSERT INTO hardware_node (parent_id, computer_id, level, name, class_name) \
                   VALUES ($1, $2, 1, 'core', 'bus') RETURNING id";
        self.insert("hardware", sql, args![root, computer]).await;
        self.ids.insert("hardware", root);
        self.execute(
            "INSERT INTO hardware_configuration (node_id, name, value) VALUES ($1, 'chassis', 'notebook')",
            args![root],
        )
        .await;
    }

    /// Everything that aims at attributes.
    async fn targets(&mut self) {
        let (tag, feature, project) = (self.id("tags"), self.id("features"), self.id("projects"));
        let set =
            json!({"name": "Blue set", "included_attributes": [tag], "excluded_attributes": []});
        self.add("attribute-sets", set).await;
        let singularity = json!({
            "name": "Odd ones", "property_att": self.id("formulas"), "priority": 10, "language": 1,
            "code": "print(1)", "included_attributes": [tag],
        });
        self.add("singularities", singularity).await;
        let schedule = self
            .add(
                "schedules",
                json!({"name": "Slow", "description": "Takes its time"}),
            )
            .await;
        let delay =
            json!({"schedule": schedule, "delay": 5, "duration": 3, "attributes": [feature]});
        self.add("schedule-delays", delay).await;
        let domain =
            json!({"name": "North side", "included_attributes": [tag], "domain_admins": [1]});
        let domain = self.add("domains", domain).await;
        let scope =
            json!({"name": "Mine", "user": 1, "domain": domain, "included_attributes": [tag]});
        self.add("scopes", scope).await;
        // New ones are refused: this one came with an import.
        let external = "INSERT INTO core_deployment (name, slug, project_id, start_date, source, base_url, \
                        suite, components) VALUES ('Upstream', 'upstream', $1, '2026-01-01', 'E', \
                        'http://deb.debian.org/debian', 'bookworm', 'main') RETURNING id";
        let (external,): (i64,) = self
            .server
            .state()
            .db
            .one(external, args![project])
            .await
            .unwrap();
        let included = "INSERT INTO core_deployment_included_attributes (deployment_id, attribute_id) VALUES ($1, 1)";
        self.server
            .state()
            .db
            .execute(included, args![external])
            .await
            .unwrap();
        self.ids.insert("deployments/external-sources", external);
        let deployment = json!({
            "name": "Base", "project": project, "domain": domain, "schedule": schedule,
            "available_packages": [self.id("packages")], "available_package_sets": [self.id("package-sets")],
            "included_attributes": [feature], "packages_to_install": ["hello", "vim"],
        });
        let deployment = self.add("deployments", deployment).await;
        self.ids.insert("deployments/internal-sources", deployment);
        let definition = json!({"name": "Too warm", "language": 0, "code": "sensors", "included_attributes": [tag], "users": [1]});
        self.add("fault-definitions", definition).await;
        self.add(
            "accounts/groups",
            json!({"name": "Night shift", "permissions": [1, 2]}),
        )
        .await;
        self.ids.insert("accounts/permissions", 1);
        self.add(
            "user-profiles",
            json!({"username": "bea", "first_name": "Bea"}),
        )
        .await;
        let key = "INSERT INTO auth_api_key (name, user_id, kind, prefix, secret_hash, created_at) \
                   VALUES ('Backup', 1, 'service', '0123456789ab', '', $1) RETURNING id";
        let now = self.now();
        self.insert("api-keys", key, args![now]).await;
        let notification = self
            .admin
            .post(
                &format!("{TOKEN}notifications/"),
                json!({"message": "Look"}),
            )
            .await;
        assert_eq!(notification.status, 201);
        self.ids.insert("notifications", 1);
        self.ids.insert("audit", 1);
    }

    async fn catalogue(&mut self) {
        let (tag, project) = (self.id("tags"), self.id("projects"));
        let category = self
            .add("catalog/categories", json!({"name": "Inventions"}))
            .await;
        let app = json!({"name": "Vim", "category": category, "score": 4, "available_for_attributes": [tag]});
        let app = self.add("catalog/apps", app).await;
        let packages = json!({"application": app, "project": project, "packages_to_install": ["vim", "vim-doc"]});
        self.add("catalog/project-packages", packages).await;
        let policy = json!({"name": "Editors", "included_attributes": [tag]});
        let policy = self.add("catalog/policies", policy).await;
        let group = json!({"policy": policy, "priority": 1, "applications": [app], "included_attributes": [1]});
        self.add("catalog/policy-groups", group).await;
        let sql = "INSERT INTO application_request (application_id, computer_id, person, justification, created_at) \
                   VALUES ($1, $2, 'ana', 'I write texts', $3) RETURNING id";
        let (computer, now) = (self.id("computers"), self.now());
        self.insert("application-requests", sql, args![app, computer, now])
            .await;
        self.insert(
            "certificates",
            "INSERT INTO certificate (serial, kind, subject, fingerprint, computer_id, not_before, not_after) \
             VALUES ('4a01', 'computer', 'CN=pc', 'f1', $1, $2, $2) RETURNING id",
            args![computer, now],
        )
        .await;
    }

    /// A token to enrol with, and a computer that did.
    async fn identities(&mut self) {
        let token = json!({
            "name": "Classroom", "project": self.id("projects"), "expires_at": "2999-01-01T00:00:00Z",
            "tags": [self.id("tags")], "max_uses": 30, "networks": ["10.0.0.0/8"],
        });
        let token = self.add("enrolment-tokens", token).await;
        let sql = "INSERT INTO client_computerkey (computer_id, project_id, token_id, public_key, thumbprint, state, \
                   origin, verified, name, created_at, decided_at) \
                   VALUES ($1, $2, $3, $4, $4, 'active', 'token', TRUE, 'one', $5, $5) RETURNING id";
        let (computer, project, now) = (self.id("computers"), self.id("projects"), self.now());
        let key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        self.insert(
            "computer-keys",
            sql,
            args![computer, project, token, key, now],
        )
        .await;
    }

    /// A policy of remote support, and a session that is over.
    async fn remote(&mut self) {
        let policy =
            json!({"name": "Desks", "priority": 9000, "included_attributes": [self.id("tags")]});
        let policy = self.add("remote-policies", policy).await;
        let sql = "INSERT INTO remote_session (uuid, computer_id, operator_id, operator_name, policy_id, credential, \
                   strength, computer_key, service, mode, uses, reason, consent, recording, switches, state, created_at, \
                   expires_at, ends_at, ended_at) VALUES ('0b7c5b0e-6c0e-4d6c-9a53-5d8f2f1d9f10', $1, 1, 'admin', $2, \
                   'session', 'password', $3, 'terminal', 'user', 'remote.open_terminal', 'A stuck printer', 'ask', \
                   'none', '{}', 'ended', $4, $4, $4, $4) RETURNING id";
        let key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let (computer, now) = (self.id("computers"), self.now());
        self.insert("remote-sessions", sql, args![computer, policy, key, now])
            .await;
        let sql = "INSERT INTO core_action (verb, parameters, operator_id, operator_name, strength, starts_at, expires_at, \
                   created_at) VALUES ('sync', '{}', 1, 'admin', 'password', $1, $1, $1) RETURNING id";
        self.insert("actions", sql, args![now]).await;
        // Another computer carries it out than the one it is about.
        let sql = "INSERT INTO core_execution (uuid, action_id, computer_id, carrier_id, state, created_at, finished_at) \
                   SELECT '0b7c5b0e-6c0e-4d6c-9a53-5d8f2f1d9f11', $1, c.id, $2, 'succeeded', $3, $3 \
                   FROM client_computer AS c WHERE c.name = 'two' RETURNING id";
        let action = self.id("actions");
        self.insert("executions", sql, args![action, computer, now])
            .await;
    }
}
