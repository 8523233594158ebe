//! Migrations: computers that came to a project.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Model, col, one},
    schema::{Default, Table, key, time},
};

use super::event_text::EVENT_TEXT;
use crate::core::shapes::{COMPUTER_INFO, PROJECT_INFO};
use crate::sight;

/// `client_migration`
pub static TABLE: Table = Table {
    name: "client_migration",
    columns: &[
        time("created_at").default(Default::Now),
        key("computer_id", "client_computer"),
        key("project_id", "core_project"),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// Migrations.
pub static MIGRATIONS: Entity = Entity {
    route: "migrations",
    model: Model {
        app: "client",
        name: "migration",
        one: "Migration",
        many: "Migrations",
    },
    table: &TABLE,
    operations: "LRD",
    schema: "Migration",
    detail: &[
        col("id"),
        one("project", &PROJECT_INFO),
        one("computer", &COMPUTER_INFO),
        col("created_at"),
    ],
    filters: &[
        "id+in",
        "project__id",
        "project__platform__id",
        "computer__id",
        "computer__name+ic",
        "created_at:gte,lt",
    ],
    search: &["computer__name", "computer__id"],
    visible: &[sight::computer("computer"), sight::project("project")],
    belongs: Belongs::Viewers,
    text: EVENT_TEXT,
    ..Entity::EMPTY
};
