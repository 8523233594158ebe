//! Groups of operators, and the permissions there are.

use async_trait::async_trait;
use migasfree_server_auth::{Authority, Rights};
use migasfree_server_entity::{
    entity::{Csv, Entity, Model, col, many, put, put_ids, raw},
    error::RestError,
    hooks::{Change, Hooks, Removal},
    schema::{Loss, Table, Type, bool, computed, key, link, linked, text},
};

use super::shapes::PERMISSION_INFO;

/// `auth_group`
pub static GROUP_TABLE: Table = Table {
    name: "auth_group",
    columns: &[text("name", 150), bool("second_factor_demanded", false)],
    many: &[
        link(
            "permissions",
            "auth_group_permissions",
            "group_id",
            "permission_id",
            "auth_permission",
        )
        .losing(Loss::Told),
        linked(
            "user",
            "auth_user_groups",
            "group_id",
            "user_id",
            "core_userprofile",
        ),
    ],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

/// `content_type`
pub static CONTENT_TYPE_TABLE: Table = Table {
    name: "content_type",
    columns: &[text("app_label", 100), text("model", 100)],
    order: &["app_label", "model"],
    ..Table::EMPTY
};

/// `auth_permission`
pub static PERMISSION_TABLE: Table = Table {
    name: "auth_permission",
    columns: &[
        text("name", 255),
        key("content_type_id", "content_type"),
        text("codename", 100),
    ],
    virtuals: &[computed(
        "app_label",
        Type::LongText,
        "(SELECT ct.app_label FROM content_type AS ct WHERE ct.id = {t}.content_type_id)",
    )],
    order: &["content_type__app_label", "content_type__model", "codename"],
    ..Table::EMPTY
};

/// Groups.
pub static GROUPS: Entity = Entity {
    route: "accounts/groups",
    link_route: "groups",
    model: Model {
        app: "auth",
        name: "group",
        one: "Group",
        many: "Groups",
    },
    also_viewed_with: &[("core", "userprofile")],
    table: &GROUP_TABLE,
    schema: "Group",
    detail: &[
        col("id"),
        many("permissions", &PERMISSION_INFO),
        col("name"),
        col("second_factor_demanded"),
    ],
    write: &[
        put("name").required(),
        put_ids("permissions"),
        put("second_factor_demanded"),
    ],
    filters: &["id+in", "name+ic", "user__id"],
    search: &["name"],
    csv: Csv::Columns(&["id", "name", "permissions"]),
    generic: false,
    guarded: Some(&[]),
    hooks: &Rules,
    ..Entity::EMPTY
};

/// The column that says whether members need more than a password.
const DEMANDS: &str = "second_factor_demanded";

struct Rules;

/// A group gives its members what it holds: whoever changes that has to hold it, too; and all of it who renames the group,
/// which others know by its name, or changes what it demands. What it demands protects its members: nobody takes that away
/// from who holds more than they do.
#[async_trait]
impl Hooks for Rules {
    async fn check(&self, change: &mut Change<'_>) -> Result<(), RestError> {
        let permissions = change.relinked("permissions");
        let changed = ["name", DEMANDS];
        let is_other = !change.is_new() && changed.iter().any(|column| change.changes(column));
        let protects_less = !change.is_new()
            && change.changes(DEMANDS)
            && change.values.bool(DEMANDS) == Some(false);
        let id = change.id();
        let mut authority = Authority::of(&change.context.operator, change.tx);
        authority.over(Rights::Permissions(&permissions)).await?;
        if is_other {
            authority.over(Rights::Groups(&[id])).await?;
        }
        if protects_less {
            authority.over_members(id).await?;
        }
        Ok(())
    }

    async fn going(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        let mut authority = Authority::of(&removal.context.operator, removal.tx);
        authority.over(Rights::Groups(&[removal.id])).await?;
        if removal.before.bool(DEMANDS) == Some(true) {
            authority.over_members(removal.id).await?;
        }
        Ok(())
    }
}

/// Permissions.
pub static PERMISSIONS: Entity = Entity {
    route: "accounts/permissions",
    model: Model {
        app: "auth",
        name: "permission",
        one: "Permission",
        many: "Permissions",
    },
    also_viewed_with: &[("auth", "group"), ("core", "userprofile")],
    table: &PERMISSION_TABLE,
    operations: "L",
    schema: "Permission",
    detail: &[
        col("id"),
        col("name"),
        col("codename"),
        raw("content_type", "content_type_id"),
        col("app_label"),
    ],
    filters: &["id+in", "name+ic"],
    search: &["name"],
    csv: Csv::Absent,
    generic: false,
    ..Entity::EMPTY
};
