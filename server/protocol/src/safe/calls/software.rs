//! `computers/software/`: what is installed.

use std::collections::HashSet;

use migasfree_server_domain::client::{
    caller::Caller,
    software::{self, Current},
};
use serde::Deserialize;
use serde_json::Value;

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::ComputerCall;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    inventory: Option<Vec<String>>,
    history: Option<Value>,
}

/// What came and went since the last time, each name behind its sign. The whole list says it
/// better: this counts only without one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct History {
    installed: Vec<String>,
    uninstalled: Vec<String>,
}

impl History {
    fn is_empty(&self) -> bool {
        self.installed.is_empty() && self.uninstalled.is_empty()
    }
}

pub(in crate::safe) async fn answer(call: ComputerCall<Current>, claims: Claims) -> Reply {
    if claims.inventory.is_none() && claims.history.is_none() {
        return Err(Refusal::text(
            axum::http::StatusCode::BAD_REQUEST,
            "Bad request",
        ));
    }
    let (call, current) = call.apart();
    let caller = call.caller();
    let listed = claims.inventory.unwrap_or_default();
    let names = match claims.history {
        Some(history) if listed.is_empty() => changed(&caller, history).await?,
        _ => listed,
    };
    software::take(&caller, &current, names).await?;
    ok("Data received")
}

/// The computer's list as it is after these changes.
async fn changed(caller: &Caller<'_>, history: Value) -> Result<Vec<String>, Refusal> {
    let history: History = serde_json::from_value(history).unwrap_or_default();
    software::fits(caller, history.installed.len())?;
    software::fits(caller, history.uninstalled.len())?;
    let current = caller.computer.software_inventory_id;
    let Some(current) = current.filter(|_| !history.is_empty()) else {
        return Ok(Vec::new());
    };
    let without_sign = |name: &String| name.trim_start_matches(['+', '-']).to_owned();
    let gone: HashSet<String> = history.uninstalled.iter().map(without_sign).collect();
    let mut names = software::names(&caller.state.db, current).await?;
    names.retain(|name| !gone.contains(name));
    names.extend(history.installed.iter().map(without_sign));
    Ok(names)
}
