//! Categories of applications.

use crate::messages;
use migasfree_server_entity::{
    entity::{Entity, Model, col, put},
    keeping::{Kept, Use},
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
    kept: Some(&KEPT),
    ..Entity::EMPTY
};

/// Its applications would go with it, and out of the policies that install them.
static KEPT: Kept = Kept {
    uses: &[
        Use {
            route: "catalog/apps",
            in_force: APPLICATIONS,
            all: APPLICATIONS,
            moving: &["UPDATE app_catalog_application SET category_id = $2 WHERE category_id = $1"],
        },
        Use {
            route: "catalog/policies",
            in_force: POLICIES,
            all: POLICIES,
            moving: &[],
        },
    ],
    same: None,
    undetachable: Some(messages::category_needed),
    into_replacement: false,
};

const APPLICATIONS: &str =
    "SELECT id FROM app_catalog_application WHERE category_id = $1 ORDER BY name, id";
const POLICIES: &str = "SELECT p.id FROM app_catalog_policy AS p \
    JOIN app_catalog_policygroup AS g ON g.policy_id = p.id \
    JOIN app_catalog_policygroup_applications AS l ON l.policygroup_id = g.id \
    JOIN app_catalog_application AS a ON a.id = l.application_id \
    WHERE p.enabled AND a.category_id = $1 GROUP BY p.id, p.name ORDER BY p.name, p.id";
