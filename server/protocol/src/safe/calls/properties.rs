//! `computers/properties/`: what the computer is to evaluate (8.2).

use migasfree_server_domain::{client::properties::ToEvaluate, core::rules::languages};
use serde_json::{Value, json};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<ToEvaluate>, _: NoClaims) -> Reply {
    let properties = call.beside.programs();
    let shown = properties.iter().map(|property| {
        json!({
            "prefix": property.prefix,
            "language": languages::name(property.language),
            "code": property.code.as_deref().unwrap_or_default(),
        })
    });
    ok(shown.collect::<Vec<Value>>())
}
