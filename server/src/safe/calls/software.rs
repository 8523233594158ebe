//! `computers/software/`: what is installed.

use serde::Deserialize;
use serde_json::Value;

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::ComputerCall;
use crate::safe::store::software::{self, Inventory};

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    inventory: Option<Vec<String>>,
    /// What changed since the last time. Not needed: the list itself is compared.
    history: Option<Value>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    if claims.inventory.is_none() && claims.history.is_none() {
        return Err(Refusal::text(
            axum::http::StatusCode::BAD_REQUEST,
            "Bad request",
        ));
    }
    if let Some(inventory) = Inventory::new(claims.inventory.unwrap_or_default()) {
        record(&call, &inventory).await?;
    }
    ok("Data received")
}

async fn record(call: &ComputerCall, inventory: &Inventory) -> Result<(), Refusal> {
    let db = &call.state.db;
    let (computer, project) = (&call.computer, call.project.id);
    if software::is_current(db, computer.software_inventory_id, project, inventory).await? {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    software::record(&mut tx, computer.id, project, inventory, call.now).await?;
    tx.commit().await?;
    Ok(())
}
