//! `computers/hardware/`: what the computer is made of.

use migasfree_server_domain::client::hardware;
use serde::Deserialize;
use serde_json::Value;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::ComputerCall;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    hardware: Value,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    hardware::take(&call.caller(), &claims.hardware).await?;
    ok("Data received")
}
