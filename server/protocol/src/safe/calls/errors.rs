//! `computers/errors/`: what went wrong on the computer.

use migasfree_server_domain::client::{records, validate::Fields};
use serde::Deserialize;
use serde_json::json;

use crate::safe::answer::{Reply, created};
use crate::safe::call::ComputerCall;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    description: Option<String>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let caller = call.caller();
    let description = records::told(&caller, &claims.description.unwrap_or_default());
    let mut fields = Fields::default();
    if description.is_empty() {
        fields.refuse("description", "This field may not be blank.");
    }
    fields.check()?;
    let id = records::take_error(&caller, &description).await?;
    created(json!({
        "id": id,
        "created_at": call.now,
        "description": description,
        "checked": false,
        "computer": call.computer.id,
        "project": call.project.id,
        "synchronization": null,
    }))
}
