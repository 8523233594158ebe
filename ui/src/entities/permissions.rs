//! Permissions, chosen in groups.
use crate::{
    entity::{ENTITY, Entity},
    text::label,
};

pub static PERMISSIONS: Entity = Entity {
    path: "permissions",
    api: "accounts/permissions/",
    model: "auth.permission",
    icon: icondata::LuKeyRound,
    plural: label!(group.permissions),
    singular: label!(group.permission),
    page: false,
    ..ENTITY
};
