//! Nodes of hardware trees.

use migasfree_server_db::args;
use migasfree_server_entity::{
    action::{Action, Answer, Call},
    boundary::Belongs,
    entity::{Csv, Entity, Field, Model, col, one, raw},
    error::RestError,
    json::Json,
    load, run,
    schema::{Table, bool, int, key, long_text},
};

use crate::core::shapes::COMPUTER_INFO;
use crate::sight;

/// `hardware_node`
pub static TABLE: Table = Table {
    name: "hardware_node",
    columns: &[
        key("parent_id", "hardware_node").null().bound(),
        key("computer_id", "client_computer"),
        int("level"),
        int("width").null(),
        long_text("name"),
        long_text("class_name"),
        bool("enabled", false),
        bool("claimed", false),
        long_text("description").null(),
        long_text("vendor").null(),
        long_text("product").null(),
        long_text("version").null(),
        long_text("serial").null(),
        long_text("bus_info").null(),
        long_text("physid").null(),
        long_text("slot").null(),
        int("size").null(),
        int("capacity").null(),
        int("clock").null(),
        long_text("dev").null(),
    ],
    order: &["id"],
    ..Table::EMPTY
};

macro_rules! node {
    ($($computer:expr)?) => {
        &[
            col("id"),
            $($computer,)?
            col("level"),
            col("width"),
            col("name"),
            col("class_name"),
            col("enabled"),
            col("claimed"),
            col("description"),
            col("vendor"),
            col("product"),
            col("version"),
            col("serial"),
            col("bus_info"),
            col("physid"),
            col("slot"),
            col("size"),
            col("capacity"),
            col("clock"),
            col("dev"),
            raw("parent", "parent_id"),
        ]
    };
}

/// A node where its computer is known.
pub const ALONE: &[Field] = node!();

/// Nodes.
pub static HARDWARE: Entity = Entity {
    route: "hardware",
    model: Model {
        app: "hardware",
        name: "node",
        one: "Node",
        many: "Hardware",
    },
    table: &TABLE,
    operations: "LR",
    schema: "Node",
    detail: node!(one("computer", &COMPUTER_INFO)),
    filters: &[
        "computer__id",
        "id",
        "parent",
        "product",
        "level",
        "width",
        "name",
        "class_name",
        "enabled",
        "claimed",
        "description",
        "vendor",
        "serial",
        "bus_info",
        "physid",
        "slot",
        "size",
        "capacity",
        "clock",
        "dev",
    ],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    csv: Csv::Absent,
    actions: &[Action::get(
        "<id>/info",
        "What the node tells of itself",
        run!(info),
    )],
    ..Entity::EMPTY
};

const INFO: &[Field] = &[col("name"), one("computer", &COMPUTER_INFO)];

async fn info(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let db = &context.state.db;
    let row = load::load_one(
        &mut context.source(),
        &context.reading(),
        &TABLE,
        INFO,
        call.id,
    )
    .await?;
    let Some(Json::Object(mut members)) = row else {
        return Err(RestError::NoRow(HARDWARE.model.one));
    };
    let capabilities: Vec<(String, Option<String>)> = db
        .all(
            "SELECT name, description FROM hardware_capability WHERE node_id = $1 ORDER BY name",
            args![call.id],
        )
        .await?;
    let names: Vec<(String,)> = db
        .all(
            "SELECT name FROM hardware_logicalname WHERE node_id = $1 ORDER BY id",
            args![call.id],
        )
        .await?;
    let configuration: Vec<(String, Option<String>)> = db
        .all(
            "SELECT name, value FROM hardware_configuration WHERE node_id = $1 ORDER BY name",
            args![call.id],
        )
        .await?;
    let pairs = |rows: Vec<(String, Option<String>)>, second: &'static str| {
        let pair = |(name, value): (String, Option<String>)| {
            Json::Object(vec![("name", name.into()), (second, value.into())])
        };
        Json::List(rows.into_iter().map(pair).collect())
    };
    members.push(("capability", pairs(capabilities, "description")));
    let name = |(name,): (String,)| Json::Object(vec![("name", name.into())]);
    members.push((
        "logical_name",
        Json::List(names.into_iter().map(name).collect()),
    ));
    members.push(("configuration", pairs(configuration, "value")));
    Ok(Answer::Json(Json::Object(members)))
}
