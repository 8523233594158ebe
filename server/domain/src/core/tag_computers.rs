//! The computers of a tag.

use std::collections::HashSet;

use migasfree_server_db::{Sql, Tx, args, json_ids, sql};
use migasfree_server_entity::{
    action::{Answer, Call},
    context::Context,
    error::RestError,
    json::Json,
    load::{self, Source},
    read,
    value::{self, Refused},
};
use serde_json::Value;

use super::shapes::COMPUTER_INFO;

const TAGGED: &str = "SELECT computer_id FROM client_computer_tags WHERE serverattribute_id = $1 ORDER BY computer_id";
const INFLICTED: &str = "SELECT computer_id FROM client_computer_sync_attributes WHERE attribute_id = $1 \
    AND computer_id NOT IN (SELECT computer_id FROM client_computer_tags WHERE serverattribute_id = $1) \
    ORDER BY computer_id";

/// The computers that have the tag: given by an operator, or only reported by their last synchronization.
///
/// # Errors
/// When the database fails.
pub async fn list(call: Call) -> Result<Answer, RestError> {
    let computers = computers(&call.context, TAGGED, call.id).await?;
    let inflicted = self::computers(&call.context, INFLICTED, call.id).await?;
    Ok(Answer::Json(Json::Object(vec![
        ("computers", computers),
        ("inflicted", inflicted),
    ])))
}

async fn computers(context: &Context, sql: &'static str, tag: i64) -> Result<Json, RestError> {
    let rows: Vec<(i64,)> = context.state.db.all(sql, args![tag]).await?;
    let ids = rows.into_iter().map(|(id,)| id).collect();
    let ids = read::only_visible(context, "client_computer", ids).await?;
    let table = &crate::computers::computer::TABLE;
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        table,
        COMPUTER_INFO.fields,
        &ids,
    )
    .await?;
    Ok(Json::List(rows))
}

const DROP: Sql = sql!(
    "DELETE FROM client_computer_tags WHERE serverattribute_id = $1 AND computer_id NOT IN ",
    ids(2)
);
const ADD: Sql = sql!(
    "INSERT INTO client_computer_tags (computer_id, serverattribute_id) \
     SELECT listed.id, $1 FROM ",
    ids(2),
    " AS listed WHERE true ON CONFLICT DO NOTHING"
);

async fn visible(
    context: &Context,
    tx: &mut Tx,
    computers: &[i64],
) -> Result<HashSet<i64>, RestError> {
    let source = &mut Source::Tx(tx);
    let visible = read::seen(
        source,
        context.writer(),
        "client_computer",
        computers.to_vec(),
    )
    .await?;
    Ok(visible.into_iter().collect())
}

/// Gives the tag to exactly these computers. What the operator cannot see keeps the tag it has.
///
/// # Errors
/// For computers that do not exist or may not be seen.
pub async fn replace(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let given = call.body.get("computers").cloned().unwrap_or(Value::Null);
    let wanted =
        value::id_list(&given).map_err(|reason| RestError::refused("computers", &reason))?;
    let mut tx = context.state.db.begin().await?;
    // Two who give the tag at once take their turns; so does who gives other tags to one of its computers.
    tx.lock("core_attribute", &[call.id]).await?;
    let held: Vec<(i64,)> = tx.all(TAGGED, args![call.id]).await?;
    let mut concerned = wanted.clone();
    concerned.extend(held.into_iter().map(|(id,)| id));
    tx.lock("client_computer", &concerned).await?;
    let visible = self::visible(context, &mut tx, &wanted).await?;
    if let Some(unknown) = wanted.iter().find(|id| !visible.contains(*id)) {
        return Err(RestError::refused("computers", &Refused::Unknown(*unknown)));
    }
    let rows: Vec<(i64,)> = tx.all(TAGGED, args![call.id]).await?;
    let before: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    let seen = self::visible(context, &mut tx, &before).await?;
    let mut after = wanted;
    after.extend(before.iter().filter(|id| !seen.contains(*id)));
    after.sort_unstable();
    after.dedup();
    let list = json_ids(after.iter().copied());
    tx.execute(DROP, args![call.id, &list]).await?;
    tx.execute(ADD, args![call.id, &list]).await?;
    context
        .note(
            &mut tx,
            &super::attributes::TAGS,
            "computers",
            call.id,
            Some(&serde_json::json!({"computers": before})),
            Some(&serde_json::json!({"computers": after})),
        )
        .await?;
    tx.commit().await?;
    Ok(Answer::Gone)
}
