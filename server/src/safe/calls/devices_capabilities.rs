//! `devices/capabilities/`: what printers can do.

use serde_json::json;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{NoClaims, ProjectCall};

pub(in crate::safe) async fn answer(_: ProjectCall, _: NoClaims) -> Reply {
    ok(json!([{ "id": 2, "name": "COLOUR" }, { "id": 1, "name": "STANDARD" }]))
}
