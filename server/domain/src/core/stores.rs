//! Stores: folders of packages of a project.

use async_trait::async_trait;
use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Csv, Entity, Model, col, one, put},
    error::RestError,
    hooks::{Change, Deletion, Hooks, Removal},
    schema::{Table, back, key, text},
};

use super::{
    names,
    rules::slug::slug,
    shapes::PROJECT_INFO,
    slugs::{self, Among},
};
use crate::ids::{ProjectId, StoreId};
use crate::messages;
use crate::repository::packages;
use crate::sight;

/// `core_store`
pub static TABLE: Table = Table {
    name: "core_store",
    columns: &[
        text("name", 50),
        text("slug", 50),
        key("project_id", "core_project"),
    ],
    many: &[
        back("packageset", "core_packageset", "store_id"),
        back("package", "core_package", "store_id"),
    ],
    order: &["name", "project__name"],
    unique: &[&["name", "project_id"], &["slug", "project_id"]],
    ..Table::EMPTY
};

/// Stores.
pub static STORES: Entity = Entity {
    route: "stores",
    model: Model {
        app: "core",
        name: "store",
        one: "Store",
        many: "Stores",
    },
    table: &TABLE,
    schema: "Store",
    detail: &[
        col("id"),
        col("name"),
        col("slug"),
        one("project", &PROJECT_INFO),
    ],
    answer: &[col("id"), col("name"), one("project", &PROJECT_INFO)],
    write: &[put("name").required(), put("project").required()],
    filters: &["id+in", "name+ic", "project__id", "packageset__id"],
    search: &["name"],
    visible: &[sight::project("project")],
    belongs: Belongs::Users(&[
        "package__deployment__domain",
        "package__packageset__deployment__domain",
        "packageset__deployment__domain",
    ]),
    csv: Csv::Columns(&["id", "name", "slug", "project"]),
    kept: Some(&super::store_use::KEPT),
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    /// The slug is fixed when the store is made, and so is the project: packages live under both.
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        names::check(change)?;
        if change.is_new() {
            let made = slug(change.text("name").unwrap_or_default());
            if made.is_empty() {
                return Err(RestError::field("name", messages::name_without_letters()));
            }
            let project = ProjectId(change.int("project_id").unwrap_or_default());
            let free = slugs::free(change.tx, Among::Stores(project), &made).await?;
            change.values.set_text("slug", free);
        } else if change.changes("project_id") {
            return Err(RestError::field(
                "project",
                messages::store_stays_in_project(),
            ));
        }
        Ok(())
    }

    fn takes_all_along(&self) -> bool {
        false
    }

    /// Its packages go with it, and out of the repositories that offer them; those that computers
    /// report stay for their inventories.
    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        packages::leave(&removal.context.state, removal.tx, StoreId(removal.id)).await?;
        Ok(Deletion::Row)
    }
}
