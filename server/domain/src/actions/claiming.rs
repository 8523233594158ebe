//! Taking orders to a computer: each of them once, whoever asks.

use std::collections::{HashMap, hash_map::Entry};
use std::time::Duration;

use migasfree_grant::order::{Order, Verb, sign};
use migasfree_grant::{OperatorIdentity, Strength};
use migasfree_server_audit::{Author, UserId};
use migasfree_server_auth::{Credential, Operator};
use migasfree_server_db::{Result, Ts, args};
use sea_query::{Expr, ExprTrait as _};
use serde_json::{Value, json};

use super::{
    notes::{self, Named},
    verbs, waking,
};
use crate::ids::ComputerId;
use crate::remote::words;
use crate::services::{OfDomain as _, Services};
use crate::sight;

/// How long a computer that was given an order may take to say that it begins.
const LEASE: Duration = Duration::from_secs(30 * 60);
/// Orders that one computer is given at once.
const AT_ONCE: i64 = 20;

/// An order on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its execution, a UUID.
    pub execution: String,
    /// Signed.
    pub order: String,
}

/// The computers for which orders wait whose time has come.
///
/// # Errors
/// When the database fails.
pub async fn waiting(state: &Services) -> Result<Vec<ComputerId>> {
    let rows: Vec<(ComputerId,)> = state
        .db
        .all(
            "SELECT DISTINCT e.carrier_id FROM core_execution AS e JOIN core_action AS a ON a.id = e.action_id \
             WHERE e.state = 'ready' AND e.carrier_id IS NOT NULL AND a.starts_at <= $1 AND a.expires_at > $1",
            args![state.clock.now()],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[derive(Debug, sqlx::FromRow)]
struct Ready {
    id: i64,
    uuid: String,
    computer_id: i64,
    verb: String,
    parameters: Option<String>,
    reason: String,
    operator_id: Option<UserId>,
    operator_name: String,
    strength: String,
    address: String,
    api_key_id: Option<i64>,
    expires_at: Ts,
}

const READY: &str = "SELECT e.id, e.uuid, e.computer_id, a.verb, a.parameters, a.reason, a.operator_id, a.operator_name, \
     a.strength, a.address, a.api_key_id, a.expires_at \
     FROM core_execution AS e JOIN core_action AS a ON a.id = e.action_id \
     WHERE e.carrier_id = $1 AND e.state = 'ready' AND a.starts_at <= $2 AND a.expires_at > $2 ORDER BY e.id LIMIT $3";

/// The orders that wait for a computer, which has them from now on: nobody else is given them.
///
/// # Errors
/// When the database fails.
pub async fn claim(state: &Services, computer: ComputerId) -> Result<Vec<Claimed>> {
    let now = state.clock.now();
    let ready: Vec<Ready> = state.db.all(READY, args![computer, now, AT_ONCE]).await?;
    if ready.is_empty() {
        return Ok(Vec::new());
    }
    let Some(key) = key(state, computer).await? else {
        return Ok(Vec::new());
    };
    let mut judge = Judge::default();
    let mut claimed = Vec::new();
    for one in ready {
        if !judge.allows(state, &one).await? {
            put_off(state, &one, ("cancelled", "no_right"), now).await?;
            continue;
        }
        // What stayed would be in the way of what comes behind it.
        let Some(verb) = verb(state, &one, computer).await? else {
            put_off(state, &one, ("failed", "no_address"), now).await?;
            continue;
        };
        if let Some(order) = take(state, &one, verb, (computer, key.as_str()), now).await? {
            claimed.push(order);
        }
    }
    Ok(claimed)
}

/// The key that orders of a computer name: its own, or what stands for it where an agent of version 1 is there.
async fn key(state: &Services, computer: ComputerId) -> Result<Option<String>> {
    let own: Option<(String,)> = state
        .db
        .optional(
            "SELECT thumbprint FROM client_computerkey WHERE computer_id = $1 AND state = 'active'",
            args![computer],
        )
        .await?;
    let presence = &*state.domain().remote.presence;
    Ok(own
        .map(|(key,)| key)
        .or_else(|| presence.version_1(computer)))
}

/// What is to be done, as this computer is told.
async fn verb(state: &Services, one: &Ready, carrier: ComputerId) -> Result<Option<Verb>> {
    if one.verb == "wake" {
        return waking::packet(&state.db, one.computer_id, carrier).await;
    }
    let parameters = one.parameters.as_deref().unwrap_or("{}");
    let parameters: Value = serde_json::from_str(parameters).unwrap_or_default();
    Ok(verbs::meant(&one.verb, &parameters))
}

async fn take(
    state: &Services,
    one: &Ready,
    verb: Verb,
    (computer, key): (ComputerId, &str),
    now: Ts,
) -> Result<Option<Claimed>> {
    let until = Ord::max(now + LEASE, now + verbs::patience(&verb));
    let mut tx = state.db.begin().await?;
    let taken = tx
        .execute(
            "UPDATE core_execution SET state = 'leased', leased_at = $2, lease_until = $3 \
             WHERE id = $1 AND state = 'ready' AND carrier_id = $4",
            args![one.id, now, until, computer],
        )
        .await?;
    if taken == 0 {
        return Ok(None);
    }
    notes::announce(state, &mut tx, Some(one.id), now);
    tx.commit().await?;
    let order = Order {
        execution: one.uuid.clone(),
        verb,
        computer: computer.0,
        key: key.to_owned(),
        issued: now.seconds(),
        expires: one.expires_at.seconds(),
        operator: OperatorIdentity {
            id: one.operator_id.map_or(0, |id| id.0),
            name: one.operator_name.clone(),
            strength: words::meant(&one.strength).unwrap_or(Strength::Password),
        },
        reason: one.reason.clone(),
    };
    Ok(Some(Claimed {
        execution: one.uuid.clone(),
        order: sign(&order, &state.domain().remote.key),
    }))
}

/// Ends what nobody is given: whoever asked may not do so any more, or nobody knows where a packet goes.
async fn put_off(state: &Services, one: &Ready, (word, why): (&str, &str), now: Ts) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let taken = tx
        .execute(
            "UPDATE core_execution SET state = $3, finished_at = $2 WHERE id = $1 AND state = 'ready'",
            args![one.id, now, word],
        )
        .await?;
    if taken > 0 {
        let named = Named {
            id: one.id,
            uuid: one.uuid.clone(),
            computer_id: one.computer_id,
            verb: one.verb.clone(),
            operator_name: one.operator_name.clone(),
        };
        let what = (word, &json!({"code": why}));
        notes::note(state, &mut tx, &named, what, &Author::server(), now).await?;
    }
    tx.commit().await
}

/// Whoever asked, as they are now.
#[derive(Debug, Default)]
struct Judge(HashMap<(UserId, Option<i64>), Option<Operator>>);

impl Judge {
    /// Whether whoever asked may still ask for it.
    async fn allows(&mut self, state: &Services, one: &Ready) -> Result<bool> {
        let Some(id) = one.operator_id else {
            return Ok(false);
        };
        let key = (id, one.api_key_id);
        let operator = match self.0.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let credential = one
                    .api_key_id
                    .map_or(Credential::Password, Credential::ApiKey);
                let address = one.address.clone();
                place.insert(Operator::load(&state.auth, id, credential, address).await?)
            }
        };
        let Some(operator) = operator else {
            return Ok(false);
        };
        let has_right = verbs::right(&one.verb).is_some_and(|right| operator.may(right));
        Ok(has_right && reaches(state, operator, one.computer_id).await?)
    }
}

async fn reaches(state: &Services, operator: &Operator, computer: i64) -> Result<bool> {
    let Some(mut reachable) = sight::reachable(operator) else {
        return Ok(true);
    };
    reachable.and_where(Expr::col(("vc", "id")).eq(computer));
    let found: Option<(i64,)> = state.db.optional_query(&reachable).await?;
    Ok(found.is_some())
}
