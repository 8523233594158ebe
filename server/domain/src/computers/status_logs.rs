//! Status logs: the states computers were put into.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Model, col, one},
    schema::{Default, Table, choice, key, time},
};

use super::event_text::EVENT_TEXT;
use crate::core::{shapes::COMPUTER_INFO, vocabulary::STATUS};
use crate::sight;

/// `client_statuslog`
pub static TABLE: Table = Table {
    name: "client_statuslog",
    columns: &[
        time("created_at").default(Default::Now),
        key("computer_id", "client_computer"),
        choice("status", STATUS),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// Status logs.
pub static STATUS_LOGS: Entity = Entity {
    route: "status-logs",
    model: Model {
        app: "client",
        name: "statuslog",
        one: "StatusLog",
        many: "Status Logs",
    },
    table: &TABLE,
    operations: "LRD",
    schema: "StatusLog",
    detail: &[
        col("id"),
        one("computer", &COMPUTER_INFO),
        col("created_at"),
        col("status"),
    ],
    filters: &[
        "id+in",
        "computer__id",
        "computer__name+ic",
        "status+in",
        "created_at:gte,lt",
    ],
    search: &["status", "computer__name"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: EVENT_TEXT,
    ..Entity::EMPTY
};
