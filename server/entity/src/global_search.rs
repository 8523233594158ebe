//! The search over everything: a few rows of each entity that has a search summary.

use axum::{
    Json as Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use migasfree_server_db::Row;
use migasfree_types::rest::search::SearchHit;
use sea_query::Query;

use super::{
    access::{self, Operator},
    context::Context,
    entity::Field,
    error::RestError,
    json::Json,
    load, order,
    params::Params,
    path::ROW,
    read,
    registry::{Registry, Resource},
};
use crate::services::Services;

/// Rows of one entity that are shown.
const FEW: u64 = 5;

/// `GET /api/v1/token/search/?q=`
pub async fn answer(
    State(state): State<Services>,
    operator: Operator,
    RawQuery(query): RawQuery,
) -> Result<Response, RestError> {
    let params = Params::from_query(query.as_deref().unwrap_or_default());
    let context = Context::new(state, operator);
    let mut hits = Vec::new();
    if let Some(text) = params.get("q").or_else(|| params.get("search")) {
        for resource in in_order(context.registry()) {
            if let Some(summary) = &resource.entity.search_summary
                && access::sees(&context.operator, resource.entity)
            {
                hits.extend(of(&context, resource, summary, text).await?);
            }
        }
    }
    Ok(Body(hits).into_response())
}

/// What has an identity that people read off a label comes before what has only a name.
fn in_order(registry: &'static Registry) -> impl Iterator<Item = &'static Resource> {
    let identified = |resource: &&Resource| resource.entity.identified.is_some();
    let resources = &registry.resources;
    let others = resources.iter().filter(move |one| !identified(one));
    resources.iter().filter(identified).chain(others)
}

async fn of(
    context: &Context,
    resource: &Resource,
    summary: &'static Field,
    text: &str,
) -> Result<Vec<SearchHit>, RestError> {
    let entity = resource.entity;
    let Some(condition) = read::search_condition(context, resource, text, true).await? else {
        return Ok(Vec::new());
    };
    let mut select = Query::select();
    select
        .column((ROW, entity.table.key.name))
        .from_as(entity.table.name, ROW)
        .cond_where(condition)
        .limit(FEW);
    for condition in read::limits(context, resource, true)? {
        select.and_where(condition);
    }
    read::best_first(context, resource, Some(text), &mut select);
    let order = read::own_order(context, resource);
    order::apply(&mut select, &order::terms(&order, entity.table));
    let rows: Vec<Row> = context.state.db.all_query(&select).await?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.int(0)).collect();
    let reading = context.reading();
    let mut shown = [Vec::new(), Vec::new()];
    for (list, field) in shown.iter_mut().zip([&entity.text, summary]) {
        let fields = std::slice::from_ref(field);
        *list = load::load_in_order(&mut context.source(), &reading, entity.table, fields, &ids)
            .await?;
    }
    let [texts, summaries] = shown;
    let text_of = |row: &Json, field: &Field| row.get(field.name()).as_text().to_owned();
    let hits = ids
        .iter()
        .zip(texts)
        .zip(summaries)
        .map(|((id, text), second)| SearchHit {
            entity: entity.key(),
            id: *id,
            text: text_of(&text, &entity.text),
            summary: text_of(&second, summary),
        });
    Ok(hits.collect())
}
