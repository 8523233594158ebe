//! `computers/faults/definitions/`: what the computer is to check (8.6).

use migasfree_server_domain::{client::faults::Definitions, core::rules::languages};
use serde_json::{Value, json};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Definitions>, _: NoClaims) -> Reply {
    let definitions = call.beside.ordered();
    let shown = definitions.iter().map(|definition| {
        json!({
            "language": languages::name(definition.language),
            "name": definition.name,
            "code": definition.code,
        })
    });
    ok(shown.collect::<Vec<Value>>())
}
