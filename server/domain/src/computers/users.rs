//! Desktop accounts that were signed in on computers.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{Entity, Model, col},
    schema::{Table, back, text},
};

use crate::core::shapes::DESKTOP_USER_TEXT;
use crate::sight;

/// `client_user`
pub static TABLE: Table = Table {
    name: "client_user",
    columns: &[text("name", 50), text("fullname", 100)],
    many: &[back("computer", "client_computer", "sync_user_id")],
    order: &["name", "fullname"],
    unique: &[&["name", "fullname"]],
    ..Table::EMPTY
};

/// Desktop accounts.
pub static USERS: Entity = Entity {
    route: "users",
    model: Model {
        app: "client",
        name: "user",
        one: "User",
        many: "Users",
    },
    table: &TABLE,
    operations: "LRD",
    schema: "User",
    detail: &[col("id"), col("name"), col("fullname"), DESKTOP_USER_TEXT],
    filters: &["id+in", "name+ic", "fullname+ic"],
    search: &["name", "fullname"],
    order: &["name"],
    visible: &[sight::computer("computer")],
    belongs: Belongs::Viewers,
    text: DESKTOP_USER_TEXT,
    ..Entity::EMPTY
};
