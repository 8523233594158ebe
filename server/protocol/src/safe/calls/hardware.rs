//! `computers/hardware/`: what the computer is made of.

use migasfree_server_domain::{
    client::{hardware, identity},
    core::rules::identity::mac_form,
    hardware::lshw::{flatten, summarise},
};
use serde::Deserialize;
use serde_json::Value;

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::ComputerCall;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    hardware: Value,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let nodes = flatten(&claims.hardware).ok_or_else(Refusal::malformed_claims)?;
    let uuid = call.computer.uuid.as_deref().unwrap_or_default();
    let summary = summarise(&nodes, uuid);
    let mut tx = call.state.db.begin().await?;
    hardware::replace(&mut tx, call.computer.id, &nodes, &summary, call.now).await?;
    let settings = &call.state.settings.clients;
    if settings.is_unnumbered(call.computer.uuid.as_deref())
        && let Some(uuid) = mac_form(&summary.mac_address)
        && !identity::number(&mut tx, call.computer.id, &uuid, call.now).await?
    {
        let computer = call.computer.id.0;
        tracing::warn!(
            computer,
            uuid,
            "another computer has this number: this one stays without"
        );
    }
    tx.commit().await?;
    ok("Data received")
}
