//! `computers/errors/`: what went wrong on the computer.

use migasfree_server_domain::client::records;
use serde::Deserialize;
use serde_json::json;

use crate::safe::answer::{Reply, created};
use crate::safe::call::ComputerCall;
use crate::safe::validate::{Fields, without_middle};

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    description: Option<String>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let description = claims.description.unwrap_or_default().replace("\r\n", "\n");
    let description = without_middle(description.trim(), call.state.settings.report_text);
    let description = &*description;
    let mut fields = Fields::default();
    if description.is_empty() {
        fields.refuse("description", "This field may not be blank.");
    }
    fields.check()?;
    let (computer, project) = (call.computer.id, call.project.id);
    let kept = call.state.settings.keep.reports_per_computer;
    let mut tx = call.state.db.begin().await?;
    let id = records::error(&mut tx, computer, project, description, kept, call.now).await?;
    tx.commit().await?;
    created(json!({
        "id": id,
        "created_at": call.now,
        "description": description,
        "checked": false,
        "computer": computer,
        "project": project,
        "synchronization": null,
    }))
}
