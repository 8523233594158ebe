//! The computers that keys belong to: found, made, and brought to their project.

use migasfree_server_audit::Author;
use migasfree_server_db::{self as db, Ts, Tx};
use migasfree_types::events::{ChangeAction, Event};

use super::arrivals::{EnrolError, Why};
use crate::client::identity::{self, Asked, Found, NewComputer, Row};
use crate::computers::computer::COMPUTERS;
use crate::core::rules::identity::canonical;
use crate::ids::{ComputerId, ProjectId};
use crate::services::{OfDomain as _, Services};

/// The one computer that a UUID and a name stand for, as sealed registration finds it. Nobody else registers it until the
/// transaction ends.
pub(super) async fn find(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    (uuid, name): (&str, &str),
) -> Result<Option<Row>, EnrolError> {
    let settings = &state.domain().settings.clients;
    let claimed = identity::claimed_alone(tx, settings, project, (uuid, name)).await?;
    let asked = Asked::Within(tx);
    match identity::find(asked, settings, project, claimed, (uuid, name)).await? {
        Found::Nobody => Ok(None),
        Found::One(row) => Ok(Some(row)),
        Found::Several(first, second) => Err(Why::Alike(first, second, name.to_owned()).into()),
    }
}

/// What a computer is made of that nobody knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claimant<'a> {
    pub(super) uuid: &'a str,
    pub(super) name: &'a str,
    pub(super) ip_address: Option<&'a str>,
    pub(super) address: &'a str,
}

/// A computer that nobody knew, in a project.
pub(super) async fn create(
    state: &Services,
    tx: &mut Tx,
    project: ProjectId,
    who: Claimant<'_>,
    (author, now): (Option<&Author>, Ts),
) -> Result<ComputerId, EnrolError> {
    let settings = &state.domain().settings;
    let uuid = (!settings.clients.is_filler(who.uuid)).then(|| canonical(who.uuid));
    let new = NewComputer {
        uuid: uuid.as_deref(),
        name: who.name,
        status: &settings.default_computer_status,
        project,
        ip_address: who.ip_address,
        forwarded_ip_address: Some(who.address),
    };
    let made = identity::register(tx, settings, &new, author, now).await;
    let (id, _) = made.map_err(|error| match error {
        db::Error::Unique { .. } => EnrolError::Refused(Why::Taken),
        other => other.into(),
    })?;
    announce(state, tx, id, ChangeAction::Add, now);
    Ok(id)
}

/// A computer comes to another project, if it is not the one it is in.
pub(super) async fn come_over(
    state: &Services,
    tx: &mut Tx,
    computer: ComputerId,
    (from, to): (ProjectId, ProjectId),
    now: Ts,
) -> db::Result<()> {
    if from != to {
        identity::migrate(tx, computer, to, now).await?;
    }
    announce(state, tx, computer, ChangeAction::Change, now);
    Ok(())
}

fn announce(state: &Services, tx: &mut Tx, computer: ComputerId, action: ChangeAction, now: Ts) {
    let event = Event::Changed {
        entity: COMPUTERS.key(),
        id: Some(computer.0),
        action,
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
}
