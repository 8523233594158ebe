//! Executions: an action on one computer each.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Field, Like, Model, Shape, col, made, one, path},
    schema::{Default, Loss, Table, bool, choice, int, key, text, time},
};

use super::words::STATES;
use crate::core::shapes::COMPUTER_INFO;
use crate::sight;

/// `core_execution`
pub(super) static TABLE: Table = Table {
    name: "core_execution",
    columns: &[
        text("uuid", 36),
        key("action_id", "core_action"),
        key("computer_id", "client_computer"),
        key("carrier_id", "client_computer")
            .null()
            .losing(Loss::Told),
        choice("state", STATES).default(Default::Text("ready")),
        int("exit_code").null(),
        int("output_size").default(Default::Int(0)),
        bool("truncated", false),
        int("heard").default(Default::Int(0)),
        time("created_at").default(Default::Now),
        time("leased_at").null(),
        time("lease_until").null(),
        time("started_at").null(),
        time("finished_at").null(),
    ],
    order: &["-created_at"],
    unique: &[&["uuid"], &["action_id", "computer_id"]],
    ..Table::EMPTY
};

/// An action by what it is about.
static ACTION_REF: Shape = Shape {
    name: "ActionInfo",
    table: "core_action",
    fields: &[
        col("id"),
        col("verb"),
        col("operator_name"),
        col("expires_at"),
    ],
};

const CALLED_BY: &[Field] = &[one("action", &ACTION_REF), one("computer", &COMPUTER_INFO)];

/// What is done on which computer.
const CALLED: Field = made("__str__", Like::Text, CALLED_BY, |row, _| {
    format!(
        "{}, {}",
        row.get("computer").get("__str__").as_text(),
        row.get("action").get("verb").as_text()
    )
    .into()
});

/// Executions.
pub static EXECUTIONS: Entity = Entity {
    route: "executions",
    model: Model {
        app: "remote",
        name: "execution",
        one: "Execution",
        many: "Executions",
    },
    table: &TABLE,
    operations: "LR",
    schema: "Execution",
    detail: &[
        col("id"),
        CALLED,
        col("uuid"),
        one("action", &ACTION_REF),
        path("verb", "action__verb"),
        one("computer", &COMPUTER_INFO),
        one("carrier", &COMPUTER_INFO),
        col("state"),
        col("exit_code"),
        col("output_size"),
        col("truncated"),
        col("created_at"),
        col("leased_at"),
        col("started_at"),
        col("finished_at"),
    ],
    filters: &[
        "id+in",
        "uuid",
        "action__id",
        "action__verb+in",
        "action__operator_name+ic",
        "computer__id",
        "computer__name+ic",
        "computer__project__id",
        "state+in",
        "exit_code",
        "created_at:gte,lt",
        "finished_at:gte,lt,null",
    ],
    search: &["computer__name", "action__operator_name", "action__reason"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: CALLED,
    ..Entity::EMPTY
};
