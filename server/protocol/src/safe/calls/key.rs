//! `computers/key/`: the computer brings a key of its own, and is known by that from then on. An addition of ours.

use axum::http::StatusCode;
use migasfree_native::enrolment::MoveOver;
use migasfree_server_domain::identity::{Machine, Moving, State, Why, move_over};

use crate::messages;
use crate::native::{key_text, waiting, welcome};
use crate::safe::answer::{Answer, Refusal, Reply, ok};
use crate::safe::call::ComputerCall;

pub(in crate::safe) async fn answer(call: ComputerCall, claims: MoveOver) -> Reply {
    let server = call.state.native.public().thumbprint();
    if !claims.is_proven(server) {
        let message = messages::key_not_proven();
        return Err(Refusal::Said(StatusCode::BAD_REQUEST, message));
    }
    let key = key_text(&claims.public_key).ok_or_else(Refusal::malformed_claims)?;
    let (computer, project) = (&call.computer, call.project.id);
    let address = call.connection.client.to_string();
    let moving = Moving {
        key: &key,
        computer: computer.id,
        project,
        machine: Machine {
            uuid: computer.uuid.as_deref().unwrap_or_default(),
            name: computer.name.as_deref().unwrap_or_default(),
            fqdn: computer.fqdn.as_deref().unwrap_or_default(),
            ip_address: computer.ip_address.as_deref(),
            hardware: &computer.product_system,
        },
        address: &address,
    };
    let mut tx = call.state.db.begin().await?;
    tx.lock("client_computer", &[computer.id.0]).await?;
    call.caller().still_served(&mut tx).await?;
    let state = move_over(&call.state.services, &mut tx, &moving).await?;
    tx.commit().await?;
    match state {
        Some(State::Active) => ok(welcome(&call.state, computer.id, project).await?),
        Some(_) => Ok(Answer {
            status: StatusCode::ACCEPTED,
            ..ok(waiting())?
        }),
        None => Err(Refusal::Said(StatusCode::FORBIDDEN, Why::Ended.message())),
    }
}
