//! `computers/traits/`: what the last synchronisation found out.

use migasfree_server_domain::client::attributes::Synchronised;
use serde_json::{Value, json};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Synchronised>, _: NoClaims) -> Reply {
    let attributes = call.beside.ordered();
    let shown = attributes.iter().map(|attribute| {
        json!({
            "id": attribute.id,
            "description": attribute.description,
            "value": attribute.value,
            "name": attribute.property,
            "prefix": attribute.prefix,
            "sort": attribute.sort,
        })
    });
    ok(shown.collect::<Vec<Value>>())
}
