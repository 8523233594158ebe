//! A computer that was known by the key of its project alone brings one of its own, sealed with that.

use migasfree_server_audit::Author;
use migasfree_server_db::{Result, Tx, args};
use migasfree_types::message::Message;

use super::claims::{KeyText, Machine};
use super::rows::{self, Origin, Place, Row, Shown, State, Telling};
use crate::computers::notifications::notify;
use crate::ids::{ComputerId, ComputerKeyId, ProjectId};
use crate::messages;
use crate::services::Services;

/// A known computer of a project, which shows a key.
#[derive(Debug, Clone, Copy)]
pub struct Moving<'a> {
    pub key: &'a KeyText,
    pub computer: ComputerId,
    pub project: ProjectId,
    pub machine: Machine<'a>,
    /// Where it comes from.
    pub address: &'a str,
}

/// Takes the key that came sealed, in the transaction of the call; the computer's row is to be locked before. The first one
/// becomes the computer's, unless the project demands approval. It is not verified: whoever has the project's key can send
/// one. Any other one waits. `None` for a key that belongs elsewhere, or ended.
///
/// # Errors
/// When the database fails.
pub async fn move_over(
    state: &Services,
    tx: &mut Tx,
    moving: &Moving<'_>,
) -> Result<Option<State>> {
    let now = state.clock.now();
    let known = rows::by_thumbprint(tx, moving.key.thumbprint()).await?;
    if let Some(row) = known {
        return Ok(of_the_same(&row, moving.computer));
    }
    let held = rows::held(tx, moving.computer).await?;
    let (demanded,): (bool,) = tx
        .one(
            "SELECT enrolment_approval FROM core_project WHERE id = $1",
            args![moving.project],
        )
        .await?;
    let place = Place {
        computer: Some(moving.computer),
        project: moving.project,
        token: None,
        state: if held.any || demanded {
            State::Pending
        } else {
            State::Active
        },
        origin: Origin::Moved,
        verified: false,
        contested: held.active.is_some(),
        decided_by: None,
    };
    let shown = Shown {
        key: moving.key,
        machine: moving.machine,
        address: moving.address,
        now,
    };
    let key = rows::put(tx, &shown, &place).await?;
    let author = Author {
        user: None,
        name: format!("CID-{}", moving.computer),
        address: moving.address.to_owned(),
    };
    let telling = Telling {
        state,
        author: &author,
        now,
    };
    let mut after = rows::audited(&shown, &place);
    if place.state == State::Active {
        after["remark"] = "moved over, not verified".into();
    }
    telling
        .key(tx, "move_over", key, &author.name, (None, &after))
        .await?;
    if place.contested {
        let message = messages::identity_contested(&author.name, moving.address);
        notify(tx, &message, now).await?;
    }
    Ok(Some(place.state))
}

fn of_the_same(row: &Row, computer: ComputerId) -> Option<State> {
    let state = row.state()?;
    let stands = matches!(state, State::Pending | State::Active);
    (stands && row.computer_id == Some(computer)).then_some(state)
}

/// Notes that a key was used whose place another one took: two machines are one computer. Administrators are told once.
///
/// # Errors
/// When the database fails.
pub async fn clash(state: &Services, key: ComputerKeyId, address: &str) -> Result<()> {
    let told = |computer: String| messages::identity_contested(computer, address);
    contest(state, (key, State::Replaced), told).await
}

/// Notes that a key is used by two machines. Administrators are told once.
///
/// # Errors
/// When the database fails.
pub async fn copied(state: &Services, key: ComputerKeyId, address: &str) -> Result<()> {
    let told = |computer: String| messages::identity_copied(computer, address);
    contest(state, (key, State::Active), told).await
}

async fn contest(
    state: &Services,
    (key, held): (ComputerKeyId, State),
    told: impl FnOnce(String) -> Message,
) -> Result<()> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let found: Option<(ComputerId,)> = tx
        .optional(
            "UPDATE client_computerkey SET contested_at = $2 WHERE id = $1 AND state = $3 \
             AND contested_at IS NULL AND computer_id IS NOT NULL RETURNING computer_id",
            args![key, now, held.as_str()],
        )
        .await?;
    if let Some((computer,)) = found {
        notify(&mut tx, &told(format!("CID-{computer}")), now).await?;
    }
    tx.commit().await
}
