//! `computers/tags/`: sets the tags of the computer (4.7).

use axum::http::StatusCode;
use serde::Deserialize;

use crate::core::rules::tags::{TagPackages, change};
use crate::core::rules::targeting::Attributes;
use crate::db;
use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::ComputerCall;
use crate::safe::store::deployments::{self, Deployment};
use crate::safe::store::tags;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    /// `PREFIX-value`; none clears all.
    tags: Option<Vec<String>>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let given = claims.tags.unwrap_or_default();
    let names: Vec<(&str, &str)> = given.iter().filter_map(|tag| tag.split_once('-')).collect();
    let wanted = tags::recognised(&call.state.db, &names).await?;
    if wanted.is_empty() && !given.is_empty() {
        return Err(Refusal::text(StatusCode::BAD_REQUEST, "Invalid tags"));
    }
    let mut tx = call.state.db.begin().await?;
    let before = tags::of(&mut tx, call.computer.id).await?;
    tags::replace(&mut tx, call.computer.id, &wanted).await?;
    tx.commit().await?;

    let undo = call.state.settings.clients.fixes.removed_tags_undo_packages;
    let dropped: Attributes = match undo {
        true => before.difference(&wanted).copied().collect(),
        false => Attributes::new(),
    };
    let dropped = packages(&call, &dropped).await?;
    let kept = packages(&call, &wanted).await?;
    ok(change(&dropped, &kept))
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
    let db = &call.state.db;
    let (project, computer) = (call.project.id, call.computer.id);
    let found = deployments::available(db, project, computer, tags, call.today()).await?;
    Ok(found.into_iter().map(texts).collect())
}
