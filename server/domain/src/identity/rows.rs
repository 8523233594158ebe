//! The rows of keys: found, written, and told of.

use std::fmt;

use migasfree_server_audit::{self as audit, Author, Change, UserId};
use migasfree_server_db::{Result, Ts, Tx, args};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::{Value, json};

use super::claims::{KeyText, Machine};
use super::keys::COMPUTER_KEYS;
use crate::ids::{ComputerId, ComputerKeyId, EnrolmentTokenId, ProjectId};
use crate::services::Services;

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// As it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What a stored word means.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What a key is good for.
    State {
        /// Somebody has to decide about it.
        Pending = "pending",
        /// The computer is known by it.
        Active = "active",
        /// Another one took its place.
        Replaced = "replaced",
        /// It was good once, and is not any more.
        Revoked = "revoked",
        /// It was never good.
        Rejected = "rejected",
    }
}

words! {
    /// How a key came.
    Origin {
        /// With an enrolment token.
        Token = "token",
        /// Into a project that computers join by themselves.
        Automatic = "automatic",
        /// With the credentials of somebody who may add computers.
        Operator = "operator",
        /// With nothing, so that somebody had to approve it.
        Approval = "approval",
        /// Sealed with the key of the project.
        Moved = "moved",
    }
}

/// A key as it is stored, with what its computer claimed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: ComputerKeyId,
    pub(super) computer_id: Option<ComputerId>,
    pub(super) project_id: ProjectId,
    pub(super) token_id: Option<EnrolmentTokenId>,
    state: String,
    pub(super) name: String,
    pub(super) uuid: String,
    pub(super) ip_address: String,
    pub(super) address: String,
}

impl Row {
    pub(super) fn state(&self) -> Option<State> {
        State::of(&self.state)
    }

    /// How the audit calls it.
    pub(super) fn text(&self) -> String {
        called(self.computer_id, &self.name)
    }
}

/// How a key is called: by its computer, or as that calls itself.
fn called(computer: Option<ComputerId>, name: &str) -> String {
    computer.map_or_else(|| name.to_owned(), |id| format!("CID-{id}"))
}

/// The key of a thumbprint. Nobody else looks for it until the transaction ends.
pub(super) async fn by_thumbprint(tx: &mut Tx, thumbprint: &str) -> Result<Option<Row>> {
    tx.lock_name("client_computerkey", thumbprint).await?;
    tx.optional(
        "SELECT id, computer_id, project_id, token_id, state, name, uuid, ip_address, address \
         FROM client_computerkey WHERE thumbprint = $1",
        args![thumbprint],
    )
    .await
}

/// The key with this id.
pub(super) async fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Row>> {
    tx.lock("client_computerkey", &[id]).await?;
    tx.optional(
        "SELECT id, computer_id, project_id, token_id, state, name, uuid, ip_address, address \
         FROM client_computerkey WHERE id = $1",
        args![id],
    )
    .await
}

/// The keys that a computer had until now.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    /// The thumbprint of the one it is known by, how that came, and whether it was verified.
    pub(super) active: Option<(String, Origin, bool)>,
    /// Whether one was good, if only once.
    pub(super) any: bool,
}

/// What keys a computer has. Its row is to be locked before.
pub(super) async fn held(tx: &mut Tx, computer: ComputerId) -> Result<Held> {
    let rows: Vec<(String, String, String, bool)> = tx
        .all(
            "SELECT state, thumbprint, origin, verified FROM client_computerkey \
             WHERE computer_id = $1 AND state IN ('active', 'replaced', 'revoked')",
            args![computer],
        )
        .await?;
    let any = !rows.is_empty();
    let active = rows
        .into_iter()
        .find(|(state, ..)| State::of(state) == Some(State::Active));
    let active = active.map(|(_, thumbprint, origin, verified)| {
        let origin = Origin::of(&origin).unwrap_or(Origin::Approval);
        (thumbprint, origin, verified)
    });
    Ok(Held { active, any })
}

/// A key that a computer shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) key: &'a KeyText,
    pub(super) machine: Machine<'a>,
    /// Where it comes from.
    pub(super) address: &'a str,
    pub(super) now: Ts,
}

/// What becomes of a key that is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) computer: Option<ComputerId>,
    pub(super) project: ProjectId,
    pub(super) token: Option<EnrolmentTokenId>,
    pub(super) state: State,
    pub(super) origin: Origin,
    pub(super) verified: bool,
    /// Whether it claims what another key is.
    pub(super) contested: bool,
    pub(super) decided_by: Option<UserId>,
}

/// Stores a key that is shown, in place of the same one if it waits already.
pub(super) async fn put(tx: &mut Tx, shown: &Shown<'_>, place: &Place) -> Result<ComputerKeyId> {
    let decided = (place.state == State::Active).then_some(shown.now);
    let contested = place.contested.then_some(shown.now);
    let machine = shown.machine;
    let (id,) = tx
        .one(
            "INSERT INTO client_computerkey (computer_id, project_id, token_id, public_key, thumbprint, state, \
             origin, verified, contested_at, name, uuid, fqdn, ip_address, hardware, address, created_at, \
             decided_at, decided_by_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
             ON CONFLICT (thumbprint) DO UPDATE SET computer_id = excluded.computer_id, \
             project_id = excluded.project_id, token_id = excluded.token_id, state = excluded.state, \
             origin = excluded.origin, verified = excluded.verified, contested_at = excluded.contested_at, \
             name = excluded.name, uuid = excluded.uuid, fqdn = excluded.fqdn, ip_address = excluded.ip_address, \
             hardware = excluded.hardware, address = excluded.address, decided_at = excluded.decided_at, \
             decided_by_id = excluded.decided_by_id RETURNING id",
            args![
                place.computer,
                place.project,
                place.token,
                shown.key.public_key(),
                shown.key.thumbprint(),
                place.state.as_str(),
                place.origin.as_str(),
                place.verified,
                contested,
                machine.name,
                machine.uuid,
                machine.fqdn,
                machine.ip_address.unwrap_or_default(),
                machine.hardware,
                shown.address,
                shown.now,
                decided,
                place.decided_by,
            ],
        )
        .await?;
    Ok(id)
}

/// Makes room for another key of a computer: the one it was known by is replaced, and whoever uses it from then on is told
/// of anew. Answers which one that was.
pub(super) async fn replace(
    tx: &mut Tx,
    computer: ComputerId,
    now: Ts,
) -> Result<Option<ComputerKeyId>> {
    let replaced: Option<(ComputerKeyId,)> = tx
        .optional(
            "UPDATE client_computerkey SET state = 'replaced', decided_at = $2, contested_at = NULL \
             WHERE computer_id = $1 AND state = 'active' RETURNING id",
            args![computer, now],
        )
        .await?;
    Ok(replaced.map(|(id,)| id))
}

/// Who did something to a key of their own, or to one of another's.
#[derive(Debug)]
pub(super) struct Telling<'a> {
    pub(super) state: &'a Services,
    pub(super) author: &'a Author,
    pub(super) now: Ts,
}

impl Telling<'_> {
    /// The audit record of what happened to a key, and the event by which connections that use it learn of it.
    pub(super) async fn key(
        &self,
        tx: &mut Tx,
        action: &str,
        id: ComputerKeyId,
        text: &str,
        (before, after): (Option<&Value>, &Value),
    ) -> Result<()> {
        let entity = COMPUTER_KEYS.key();
        let change = Change {
            action,
            entity: &entity,
            object_id: Some(id.0),
            object_text: text,
            before,
            after: Some(after),
        };
        audit::record(tx, self.now, self.author, &change).await?;
        let action = if action == "add" {
            ChangeAction::Add
        } else {
            ChangeAction::Change
        };
        self.changed(tx, entity, id.0, action);
        Ok(())
    }

    /// The same of the key whose place another one takes.
    pub(super) async fn replaced(
        &self,
        tx: &mut Tx,
        id: ComputerKeyId,
        computer: ComputerId,
    ) -> Result<()> {
        let before = json!({"state": State::Active.as_str()});
        let after = json!({"state": State::Replaced.as_str()});
        let text = called(Some(computer), "");
        self.key(tx, "replace", id, &text, (Some(&before), &after))
            .await
    }

    /// The event that something else changed.
    pub(super) fn changed(&self, tx: &mut Tx, entity: String, id: i64, action: ChangeAction) {
        let event = Event::Changed {
            entity,
            id: Some(id),
            action,
            at: self.now.rfc3339(),
        };
        self.state.events.send_after(tx, event);
    }
}

/// A key as the audit keeps it.
pub(super) fn audited(shown: &Shown<'_>, place: &Place) -> Value {
    json!({
        "computer": place.computer,
        "project": place.project,
        "token": place.token,
        "thumbprint": shown.key.thumbprint(),
        "state": place.state.as_str(),
        "origin": place.origin.as_str(),
        "verified": place.verified,
        "contested": place.contested,
        "name": shown.machine.name,
        "uuid": shown.machine.uuid,
    })
}
