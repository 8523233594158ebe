//! Publications as operators see and ask for them.

use migasfree_server_db::args;
use migasfree_server_entity::{
    access::Need,
    action::{Answer, Call},
    error::RestError,
    json::Json,
    load, read,
};

use super::deployments::{DEPLOYMENTS, INTERNAL_SOURCES};
use crate::ids::DeploymentId;
use crate::messages;
use crate::repository::publish;
use crate::services::OfDomain as _;

/// How far the publication of a deployment is.
///
/// # Errors
/// When the database fails.
pub async fn state(call: Call) -> Result<Answer, RestError> {
    let state = publish::status(&call.context.state.db, DeploymentId(call.id)).await?;
    Answer::of(&state)
}

/// How far the publications of some deployments are, by id; those that may not be seen are left out.
///
/// # Errors
/// For values that are no numbers, and when the database fails.
pub async fn states(call: Call) -> Result<Answer, RestError> {
    let wanted: Result<Vec<i64>, _> = call
        .params
        .all("id__in")
        .iter()
        .map(|id| id.parse())
        .collect();
    let Ok(wanted) = wanted else {
        return Err(RestError::field("id__in", messages::not_numbers()));
    };
    let ids = read::only_visible(&call.context, "core_deployment", wanted).await?;
    Answer::of(&publish::statuses(&call.context.state.db, &ids).await?)
}

/// Asks for a publication. Whoever may change deployments may.
///
/// # Errors
/// 400 for package managers that are not published here.
pub async fn request(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    context
        .allow(&INTERNAL_SOURCES, Need::Change)
        .or_else(|_| context.allow(&DEPLOYMENTS, Need::Change))?;
    let (pms,): (String,) = context
        .state
        .db
        .one(
            "SELECT p.pms FROM core_deployment AS d JOIN core_project AS p ON p.id = d.project_id WHERE d.id = $1",
            args![call.id],
        )
        .await?;
    let systems = &context.state.domain().systems;
    if systems.format(&pms).is_none() {
        let published = systems.published();
        return Err(RestError::Refused(
            "unsupported_pms",
            messages::unsupported_pms(pms, published),
        ));
    }
    let mut tx = context.state.db.begin().await?;
    publish::request(&context.state, &mut tx, DeploymentId(call.id)).await?;
    context
        .note(&mut tx, &DEPLOYMENTS, "publish", call.id, None, None)
        .await?;
    tx.commit().await?;
    Ok(Answer::detail("Operation received"))
}

/// The deployments being published.
///
/// # Errors
/// When the database fails.
pub async fn generating(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let rows: Vec<(i64,)> = context
        .state
        .db
        .all(
            "SELECT deployment_id FROM repository_publication WHERE state IN ('queued', 'running') \
             ORDER BY requested_at, deployment_id",
            args![],
        )
        .await?;
    let ids = rows.into_iter().map(|(id,)| id).collect();
    let ids = read::only_visible(context, "core_deployment", ids).await?;
    let table = INTERNAL_SOURCES.table;
    let fields = INTERNAL_SOURCES.detail;
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        table,
        fields,
        &ids,
    )
    .await?;
    Ok(Answer::Json(Json::List(rows)))
}
