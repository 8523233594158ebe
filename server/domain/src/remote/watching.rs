//! Which sessions have lost what they were allowed by: asked again and again of all that live.

use std::collections::{HashMap, HashSet};

use migasfree_grant::{Recording, Service};
use migasfree_server_audit::UserId;
use migasfree_server_auth::{Credential, Operator};
use migasfree_server_db::{Db, Sql, Ts, args, sql};
use migasfree_server_entity::{error::RestError, load::Source, read, visibility::Viewer};
use serde_json::json;

use super::{
    computers::{self, Facts},
    matching::{self, Policies, Policy},
    refused::{Refused, Why},
    rights, version_1, words,
};
use crate::ids::ComputerId;
use crate::services::{OfDomain as _, Services};

/// A session that may not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Its UUID.
    pub session: String,
    /// Why not.
    pub refused: Refused,
}

impl From<RestError> for Refused {
    fn from(error: RestError) -> Self {
        tracing::error!(%error, "a remote session cannot be judged");
        Why::Failed.into()
    }
}

#[derive(Debug, sqlx::FromRow)]
struct Live {
    uuid: String,
    computer_id: ComputerId,
    operator_id: Option<UserId>,
    credential: String,
    credential_id: Option<i64>,
    address: String,
    computer_key: String,
    service: String,
    mode: String,
    port: String,
    uses: String,
    recorded: bool,
    state: String,
    started_at: Option<Ts>,
    ends_at: Ts,
}

const LIVE: Sql = sql!(
    "SELECT uuid, computer_id, operator_id, credential, credential_id, address, computer_key, service, mode, port, uses, \
     recorded, state, started_at, ends_at FROM remote_session WHERE uuid IN (SELECT listed.text FROM ",
    texts(1),
    " AS listed)"
);

impl Live {
    /// Who asked, and with what.
    fn asker(&self) -> Option<Asker> {
        let credential = match (self.credential.as_str(), self.credential_id) {
            ("session", Some(id)) => Credential::Session(id),
            ("token", Some(id)) => Credential::Token(id),
            ("jwt", Some(id)) => Credential::Jwt(id),
            ("api_key", Some(id)) => Credential::ApiKey(id),
            _ => Credential::Password,
        };
        Some(Asker {
            operator: self.operator_id?,
            credential: (self.credential.clone(), self.credential_id),
            shown: credential,
            address: self.address.clone(),
        })
    }

    fn uses(&self, right: &str) -> bool {
        self.uses.lines().any(|used| used == right)
    }
}

/// An operator with what they signed in with.
#[derive(Debug, Clone)]
struct Asker {
    operator: UserId,
    credential: (String, Option<i64>),
    shown: Credential,
    address: String,
}

type Key = (UserId, (String, Option<i64>), String);

impl Asker {
    fn key(&self) -> Key {
        (self.operator, self.credential.clone(), self.address.clone())
    }

    /// As they are now; nothing when the account or what it signed in with is over.
    async fn load(&self, state: &Services) -> Result<Option<Operator>, RestError> {
        if !self.shown.is_good(&state.db, state.clock.now()).await? {
            return Ok(None);
        }
        let address = self.address.clone();
        Ok(Operator::load(&state.auth, self.operator, self.shown, address).await?)
    }
}

/// Those of some sessions that may not go on, each with the reason: it is over, or the account, the credential, a right, the
/// scope, the policy or the computer's key that it began with is not what it was.
///
/// # Errors
/// When the database fails.
pub async fn may_go_on(state: &Services, sessions: &[String]) -> Result<Vec<Stopped>, RestError> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let live: Vec<Live> = state
        .db
        .all(LIVE, args![json!(sessions).to_string()])
        .await?;
    let judge = Judge::of(state, &live).await?;
    let mut stopped: Vec<Stopped> = live
        .iter()
        .filter_map(|session| {
            let why = judge.objection(session)?;
            Some(Stopped {
                session: session.uuid.clone(),
                refused: why.into(),
            })
        })
        .collect();
    let known: HashSet<&str> = live.iter().map(|session| session.uuid.as_str()).collect();
    let unknown = sessions
        .iter()
        .filter(|uuid| !known.contains(uuid.as_str()));
    stopped.extend(unknown.map(|uuid| Stopped {
        session: uuid.clone(),
        refused: Why::Unknown.into(),
    }));
    Ok(stopped)
}

/// All that sessions are judged by, read once for all of them.
struct Judge<'a> {
    state: &'a Services,
    now: Ts,
    policies: Policies,
    computers: HashMap<ComputerId, Facts>,
    groups: HashMap<UserId, Vec<i64>>,
    operators: HashMap<Key, Seeing>,
}

/// An operator, and which of their computers they reach.
struct Seeing {
    operator: Operator,
    computers: HashSet<i64>,
}

impl<'a> Judge<'a> {
    async fn of(state: &'a Services, live: &[Live]) -> Result<Self, RestError> {
        let db = &state.db;
        let computers: Vec<ComputerId> = unique(live.iter().map(|session| session.computer_id));
        let operators: Vec<UserId> = unique(live.iter().filter_map(|session| session.operator_id));
        Ok(Self {
            state,
            now: state.clock.now(),
            policies: Policies::read(db).await?,
            computers: computers::facts(db, &computers).await?,
            groups: matching::groups_of(db, &operators).await?,
            operators: loaded(state, live).await?,
        })
    }

    /// What speaks against a session; nothing where it may go on.
    fn objection(&self, session: &Live) -> Option<Why> {
        if session.state == "ended" {
            return Some(Why::Ended);
        }
        if session.ends_at <= self.now {
            return Some(Why::Expired);
        }
        let Some(seeing) = session
            .asker()
            .and_then(|asker| self.operators.get(&asker.key()))
        else {
            return Some(Why::Revoked);
        };
        let uses: Vec<&str> = session.uses.lines().collect();
        if rights::lacking(&seeing.operator, &uses).is_some()
            || !seeing.computers.contains(&session.computer_id.0)
        {
            return Some(Why::NoRight);
        }
        let Some(computer) = self.computers.get(&session.computer_id) else {
            return Some(Why::Unknown);
        };
        let (id, key) = (session.computer_id, session.computer_key.as_str());
        if !version_1::is_known_by(self.state, id, computer, key) {
            return Some(Why::Replaced);
        }
        let groups = self.groups.get(&seeing.operator.id);
        let groups = groups.map_or(&[][..], Vec::as_slice);
        let policy = self.policies.of(computer, groups);
        let is_allowed =
            computer.is_in_use() && policy.is_some_and(|policy| self.is_allowed(policy, session));
        (!is_allowed).then_some(Why::Policy)
    }

    fn is_allowed(&self, policy: &Policy, session: &Live) -> bool {
        let (Some(service), Some(mode)) = (
            words::meant::<Service>(&session.service),
            words::meant(&session.mode),
        ) else {
            return false;
        };
        let began = session.started_at.unwrap_or(self.now);
        let most = std::time::Duration::from_secs(policy.max_minutes.unsigned_abs() * 60);
        let has_port = service != Service::Port || policy.port_names().contains(&session.port);
        // What is asked or has yet to be asked is recorded, or not, when it begins.
        let must_be_recorded = session.started_at.is_some()
            && words::recording(&policy.recording, service) == Recording::Strict
            && !session.uses(rights::SKIP_RECORDING);
        policy.consent != "deny"
            && policy.offers(service, mode)
            && has_port
            && policy.is_open(self.now, &self.state.domain().settings.clients.time_zone)
            && self.now < began + most
            && (session.recorded || !must_be_recorded)
    }
}

/// The operators of some sessions, each asked for once.
async fn loaded(state: &Services, live: &[Live]) -> Result<HashMap<Key, Seeing>, RestError> {
    let mut wanted: HashMap<Key, (Asker, Vec<i64>)> = HashMap::new();
    for session in live {
        if let Some(asker) = session.asker() {
            let entry = wanted.entry(asker.key());
            let (_, computers) = entry.or_insert_with(|| (asker, Vec::new()));
            computers.push(session.computer_id.0);
        }
    }
    let mut found = HashMap::new();
    for (key, (asker, computers)) in wanted {
        if let Some(operator) = asker.load(state).await? {
            let computers = reached(&state.db, state, &operator, computers).await?;
            found.insert(
                key,
                Seeing {
                    operator,
                    computers,
                },
            );
        }
    }
    Ok(found)
}

/// Those of some computers that an operator may act on.
async fn reached(
    db: &Db,
    state: &Services,
    operator: &Operator,
    computers: Vec<i64>,
) -> Result<HashSet<i64>, RestError> {
    let viewer = Viewer::writing(state.registry, operator);
    let seen = read::seen(&mut Source::Db(db), viewer, "client_computer", computers).await?;
    Ok(seen.into_iter().collect())
}

fn unique<T: Eq + std::hash::Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    let unique: HashSet<T> = all.collect();
    unique.into_iter().collect()
}
