//! Why a computer gets each deployment of its project, or does not.

use migasfree_server_entity::{
    action::{Answer, Call},
    error::RestError,
    json::Json,
    load, read,
};
use migasfree_types::rest::{
    deployment::DeploymentReason,
    reference::{AttributeInfo, PropertyInfo},
};

use super::targets;
use crate::core::{
    attributes,
    rules::targeting::{Decision, decide},
    shapes::ATTRIBUTE_INFO,
};
use crate::ids::{AttributeId, ComputerId};

/// The deployments of the computer's project the operator sees, with the reason for each.
///
/// # Errors
/// When the database fails.
pub async fn answer(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let db = &context.state.db;
    let (project,): (i64,) = db
        .one(
            "SELECT project_id FROM client_computer WHERE id = $1",
            migasfree_server_db::args![call.id],
        )
        .await?;
    let attributes = targets::attributes(db, call.id).await?;
    let candidates = targets::of_project(db, (project, call.id), &attributes).await?;
    let ids = candidates.iter().map(|candidate| candidate.id).collect();
    let visible = read::only_visible(context, "core_deployment", ids).await?;
    let today = context.today();
    let decided: Vec<_> = candidates
        .into_iter()
        .filter(|candidate| visible.contains(&candidate.id))
        .map(|candidate| {
            let decision = decide(&candidate.target, ComputerId(call.id), &attributes, today);
            (candidate, decision)
        })
        .collect();
    let mut named: Vec<i64> = decided
        .iter()
        .filter_map(|(_, decision)| attribute_of(*decision))
        .map(i64::from)
        .collect();
    named.sort_unstable();
    named.dedup();
    let table = &attributes::TABLE;
    let shown = load::load(
        &mut context.source(),
        &context.reading(),
        table,
        ATTRIBUTE_INFO.fields,
        &named,
    )
    .await?;
    let reasons: Vec<DeploymentReason> = decided
        .into_iter()
        .map(|(candidate, decision)| DeploymentReason {
            id: candidate.id,
            name: candidate.name,
            applies: matches!(decision, Decision::Applies(_)),
            reason: word(decision).to_owned(),
            attribute: attribute_of(decision)
                .and_then(|id| shown.get(&id.0))
                .map(info),
            opens: match decision {
                Decision::NotYet(day, _) => Some(day.to_string()),
                _ => None,
            },
        })
        .collect();
    Answer::of(&reasons)
}

const fn attribute_of(decision: Decision) -> Option<AttributeId> {
    match decision {
        Decision::Applies(attribute)
        | Decision::NotYet(_, attribute)
        | Decision::Excluded(attribute) => Some(attribute),
        Decision::NotIncluded | Decision::OutsideDomain | Decision::Disabled => None,
    }
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Applies(_) => "included",
        Decision::NotYet(..) => "not_yet",
        Decision::Excluded(_) => "excluded",
        Decision::NotIncluded => "not_included",
        Decision::OutsideDomain => "domain",
        Decision::Disabled => "disabled",
    }
}

fn info(row: &Json) -> AttributeInfo {
    let property = row.get("property_att");
    let number = |name: &str| match row.get(name) {
        Json::Float(value) => Some(*value),
        _ => None,
    };
    AttributeInfo {
        id: row.get("id").as_int().unwrap_or_default(),
        property_att: PropertyInfo {
            id: property.get("id").as_int().unwrap_or_default(),
            prefix: property.get("prefix").as_text().to_owned(),
            sort: property.get("sort").as_text().to_owned(),
        },
        value: row.get("value").as_text().to_owned(),
        description: row.get("description").as_text().to_owned(),
        latitude: number("latitude"),
        longitude: number("longitude"),
    }
}
