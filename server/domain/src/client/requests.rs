//! What people at a computer ask for.

use migasfree_server_db::{Db, Result, Ts, Tx, args};
use migasfree_types::events::ChangeAction;
use serde::Serialize;

use super::{
    caller::{Caller, Refused},
    catalog::{self, Filter},
    validate::Fields,
};
use crate::app_catalog::application_requests::{APPLICATION_REQUESTS, PERSON_LIMIT, TEXT_LIMIT};
use crate::core::rules::source_template::MEDIA;
use crate::ids::{ApplicationId, ApplicationRequestId, ComputerId};
use crate::messages;

/// Requests of one computer that wait for a decision.
const MAX_PENDING: i64 = 200;

/// Asks for an application; who asks again gets the request that waits. Answers whether it is new, too.
///
/// # Errors
/// Why it is not taken.
pub async fn ask(
    caller: &Caller<'_>,
    application: ApplicationId,
    person: &str,
    justification: &str,
) -> Result<(Request, bool), Refused> {
    let new = NewRequest {
        application,
        computer: caller.computer.id,
        person,
        justification: justification.trim(),
    };
    let mut fields = Fields::default();
    fields.limit("person", new.person, PERSON_LIMIT);
    fields.limit("justification", new.justification, TEXT_LIMIT);
    fields.check()?;
    check_application(caller, application).await?;

    let mut tx = caller.state.db.begin().await?;
    // Those that are pending are counted by one request of the computer at a time.
    tx.lock("client_computer", &[new.computer.0]).await?;
    if let Some(pending) = pending(&mut tx, &new).await? {
        return Ok((pending, false));
    }
    if count_pending(&mut tx, new.computer).await? >= MAX_PENDING {
        return Err(Refused::Said(messages::too_many_requests_pending()));
    }
    let request = add(&mut tx, &new, caller.now).await?;
    tx.commit().await?;
    caller.changed(APPLICATION_REQUESTS.key(), request.id.0, ChangeAction::Add);
    Ok((request, true))
}

/// Only what is offered to the computer and needs an administrator there can be asked for.
async fn check_application(caller: &Caller<'_>, application: ApplicationId) -> Result<(), Refused> {
    let project = (caller.project.id, caller.project.name.as_str());
    let filter = Filter {
        application: Some(application),
        ..Filter::default()
    };
    let (db, computer) = (&caller.state.db, caller.computer.id);
    let offered = catalog::applications(db, computer, project, &filter, MEDIA).await?;
    match offered.first() {
        None => Err(Refused::Said(messages::app_not_offered())),
        Some(offered) if offered["level"]["id"] != "A" => {
            Err(Refused::Said(messages::app_needs_no_administrator()))
        }
        Some(_) => Ok(()),
    }
}

/// Takes a request back that waits; what is decided stays as it is.
///
/// # Errors
/// When the computer made no such request.
pub async fn take_back(caller: &Caller<'_>, id: ApplicationRequestId) -> Result<Request, Refused> {
    let computer = caller.computer.id;
    let mut tx = caller.state.db.begin().await?;
    if let Some(withdrawn) = withdraw(&mut tx, computer, id).await? {
        tx.commit().await?;
        let action = ChangeAction::Change;
        caller.changed(APPLICATION_REQUESTS.key(), withdrawn.id.0, action);
        return Ok(withdrawn);
    }
    let found = by_id(&mut tx, computer, id).await?;
    found.ok_or_else(|| Refused::Said(messages::no_such_request()))
}

/// A request as its computer sees it.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Request {
    pub id: ApplicationRequestId,
    app: ApplicationId,
    person: String,
    justification: String,
    state: String,
    comment: String,
    created_at: Ts,
    decided_at: Option<Ts>,
}

/// A request to be made.
#[derive(Debug)]
pub struct NewRequest<'a> {
    pub application: ApplicationId,
    pub computer: ComputerId,
    pub person: &'a str,
    pub justification: &'a str,
}

/// Columns of a [`Request`].
macro_rules! request {
    () => {
        "id, application_id AS app, person, justification, state, comment, created_at, decided_at"
    };
}

/// The same request, if it waits for a decision already.
pub async fn pending(tx: &mut Tx, new: &NewRequest<'_>) -> Result<Option<Request>> {
    tx.optional(
        concat!(
            "SELECT ",
            request!(),
            " FROM application_request WHERE computer_id = $1 AND application_id = $2 \
             AND person = $3 AND state = 'pending'"
        ),
        args![new.computer, new.application, new.person],
    )
    .await
}

/// How many requests of a computer wait for a decision.
pub async fn count_pending(tx: &mut Tx, computer: ComputerId) -> Result<i64> {
    let (count,) = tx
        .one(
            "SELECT COUNT(*) FROM application_request WHERE computer_id = $1 AND state = 'pending'",
            args![computer],
        )
        .await?;
    Ok(count)
}

/// Makes a request; when somebody else just made the same, that one.
pub async fn add(tx: &mut Tx, new: &NewRequest<'_>, now: Ts) -> Result<Request> {
    tx.one(
        concat!(
            "INSERT INTO application_request \
             (application_id, computer_id, person, justification, created_at) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (computer_id, application_id, person) WHERE state = 'pending' \
             DO UPDATE SET person = excluded.person RETURNING ",
            request!()
        ),
        args![
            new.application,
            new.computer,
            new.person,
            new.justification,
            now,
        ],
    )
    .await
}

/// The newest requests of a computer, newest first.
pub async fn of(db: &Db, computer: ComputerId) -> Result<Vec<Request>> {
    db.all(
        concat!(
            "SELECT ",
            request!(),
            " FROM application_request WHERE computer_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT 1000"
        ),
        args![computer],
    )
    .await
}

/// A request of a computer.
pub async fn by_id(
    tx: &mut Tx,
    computer: ComputerId,
    id: ApplicationRequestId,
) -> Result<Option<Request>> {
    tx.optional(
        concat!(
            "SELECT ",
            request!(),
            " FROM application_request WHERE id = $1 AND computer_id = $2"
        ),
        args![id, computer],
    )
    .await
}

/// Withdraws a request of a computer that waits for a decision.
pub async fn withdraw(
    tx: &mut Tx,
    computer: ComputerId,
    id: ApplicationRequestId,
) -> Result<Option<Request>> {
    tx.optional(
        concat!(
            "UPDATE application_request SET state = 'withdrawn' \
             WHERE id = $1 AND computer_id = $2 AND state = 'pending' RETURNING ",
            request!()
        ),
        args![id, computer],
    )
    .await
}
