//! `computers/attributes/assigned/`: the attributes of the last synchronisation, as a page.

use migasfree_server_domain::client::attributes::{Attribute, Synchronised};
use serde_json::{Value, json};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall<Synchronised>, _: NoClaims) -> Reply {
    let attributes = call.beside.ordered();
    ok(page(attributes.iter()))
}

/// One page with all of `attributes`.
pub(super) fn page<'a>(attributes: impl Iterator<Item = &'a Attribute>) -> Value {
    let results: Vec<Value> = attributes.map(Attribute::info).collect();
    json!({ "count": results.len(), "next": null, "previous": null, "results": results })
}
