//! Errors that computers reported.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Model, col, one, put},
    schema::{Default, Loss, Table, bool, key, long_text, time},
};

use super::event_text::EVENT_TEXT;
use crate::core::shapes::{COMPUTER_INFO, PROJECT_INFO, SYNC_INFO};
use crate::sight;

/// `client_error`
pub static TABLE: Table = Table {
    name: "client_error",
    columns: &[
        time("created_at").default(Default::Now),
        key("computer_id", "client_computer"),
        long_text("description").null(),
        bool("checked", false),
        key("project_id", "core_project"),
        key("synchronization_id", "client_synchronization")
            .null()
            .losing(Loss::Told),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// Errors.
pub static ERRORS: Entity = Entity {
    route: "errors",
    model: Model {
        app: "client",
        name: "error",
        one: "Error",
        many: "Errors",
    },
    table: &TABLE,
    operations: "LRUD",
    schema: "Error",
    detail: &[
        col("id"),
        EVENT_TEXT,
        one("project", &PROJECT_INFO),
        one("computer", &COMPUTER_INFO),
        one("synchronization", &SYNC_INFO),
        col("created_at"),
        col("checked"),
        col("description"),
    ],
    answer: &[col("checked")],
    write: &[put("checked")],
    filters: &[
        "id+in",
        "project__id",
        "project__platform__id",
        "checked",
        "computer__id",
        "computer__name+ic",
        "computer__status+in",
        "description:ic",
        "created_at:gte,lt",
    ],
    search: &["created_at", "description"],
    visible: &[sight::computer("computer"), sight::project("project")],
    belongs: Belongs::Viewers,
    text: EVENT_TEXT,
    ..Entity::EMPTY
};
