//! Platforms: Linux, Windows.

use async_trait::async_trait;
use migasfree_server_entity::{
    entity::{Entity, Model, col, put},
    error::RestError,
    hooks::{Change, Deletion, Hooks, Removal},
    schema::{Table, back, text},
};

use super::names;
use crate::computers::status;
use crate::sight;

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
    visible: &[sight::project("project")],
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        names::check(change)
    }

    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        status::platform_goes(removal.tx, removal.id).await?;
        Ok(Deletion::Row)
    }
}
