//! Categories of applications.

use crate::rest::{
    entity::{Entity, Model, col, put},
    schema::{Table, back, text},
};

/// `app_catalog_category`
pub static TABLE: Table = Table {
    name: "app_catalog_category",
    columns: &[text("name", 50)],
    many: &[back(
        "application",
        "app_catalog_application",
        "category_id",
    )],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

/// Categories.
pub static CATEGORIES: Entity = Entity {
    route: "catalog/categories",
    model: Model {
        app: "app_catalog",
        name: "category",
        one: "Category",
        many: "Categories",
    },
    also_viewed_with: &[("app_catalog", "application")],
    table: &TABLE,
    schema: "Category",
    detail: &[col("id"), col("name")],
    write: &[put("name").required()],
    filters: &["id+in", "name+ic", "application__id"],
    search: &["name"],
    ..Entity::EMPTY
};
