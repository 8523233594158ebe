//! `computers/id/`: which computer is this?

use axum::http::StatusCode;
use serde::Deserialize;

use crate::core::rules::status::Status;
use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::ProjectCall;
use crate::safe::store::{computers, identity, projects, records};

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    uuid: String,
    name: String,
}

pub(in crate::safe) async fn answer(call: ProjectCall, claims: Claims) -> Reply {
    let db = &call.state.db;
    let mac_form_only = call
        .state
        .settings
        .clients
        .fixes
        .names_identify_mac_uuids_only;
    let found = identity::find(db, &claims.uuid, &claims.name, mac_form_only).await?;
    let computer = match found {
        Some(id) => computers::by_id(db, id).await?,
        None => None,
    };
    let Some(computer) = computer else {
        return Err(Refusal::text(StatusCode::NOT_FOUND, "Computer not found"));
    };
    if computer.status() == Status::Unsubscribed {
        let text = format!("{} - id - Unsubscribed computer", call.connection.client);
        let mut tx = db.begin().await?;
        records::error(&mut tx, computer.id, computer.project_id, &text, call.now).await?;
        tx.commit().await?;
        return Err(Refusal::text(
            StatusCode::FORBIDDEN,
            "Unsubscribed computer",
        ));
    }
    if computer.project_id != call.project.id {
        let other = projects::name_of(db, computer.project_id).await?;
        let text = format!(
            "The computer belongs to the project {other}, not to {}: register it again",
            call.project.name
        );
        return Err(Refusal::text(StatusCode::FORBIDDEN, &text));
    }
    let mut tx = db.begin().await?;
    records::tell(&mut tx, computer.id, "Synchronization begins", call.now).await?;
    tx.commit().await?;
    ok(computer.id)
}
