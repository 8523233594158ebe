//! Messages: what computers are doing in this moment.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Csv, Entity, Field, Like, Model, Shape, col, made, one, path},
    json::Json,
    load::Reading,
    schema::{Column, Table, document, key, long_text, time},
};

use crate::core::shapes::{COMPUTER_INFO, PROJECT_REF};
use crate::sight;

static COMPUTER: Column = key("computer_id", "client_computer");

/// `client_message`
pub static TABLE: Table = Table {
    name: "client_message",
    key: &COMPUTER,
    columns: &[
        key("computer_id", "client_computer"),
        time("created_at"),
        long_text("message"),
        document("message_said"),
    ],
    order: &["-created_at"],
    ..Table::EMPTY
};

static USER: Shape = Shape {
    name: "MessageUser",
    table: "client_user",
    fields: &[col("id"), col("name")],
};
static BEHIND: Shape = Shape {
    name: "MessageComputer",
    table: "client_computer",
    fields: &[one("project", &PROJECT_REF), one("sync_user", &USER)],
};
const COMPUTER_BEHIND: &[Field] = &[one("computer", &BEHIND)];
const OF_COMPUTER: &[Field] = &[one("computer", &COMPUTER_INFO)];

/// Messages.
pub static MESSAGES: Entity = Entity {
    route: "messages",
    model: Model {
        app: "client",
        name: "message",
        one: "Message",
        many: "Messages",
    },
    also_viewed_with: &[("client", "computer"), ("client", "synchronization")],
    table: &TABLE,
    operations: "LD",
    schema: "Message",
    detail: &[
        col("id"),
        made("created_at", Like::Text, &[col("created_at")], local),
        one("computer", &COMPUTER_INFO),
        made("project", Like::Object, COMPUTER_BEHIND, |row, _| {
            row.get("computer").get("project").clone()
        }),
        made("user", Like::Object, COMPUTER_BEHIND, |row, _| {
            row.get("computer").get("sync_user").clone()
        }),
        col("message"),
        col("message_said"),
    ],
    filters: &[
        "id:in",
        "project__id=computer__project__id",
        "created_at:gte,lt",
        "computer__status:in",
    ],
    search: &["message"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: col("message"),
    csv: Csv::Fields(&[
        col("created_at"),
        path("computer__id", "computer__id"),
        made("computer____str__", Like::Text, OF_COMPUTER, |row, _| {
            row.get("computer").get("__str__").clone()
        }),
        path("computer__status", "computer__status"),
        made("computer__summary", Like::Text, OF_COMPUTER, |row, _| {
            row.get("computer").get("summary").clone()
        }),
        path("project__id", "computer__project__id"),
        path("project__name", "computer__project__name"),
        path("user__id", "computer__sync_user__id"),
        path("user__name", "computer__sync_user__name"),
        col("message"),
    ]),
    clamped: true,
    generic: false,
    ..Entity::EMPTY
};

/// The local time without an offset.
fn local(row: &Json, reading: &Reading) -> Json {
    let zone = reading.zone();
    match zone.parse(row.get("created_at").as_text()) {
        Some(at) => {
            let micros = at.0.rem_euclid(1_000_000);
            format!("{}.{micros:06}", zone.plain(at).replacen(' ', "T", 1)).into()
        }
        None => Json::Null,
    }
}
