//! Who computers are: enrolling, moving over, deciding about keys, and finding whose one is.

mod contact;
mod deciding;
mod enrolment;
mod moving;
mod tokens;

use std::net::IpAddr;

use migasfree_server_db::args;
use migasfree_server_domain::identity::{
    EnrolError, Enrolled, KeyText, Machine, Newcomer, State, Voucher, Why, enrol,
};
use migasfree_server_domain::ids::ProjectId;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};

const TOKENS: &str = "/api/v1/token/enrolment-tokens/";
const KEYS: &str = "/api/v1/token/computer-keys/";
const UUID: &str = "4C4C4544-0036-3010-8056-B7C04F4E4B32";
const OTHER_UUID: &str = "11111111-2222-3333-4444-555555555555";

/// A server with a project that nobody joins by themselves.
pub struct Fleet {
    pub server: Server,
    pub admin: Client,
    pub project: i64,
}

/// A key that nobody else has.
fn key(name: char) -> KeyText {
    let text: String = std::iter::repeat_n(name, 42).chain(['A']).collect();
    KeyText::new(&text, &text).unwrap()
}

fn machine<'a>(uuid: &'a str, name: &'a str) -> Machine<'a> {
    Machine {
        uuid,
        name,
        fqdn: "pc.example.org",
        ip_address: Some("10.0.0.5"),
        hardware: "Notebook",
    }
}

fn refused(result: Result<Enrolled, EnrolError>) -> Why {
    match result {
        Err(EnrolError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

impl Fleet {
    pub async fn on_sqlite() -> Self {
        Self::on(Server::on_sqlite().await).await
    }

    pub async fn on_postgres() -> Self {
        Self::on(Server::on_postgres().await).await
    }

    pub async fn on(server: Server) -> Self {
        let admin = server.admin().await.described();
        let mut fleet = Self {
            server,
            admin,
            project: 0,
        };
        let platform = fleet.make("platforms", json!({"name": "Linux"})).await["id"].clone();
        let project =
            json!({"name": "Desk", "pms": "apt", "architecture": "amd64", "platform": platform});
        fleet.project = fleet.make("projects", project).await["id"]
            .as_i64()
            .unwrap();
        fleet
    }

    pub async fn make(&self, route: &str, body: Value) -> Value {
        let made = self
            .admin
            .post(&format!("/api/v1/token/{route}/"), body)
            .await;
        assert_eq!(made.status, 201, "{route}: {}", made.text);
        made.json
    }

    /// Changes the project.
    pub async fn set(&self, rules: Value) {
        let path = format!("/api/v1/token/projects/{}/", self.project);
        let changed = self.admin.patch(&path, rules).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }

    /// A token of the project with these members besides.
    pub async fn token(&self, more: Value) -> Value {
        let mut token = json!({"name": "Classroom", "project": self.project, "expires_at": "2999-01-01T00:00:00Z"});
        for (name, value) in more.as_object().unwrap() {
            token[name] = value.clone();
        }
        self.make("enrolment-tokens", token).await
    }

    /// The secret of such a token.
    pub async fn secret(&self, more: Value) -> String {
        self.token(more).await["secret"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A tag that operators give.
    pub async fn tag(&self, value: &str) -> i64 {
        let stamps = self
            .admin
            .get("/api/v1/token/stamps/?prefix=TAG")
            .await
            .json;
        let stamp = match stamps["results"][0]["id"].as_i64() {
            Some(stamp) => stamp,
            None => self
                .make("stamps", json!({"prefix": "TAG", "name": "Tags"}))
                .await["id"]
                .as_i64()
                .unwrap(),
        };
        let tag = json!({"property_att": stamp, "value": value});
        self.make("tags", tag).await["id"].as_i64().unwrap()
    }

    /// A computer that shows a key.
    async fn show(
        &self,
        key: &KeyText,
        machine: Machine<'_>,
        voucher: Voucher<'_>,
    ) -> Result<Enrolled, EnrolError> {
        self.show_again(key, machine, voucher, None).await
    }

    /// The same of one that has this other key still.
    async fn show_again(
        &self,
        key: &KeyText,
        machine: Machine<'_>,
        voucher: Voucher<'_>,
        before: Option<&KeyText>,
    ) -> Result<Enrolled, EnrolError> {
        let newcomer = Newcomer {
            key,
            project: Some(ProjectId(self.project)),
            machine,
            before: before.map(KeyText::thumbprint),
            address: IpAddr::from([10, 1, 2, 3]),
        };
        enrol(&self.server.state().services, &newcomer, voucher, &|_| {
            Ok(())
        })
        .await
    }

    /// A computer that is known by a key.
    async fn enrolled(&self, key: &KeyText, machine: Machine<'_>) -> Enrolled {
        let secret = self.secret(json!({})).await;
        let enrolled = self
            .show(key, machine, Voucher::Token(&secret))
            .await
            .unwrap();
        assert_eq!(enrolled.state, State::Active);
        enrolled
    }

    async fn identity_of(&self, enrolled: &Enrolled) -> Value {
        let path = format!("/api/v1/token/computers/{}/", enrolled.computer.unwrap());
        self.admin.get(&path).await.json["identity"].clone()
    }

    async fn row(&self, enrolled: &Enrolled) -> Value {
        self.admin
            .get(&format!("{KEYS}{}/", enrolled.key))
            .await
            .json
    }

    async fn decide(&self, enrolled: &Enrolled, action: &str, body: Value) -> Answer {
        let path = format!("{KEYS}{}/{action}/", enrolled.key);
        self.admin.post(&path, body).await
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let db = &self.server.state().db;
        let (count,): (i64,) = db.one(sql, args![]).await.unwrap();
        count
    }
}
