//! `computers/attributes/assigned/`: the attributes of the last synchronisation, as a page.

use serde_json::{Value, json};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};
use crate::safe::store::attributes::{self, Attribute};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let attributes = attributes::synchronised(&call.state.db, call.computer.id).await?;
    ok(page(attributes.iter()))
}

/// One page with all of `attributes`.
pub(super) fn page<'a>(attributes: impl Iterator<Item = &'a Attribute>) -> Value {
    let results: Vec<Value> = attributes.map(Attribute::info).collect();
    json!({ "count": results.len(), "next": null, "previous": null, "results": results })
}
