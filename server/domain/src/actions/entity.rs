//! Actions, as they are read. They come about by asking.

use std::collections::HashMap;

use async_trait::async_trait;
use migasfree_server_db::json_ids;
use migasfree_server_entity::{
    boundary::Belongs,
    context::Context,
    entity::{Entity, Field, Like, Model, col, made, one},
    error::RestError,
    hooks::Hooks,
    json::Json,
    schema::{Default, Loss, Table, back, choice, document, int, key, text, time},
};
use sea_query::{Expr, ExprTrait as _, Func, Query};

use super::asked::{LONGEST_KEY, LONGEST_REASON};
use super::words::{STATES, VERBS};
use crate::core::shapes::OPERATOR_INFO;
use crate::remote::words::STRENGTHS;
use crate::sight;

/// `core_action`
pub(super) static TABLE: Table = Table {
    name: "core_action",
    columns: &[
        choice("verb", VERBS),
        document("parameters"),
        text("reason", LONGEST_REASON).default(Default::Text("")),
        key("operator_id", "core_userprofile")
            .null()
            .losing(Loss::Told),
        text("operator_name", 150),
        choice("strength", STRENGTHS),
        text("address", 45).default(Default::Text("")),
        int("api_key_id").null(),
        text("request_key", LONGEST_KEY).null(),
        text("request_digest", 64).default(Default::Text("")),
        time("starts_at"),
        time("expires_at"),
        time("created_at").default(Default::Now),
    ],
    many: &[back("executions", "core_execution", "action_id")],
    order: &["-created_at"],
    unique: &[&["operator_id", "request_key"]],
    ..Table::EMPTY
};

const CALLED_BY: &[Field] = &[col("id"), col("verb"), col("operator_name")];

/// What is done, and who asked for it.
const CALLED: Field = made("__str__", Like::Text, CALLED_BY, |row, _| {
    called(
        row.get("id").as_int().unwrap_or_default(),
        row.get("verb").as_text(),
        row.get("operator_name").as_text(),
    )
    .into()
});

pub(super) fn called(id: i64, verb: &str, operator: &str) -> String {
    format!("{verb} {id}, {operator}")
}

/// Filled in for all rows at once.
const COUNTS: [Field; 2] = [
    made("computers", Like::Integer, &[], |_, _| Json::Int(0)),
    made("states", Like::Object, &[], |_, _| Json::Map(Vec::new())),
];

/// Actions.
pub static ACTIONS: Entity = Entity {
    route: "actions",
    model: Model {
        app: "remote",
        name: "action",
        one: "Action",
        many: "Actions",
    },
    table: &TABLE,
    operations: "LR",
    schema: "Action",
    detail: &[
        col("id"),
        CALLED,
        col("verb"),
        col("parameters"),
        col("reason"),
        one("operator", &OPERATOR_INFO),
        col("operator_name"),
        col("strength"),
        col("address"),
        col("starts_at"),
        col("expires_at"),
        col("created_at"),
        COUNTS[0],
        COUNTS[1],
    ],
    filters: &[
        "id+in",
        "verb+in",
        "operator__id",
        "operator_name+ic",
        "reason:ic",
        "executions__computer__id",
        "executions__state+in",
        "starts_at:gte,lt",
        "expires_at:gte,lt",
        "created_at:gte,lt",
    ],
    search: &["operator_name", "reason"],
    visible: &[sight::computer("executions__computer")],
    belongs: Belongs::Viewers,
    text: CALLED,
    hooks: &Counted,
    ..Entity::EMPTY
};

/// Tells how far the executions are that the reader sees.
struct Counted;

#[async_trait]
impl Hooks for Counted {
    async fn complete(&self, context: &Context, rows: &mut [Json]) -> Result<(), RestError> {
        let ids: Vec<i64> = rows
            .iter()
            .filter_map(|row| row.get("id").as_int())
            .collect();
        let mut counted = counts(context, &ids).await?;
        for row in rows {
            let id = row.get("id").as_int().unwrap_or_default();
            let counts = counted.remove(&id).unwrap_or_default();
            row.replace("computers", Json::Int(counts.values().sum()));
            let states = STATES.iter().filter_map(|(state, _)| {
                let count = counts.get(*state)?;
                Some(((*state).to_owned(), Json::Int(*count)))
            });
            row.replace("states", Json::Map(states.collect()));
        }
        Ok(())
    }
}

type Counts = HashMap<i64, HashMap<String, i64>>;

async fn counts(context: &Context, actions: &[i64]) -> Result<Counts, RestError> {
    let db = &context.state.db;
    let listed = json_ids(actions.iter().copied());
    let mut select = Query::select();
    select
        .columns([("e", "action_id"), ("e", "state")])
        .expr(Func::count(Expr::cust("*")))
        .from_as("core_execution", "e")
        .and_where(db.dialect().in_list(Expr::col(("e", "action_id")), listed))
        .group_by_columns([("e", "action_id"), ("e", "state")]);
    if let Some(seen) = sight::seen(&context.operator) {
        select.and_where(Expr::col(("e", "computer_id")).in_subquery(seen));
    }
    let rows: Vec<(i64, String, i64)> = db.all_query(&select).await?;
    let mut counts = Counts::new();
    for (action, state, count) in rows {
        counts.entry(action).or_default().insert(state, count);
    }
    Ok(counts)
}
