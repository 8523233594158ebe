//! `computers/id/`: which computer is this?

use axum::http::StatusCode;
use migasfree_server_domain::{
    client::{
        identity::Claimed,
        projects, records,
        validate::{MAX_HOST_NAME, cut},
    },
    core::rules::status::Status,
    services::OfDomain as _,
};
use serde::Deserialize;

use crate::messages;
use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::{ProjectCall, unsubscribed};
use crate::safe::finding::find;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    uuid: String,
    name: String,
}

pub(in crate::safe) async fn answer(mut call: ProjectCall<Claimed>, claims: Claims) -> Reply {
    let name = cut(&claims.name, MAX_HOST_NAME);
    let Some(computer) = find(&mut call, &claims.uuid, &name).await? else {
        return Err(Refusal::Said(
            StatusCode::NOT_FOUND,
            messages::computer_not_found(),
        ));
    };
    let db = &call.state.db;
    if computer.status() == Status::Unsubscribed {
        let text = format!("{} - id - Unsubscribed computer", call.connection.client);
        let mut tx = db.begin().await?;
        let kept = call.state.settings.keep.reports_per_computer;
        records::error(
            &mut tx,
            computer.id,
            computer.project_id,
            &text,
            kept,
            call.now,
        )
        .await?;
        tx.commit().await?;
        return Err(unsubscribed());
    }
    if computer.project_id != call.project.id {
        let other = projects::name_of(db, computer.project_id).await?;
        let message = messages::computer_of_other_project(other, &call.project.name);
        return Err(Refusal::Said(StatusCode::FORBIDDEN, message));
    }
    let doing = &call.state.domain().doing;
    let begins = messages::synchronization_begins();
    doing.tell(db, computer.id, begins, call.now);
    ok(computer.id)
}
