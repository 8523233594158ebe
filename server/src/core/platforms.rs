//! Platforms: Linux, Windows.

use crate::rest::{
    entity::{Entity, Model, col, put},
    schema::{Table, back, text},
    visibility::Visible,
};

/// `core_platform`
pub static TABLE: Table = Table {
    name: "core_platform",
    columns: &[text("name", 50)],
    many: &[back("project", "core_project", "platform_id")],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

/// Platforms.
pub static PLATFORMS: Entity = Entity {
    route: "platforms",
    model: Model {
        app: "core",
        name: "platform",
        one: "Platform",
        many: "Platforms",
    },
    table: &TABLE,
    schema: "Platform",
    detail: &[col("id"), col("name")],
    write: &[put("name").required()],
    filters: &["id+in", "name+ic", "project__id"],
    search: &["name"],
    visible: Visible::Platform,
    ..Entity::EMPTY
};
