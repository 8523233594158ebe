//! Stores: folders of packages of a project.

use async_trait::async_trait;

use super::{rules::slug::slug, shapes::PROJECT_INFO};
use crate::{
    args,
    db::StoreId,
    repository::publish::{self, Cause},
    rest::{
        entity::{Csv, Entity, Model, col, one, put},
        error::RestError,
        hooks::{Change, Deletion, Hooks, Removal},
        schema::{Table, back, key, text},
        visibility::Visible,
    },
};

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
    visible: Visible::ByProject,
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
        if change.is_new() {
            let made = slug(change.text("name").unwrap_or_default());
            if made.is_empty() {
                return Err(RestError::field(
                    "name",
                    "Write a name with letters or digits.",
                ));
            }
            change.values.set_text("slug", made);
        } else if change.changes("project_id") {
            return Err(RestError::field(
                "project",
                "A store cannot move to another project: make a store there.",
            ));
        }
        Ok(())
    }

    /// Its packages go with it, and out of the repositories that offer them.
    async fn deleting(&self, removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        let cause = Cause::Store(StoreId(removal.id));
        publish::request_for(&removal.context.state, removal.tx, cause).await?;
        for sql in [SHORTEN_LISTS, SHORTEN_ARRIVALS] {
            removal.tx.execute(sql, args![removal.id]).await?;
        }
        Ok(Deletion::Row)
    }
}

/// A list that loses packages is not the one it was: the computers that report that one again get a whole one.
const SHORTEN_LISTS: &str = "UPDATE software_inventory SET hash = hash || '-' || CAST(id AS TEXT), \
    package_count = package_count - (SELECT count(*) FROM software_inventory_package AS l \
    JOIN core_package AS k ON k.id = l.package_id \
    WHERE l.inventory_id = software_inventory.id AND k.store_id = $1) \
    WHERE id IN (SELECT l.inventory_id FROM software_inventory_package AS l \
    JOIN core_package AS k ON k.id = l.package_id WHERE k.store_id = $1)";

const SHORTEN_ARRIVALS: &str = "UPDATE client_softwaresnapshot AS s SET came_count = came_count - (\
    SELECT count(*) FROM software_inventory_package AS p JOIN core_package AS k ON k.id = p.package_id \
    WHERE p.inventory_id = s.inventory_id AND k.store_id = $1 AND NOT EXISTS (\
    SELECT 1 FROM software_inventory_package AS q WHERE q.inventory_id = s.before_id \
    AND q.package_id = p.package_id)) \
    WHERE s.inventory_id IN (SELECT l.inventory_id FROM software_inventory_package AS l \
    JOIN core_package AS k ON k.id = l.package_id WHERE k.store_id = $1)";
