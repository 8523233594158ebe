//! `computers/tags/`: sets the tags of the computer (4.7).

use axum::http::StatusCode;
use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db as db;
use migasfree_server_domain::{
    client::{
        deployments::{self, Deployment},
        software, tags,
    },
    core::rules::{
        tags::{TagPackages, change},
        targeting::Attributes,
    },
    ids::AttributeId,
};
use migasfree_types::events::ChangeAction;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::ComputerCall;
use crate::safe::progress;
use crate::safe::validate::few;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    /// `PREFIX-value`; none clears all. Has to be there, so that no other call's claims do.
    #[serde(deserialize_with = "Option::deserialize")]
    tags: Option<Vec<String>>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let given = claims.tags.unwrap_or_default();
    few("tags", given.len(), call.state.settings.reported_names)?;
    let names: Vec<(&str, &str)> = given.iter().filter_map(|tag| tag.split_once('-')).collect();
    let wanted = tags::recognised(&call.state.db, &names).await?;
    if wanted.is_empty() && !given.is_empty() {
        return Err(Refusal::text(StatusCode::BAD_REQUEST, "Invalid tags"));
    }
    let before = assign(&call, &wanted).await?;

    let undo = call.state.settings.clients.fixes.removed_tags_undo_packages;
    let dropped: Attributes = match undo {
        true => before.difference(&wanted).copied().collect(),
        false => Attributes::new(),
    };
    let dropped = undoable(&call, packages(&call, &dropped).await?).await?;
    let kept = packages(&call, &wanted).await?;
    ok(change(&dropped, &kept))
}

/// Makes `wanted` the tags of the computer and gives those it had.
async fn assign(call: &ComputerCall, wanted: &Attributes) -> Result<Attributes, Refusal> {
    let computer = call.computer.id;
    let mut tx = call.state.db.begin().await?;
    tx.lock("client_computer", &[computer.0]).await?;
    // It may have been unsubscribed since the call came in, and then nothing is given to it any more.
    call.still_served(&mut tx).await?;
    let before = tags::of(&mut tx, computer).await?;
    if before == *wanted {
        return Ok(before);
    }
    tags::replace(&mut tx, computer, wanted).await?;
    let name = format!("CID-{computer}");
    let author = Author {
        user: None,
        name: name.clone(),
        address: call.connection.client.to_string(),
    };
    let (then, now) = (listed(&before), listed(wanted));
    let change = Change {
        action: "change",
        entity: "client.computer",
        object_id: Some(computer.0),
        object_text: &name,
        before: Some(&then),
        after: Some(&now),
    };
    audit::record(&mut tx, call.now, &author, &change).await?;
    tx.commit().await?;
    progress::changed(
        &call.state,
        "client.computer",
        computer.0,
        ChangeAction::Change,
    );
    Ok(before)
}

fn listed(tags: &Attributes) -> Value {
    let mut ids: Vec<AttributeId> = tags.iter().copied().collect();
    ids.sort_unstable_by_key(|id| id.0);
    json!({ "tags": ids })
}

/// Package texts of the deployments that these tags alone bring.
async fn packages(call: &ComputerCall, tags: &Attributes) -> Result<Vec<TagPackages>, db::Error> {
    let texts = |deployment: Deployment| TagPackages {
        install: deployment.packages_to_install.unwrap_or_default(),
        remove: deployment.packages_to_remove.unwrap_or_default(),
        preincluded: deployment.default_preincluded_packages.unwrap_or_default(),
        included: deployment.default_included_packages.unwrap_or_default(),
        excluded: deployment.default_excluded_packages.unwrap_or_default(),
    };
    let found = call.deployments_for(tags).await?;
    Ok(found.into_iter().map(texts).collect())
}

/// What taking deployments away can undo: of what they removed, the packages another deployment
/// of the computer offers; of what they brought, those or the ones it reported.
async fn undoable(
    call: &ComputerCall,
    dropped: Vec<TagPackages>,
) -> Result<Vec<TagPackages>, db::Error> {
    let mut names: Vec<&str> = dropped.iter().flat_map(TagPackages::names).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(dropped);
    }
    let db = &call.state.db;
    let remaining = call.deployments().await?;
    let remaining = remaining.iter().map(|deployment| deployment.id);
    let offered = deployments::offering(db, remaining, &names).await?;
    let reported = match call.computer.software_inventory_id {
        Some(inventory) => Some(software::having(db, inventory, &names).await?),
        None => None,
    };
    let installable = |name: &str| offered.contains(name);
    let removable = |name: &str| {
        let is_there = reported.as_ref().is_none_or(|known| known.contains(name));
        is_there || offered.contains(name)
    };
    let undoable = |packages: &TagPackages| packages.that_can_be_undone(installable, removable);
    Ok(dropped.iter().map(undoable).collect())
}
