//! `computers/devices/` and `devices/…`: the printers of the computer. None are managed here, so
//! there is none to see, to choose or to take.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims, ProjectCall};

/// What printers can do.
const CAPABILITIES: [(i64, &str); 2] = [(2, "COLOUR"), (1, "STANDARD")];

/// `computers/devices/`
pub(in crate::safe) async fn of_computer(_: ComputerCall, _: NoClaims) -> Reply {
    ok(json!({ "logical": [], "default": 0 }))
}

/// `devices/devices/available/` and `devices/logical/available/`
pub(in crate::safe) async fn available(_: ComputerCall, _: NoClaims) -> Reply {
    ok(Vec::<Value>::new())
}

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Chosen {
    logical_id: Option<Value>,
    id: Option<Value>,
}

/// `devices/logical/set-default/`: naming none means to have none.
pub(in crate::safe) async fn set_default(_: ComputerCall, claims: Chosen) -> Reply {
    match claims.logical_id.or(claims.id) {
        None => ok(json!({})),
        Some(_) => Err(not_allowed()),
    }
}

/// `devices/logical/assign/`
pub(in crate::safe) async fn assign(_: ComputerCall, claims: Chosen) -> Reply {
    Err(match claims.id {
        None => Refusal::text(StatusCode::BAD_REQUEST, "Missing id"),
        Some(_) => not_allowed(),
    })
}

fn not_allowed() -> Refusal {
    Refusal::text(StatusCode::BAD_REQUEST, "Logical device not allowed")
}

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Wanted {
    id: Option<Value>,
}

/// `devices/capabilities/`
pub(in crate::safe) async fn capabilities(_: ProjectCall, claims: Wanted) -> Reply {
    let wanted = |id: i64| match &claims.id {
        Some(Value::Number(one)) => one.as_i64() == Some(id),
        Some(Value::String(one)) => one.trim() == id.to_string(),
        _ => true,
    };
    let shown = CAPABILITIES
        .into_iter()
        .filter(|(id, _)| wanted(*id))
        .map(|(id, name)| json!({ "id": id, "name": name }));
    ok(shown.collect::<Vec<_>>())
}
