//! Remote support: who is let in where, what a session leaves behind, and when it has to end.

mod access;
mod actions;
mod asking;
mod conditions;
mod living;
mod recordings;
mod screens;
mod version_1;
mod watching;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use migasfree_grant::{Grant, Mode, Switches};
use migasfree_server::app::Equipment;
use migasfree_server::config::Settings;
use migasfree_server_audit::UserId;
use migasfree_server_db::{Ts, args};
use migasfree_server_domain::ids::ComputerId;
use migasfree_server_domain::remote::{
    self, Acceptance, Accepted, Limits, Presence, Present, Recorded, Vault,
};
use migasfree_server_domain::services::OfDomain as _;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};
use crate::rest::Organisation;

const SESSIONS: &str = "/api/v1/token/remote-sessions/";
const POLICIES: &str = "/api/v1/token/remote-policies/";

/// Knows who is there: everybody but who is away.
#[derive(Debug, Default)]
struct Doorman {
    away: Mutex<BTreeSet<i64>>,
    /// Computers at which nobody is logged in.
    deserted: Mutex<BTreeSet<i64>>,
    /// What stands for the keys of those that speak version 1.
    certificates: Mutex<BTreeMap<i64, String>>,
}

impl Doorman {
    fn services(&self, computer: i64) -> Vec<String> {
        let is_deserted = self.deserted.lock().unwrap().contains(&computer);
        let all = ["terminal", "ssh", "screen"].into_iter();
        let there = all.filter(|name| *name != "screen" || !is_deserted);
        there.map(str::to_owned).collect()
    }
}

impl Presence for Doorman {
    fn of(&self, computers: &[ComputerId]) -> Vec<Option<Present>> {
        let away = self.away.lock().unwrap();
        let present = |computer: &ComputerId| Present {
            online: !away.contains(&computer.0),
            last_seen: Ts::from_seconds(1_781_697_000),
            address: "192.0.2.7".to_owned(),
            services: self.services(computer.0),
        };
        computers.iter().map(|one| Some(present(one))).collect()
    }

    fn version_1(&self, computer: ComputerId) -> Option<String> {
        self.certificates.lock().unwrap().get(&computer.0).cloned()
    }
}

/// Keeps recordings in memory.
#[derive(Debug, Default)]
struct Shelf {
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

#[async_trait]
impl Vault for Shelf {
    async fn open(
        &self,
        recording: &Recorded,
    ) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let kept = self.kept.lock().unwrap();
        let content = kept.get(&recording.blob).cloned();
        let content = content.ok_or(io::ErrorKind::NotFound)?;
        Ok(stream::iter([Ok(Bytes::from(content))]).boxed())
    }

    async fn remove(&self, blob: &str) -> io::Result<()> {
        self.kept.lock().unwrap().remove(blob);
        Ok(())
    }
}

/// An organisation whose computers can be reached.
struct Desk {
    org: Organisation,
    doorman: Arc<Doorman>,
    shelf: Arc<Shelf>,
}

impl Desk {
    async fn on_sqlite() -> Self {
        Self::with(Limits::default(), Server::sqlite_settings()).await
    }

    async fn on_postgres() -> Self {
        Self::with(Limits::default(), Server::postgres_settings().await).await
    }

    async fn with(limits: Limits, settings: Settings) -> Self {
        let (doorman, shelf) = (Arc::<Doorman>::default(), Arc::<Shelf>::default());
        let equipment = Equipment {
            presence: Some(Arc::clone(&doorman) as Arc<dyn Presence>),
            vault: Some(Arc::clone(&shelf) as Arc<dyn Vault>),
            remote: limits,
            ..Equipment::default()
        };
        let org = Organisation::on(Server::equipped(equipment, settings).await).await;
        let desk = Self {
            org,
            doorman,
            shelf,
        };
        // Most of those who ask here are programs.
        desk.set(json!({"proof": "sign_in"})).await;
        desk
    }

    fn server(&self) -> &Server {
        &self.org.server
    }

    /// The computer with a key and the tag `blue`.
    fn computer(&self) -> i64 {
        self.org.id("computers")
    }

    /// The computer without a key.
    async fn other(&self) -> i64 {
        self.number("SELECT id FROM client_computer WHERE name = 'two'")
            .await
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let (number,): (i64,) = self.server().state().db.one(sql, args![]).await.unwrap();
        number
    }

    /// Somebody with these rights of remote support.
    async fn helper(&self, name: &str, rights: &[&str]) -> (UserId, Client) {
        let rights: Vec<String> = rights.iter().map(|name| format!("remote.{name}")).collect();
        let rights: Vec<&str> = rights.iter().map(String::as_str).collect();
        let user = self.server().add_operator(name, "", &rights).await;
        (user, self.server().program_of(user).await)
    }

    /// A request for a terminal of a person, with more members.
    fn terminal(&self, more: &Value) -> Value {
        let mut body = json!({
            "computer": self.computer(), "service": "terminal", "account": "ana", "reason": "The printer is stuck",
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    async fn ask(&self, client: &Client, more: Value) -> Answer {
        client.post(SESSIONS, self.terminal(&more)).await
    }

    /// The grant of a terminal that is asked for.
    async fn granted(&self, client: &Client) -> Grant {
        let answer = self.ask(client, json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.read(&answer)
    }

    fn read(&self, answer: &Answer) -> Grant {
        let text = answer.json["grant"].as_str().unwrap();
        let key = self.server().state().domain().remote.key.public();
        migasfree_grant::verify(text, key, self.server().clock_now().seconds()).unwrap()
    }

    /// A session that was asked for and begins: its UUID, its row, and what resumes it.
    async fn begun(&self, client: &Client) -> (String, i64, Accepted) {
        let answer = self.ask(client, json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let grant = answer.json["grant"].as_str().unwrap();
        let state = self.server().state();
        let started = remote::start(state, grant).await.unwrap();
        let session = started.grant.session;
        let accepted = remote::accept(state, &session, as_asked(true)).await;
        (
            session,
            answer.json["id"].as_i64().unwrap(),
            accepted.unwrap(),
        )
    }

    /// What speaks against a session; nothing where it may go on.
    async fn objection(&self, session: &str) -> Option<&'static str> {
        let asked = [session.to_owned()];
        let stopped = remote::may_go_on(self.server().state(), &asked)
            .await
            .unwrap();
        stopped.first().map(|stopped| stopped.refused.why.name())
    }

    /// Changes the policy that is there from the beginning.
    async fn set(&self, change: Value) {
        let id = self
            .number("SELECT id FROM remote_policy WHERE name = 'Ask first'")
            .await;
        let path = format!("{POLICIES}{id}/");
        let changed = self.org.admin.patch(&path, change).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }

    /// Another policy, asked before that one.
    async fn policy(&self, body: Value) -> i64 {
        let made = self.org.admin.post(POLICIES, body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json["id"].as_i64().unwrap()
    }

    /// What happened in a session, in its order.
    async fn events(&self, id: i64) -> Vec<String> {
        let told = self.org.admin.get(&format!("{SESSIONS}{id}/events/")).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let events = told.json.as_array().unwrap().iter();
        events
            .map(|event| event["what"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A computer that gives what was asked for.
fn as_asked(recorded: bool) -> Acceptance {
    Acceptance {
        mode: Mode::User,
        switches: Switches::default(),
        recorded,
    }
}

/// What is said of a refused field.
fn told<'a>(answer: &'a Answer, field: &str) -> &'a str {
    assert_eq!(answer.status, 400, "{}", answer.text);
    answer.json[field][0].as_str().unwrap_or_default()
}
