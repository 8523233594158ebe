//! The least one needs to show a row as a chip: what it is called, and for some its state.

use super::{
    context::Context, error::RestError, json::Json, load, mirrors, read, registry::Resource,
};

/// The badge of a row; of the one it stands for, where it does.
///
/// # Errors
/// [`RestError::Nothing`] when the row does not exist or may not be seen.
pub async fn of(context: &Context, resource: &Resource, id: i64) -> Result<Json, RestError> {
    read::visible(context, resource, id)
        .await
        .map_err(|error| match error {
            RestError::NoRow(_) => RestError::Nothing,
            other => other,
        })?;
    match mirrors::mirrored(context, resource, id).await? {
        Some((meant, id)) => own(context, meant, id).await,
        None => own(context, resource, id).await,
    }
}

async fn own(context: &Context, resource: &Resource, id: i64) -> Result<Json, RestError> {
    let entity = resource.entity;
    let reading = context.reading();
    let text = load::load_one(
        &mut context.source(),
        &reading,
        entity.table,
        std::slice::from_ref(&entity.text),
        id,
    )
    .await?
    .ok_or(RestError::Nothing)?;
    let text = text
        .get(entity.text.name())
        .as_text()
        .replace('{', "{{")
        .replace('}', "}}");
    let mut members = vec![("pk", Json::Int(id)), ("text", text.into())];
    if !entity.badge.is_empty()
        && let Some(Json::Object(more)) = load::load_one(
            &mut context.source(),
            &reading,
            entity.table,
            entity.badge,
            id,
        )
        .await?
    {
        members.extend(more);
    }
    Ok(Json::Object(members))
}
