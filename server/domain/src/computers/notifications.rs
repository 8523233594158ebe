//! Notifications: what the server wants operators to know.

use migasfree_server_db::{Result, Ts, Tx, args};
use migasfree_server_entity::{
    entity::{Entity, Model, col, put},
    schema::{Default, Table, bool, document, long_text, time},
    visibility::Sight,
};
use migasfree_types::message::Message;

use crate::messages::stored;

/// `client_notification`
pub static TABLE: Table = Table {
    name: "client_notification",
    columns: &[
        time("created_at").default(Default::Now),
        long_text("message"),
        document("message_said"),
        bool("checked", false),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

/// Notifications.
pub static NOTIFICATIONS: Entity = Entity {
    route: "notifications",
    model: Model {
        app: "client",
        name: "notification",
        one: "Notification",
        many: "Notifications",
    },
    table: &TABLE,
    schema: "Notification",
    detail: &[
        col("id"),
        col("created_at"),
        col("message"),
        col("message_said"),
        col("checked"),
    ],
    answer: &[col("message")],
    updated: &[col("checked")],
    write: &[put("message").required()],
    update: &[put("checked")],
    filters: &["id+in", "checked", "message+ic", "created_at:gte,lt"],
    search: &["message"],
    text: col("message"),
    // They name computers, people and projects of everybody.
    visible: &[Sight::Everything("id")],
    ..Entity::EMPTY
};

/// A note for administrators.
///
/// # Errors
/// When the database fails.
pub async fn notify(tx: &mut Tx, message: &Message, now: Ts) -> Result<()> {
    tx.execute(
        "INSERT INTO client_notification (created_at, message, message_said) VALUES ($1, $2, $3)",
        args![now, &message.text, stored(message)],
    )
    .await?;
    Ok(())
}

/// A note for administrators, unless they have the same one and nobody checked it yet.
///
/// # Errors
/// When the database fails.
pub async fn tell_once(tx: &mut Tx, message: &Message, now: Ts) -> Result<()> {
    let told: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM client_notification WHERE message_said = $1 AND NOT checked LIMIT 1",
            args![stored(message)],
        )
        .await?;
    if told.is_none() {
        notify(tx, message, now).await?;
    }
    Ok(())
}
