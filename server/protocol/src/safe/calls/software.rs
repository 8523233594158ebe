//! `computers/software/`: what is installed.

use std::collections::HashSet;

use migasfree_server_domain::client::{
    novelties::Novelty,
    software::{self, Current, Inventory},
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
    let listed = claims.inventory.unwrap_or_default();
    let names = match claims.history {
        Some(history) if listed.is_empty() => changed(&call, history).await?,
        _ => listed,
    };
    fits(&call, names.len())?;
    if let Some(inventory) = Inventory::new(names) {
        record(&call, &inventory).await?;
    }
    ok("Data received")
}

fn fits(call: &ComputerCall<Current>, packages: usize) -> Result<(), Refusal> {
    let limit = call.state.settings.software_packages;
    if packages <= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Ok(());
    }
    let text = format!("A software list may have at most {limit} packages");
    Err(Refusal::text(axum::http::StatusCode::BAD_REQUEST, &text))
}

/// The computer's list as it is after these changes.
async fn changed(call: &ComputerCall<Current>, history: Value) -> Result<Vec<String>, Refusal> {
    let history: History = serde_json::from_value(history).unwrap_or_default();
    fits(call, history.installed.len())?;
    fits(call, history.uninstalled.len())?;
    let current = call.computer.software_inventory_id;
    let Some(current) = current.filter(|_| !history.is_empty()) else {
        return Ok(Vec::new());
    };
    let without_sign = |name: &String| name.trim_start_matches(['+', '-']).to_owned();
    let gone: HashSet<String> = history.uninstalled.iter().map(without_sign).collect();
    let mut names = software::names(&call.state.db, current).await?;
    names.retain(|name| !gone.contains(name));
    names.extend(history.installed.iter().map(without_sign));
    Ok(names)
}

async fn record(call: &ComputerCall<Current>, inventory: &Inventory) -> Result<(), Refusal> {
    let db = &call.state.db;
    let (computer, project) = (&call.computer, call.project.id);
    if call.beside.is(inventory, project) {
        return Ok(());
    }
    let unseen = software::unseen(db, project, inventory).await?;
    if !unseen.is_empty() {
        let mut tx = db.begin().await?;
        call.brings(&mut tx, Novelty::Package, unseen.len()).await?;
        tx.commit().await?;
    }
    software::prepare(db, project, &unseen).await?;
    let mut tx = db.begin().await?;
    software::record(&mut tx, computer.id, project, inventory, call.now).await?;
    tx.commit().await?;
    Ok(())
}
