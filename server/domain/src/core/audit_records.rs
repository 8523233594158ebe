//! The audit record, as it is read.

use async_trait::async_trait;
use migasfree_server_entity::{
    context::Context,
    entity::{Csv, Entity, Like, Model, col, made},
    error::RestError,
    hooks::Hooks,
    json::Json,
    schema::{Table, document, int, text, time},
    visibility::Sight,
};

use super::audit_changes;

/// `audit_record`
pub static TABLE: Table = Table {
    name: "audit_record",
    columns: &[
        time("created_at"),
        int("user_id").null(),
        text("username", 150),
        text("action", 50),
        text("entity", 100),
        int("object_id").null(),
        text("object_text", 500),
        document("before"),
        document("after"),
        text("address", 45),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// Who changed what.
pub static AUDIT: Entity = Entity {
    route: "audit",
    model: Model {
        app: "audit",
        name: "record",
        one: "AuditRecord",
        many: "Audit",
    },
    table: &TABLE,
    operations: "LR",
    schema: "AuditRecord",
    detail: &[
        col("id"),
        col("created_at"),
        col("user_id"),
        col("username"),
        col("action"),
        col("entity"),
        col("object_id"),
        col("object_text"),
        col("before"),
        col("after"),
        col("address"),
        made("changes", Like::Objects, &[], |_, _| Json::List(Vec::new())),
    ],
    filters: &[
        "id+in",
        "created_at:gte,lt",
        "user_id",
        "username+ic",
        "action+in",
        "entity+in",
        "object_id",
        "object_text:ic",
        "address",
    ],
    search: &["username", "action", "entity", "object_text"],
    text: col("object_text"),
    visible: &[Sight::Author("user_id")],
    csv: Csv::Everything,
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn complete(&self, context: &Context, rows: &mut [Json]) -> Result<(), RestError> {
        audit_changes::describe(context, rows).await
    }
}
