//! What people at a computer ask for.

use migasfree_server_db::{Db, Result, Ts, Tx, args};
use serde::Serialize;

use crate::ids::{ApplicationId, ApplicationRequestId, ComputerId};

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
