//! Permissions, chosen in groups.
use crate::{
    api::said::said,
    entity::{ENTITY, Entity, value},
    object::right_words,
    text::label,
};
use serde_json::Value;

pub static PERMISSIONS: Entity = Entity {
    path: "permissions",
    api: "accounts/permissions/",
    model: "auth.permission",
    icon: icondata::LuKeyRound,
    plural: label!(group.permissions),
    singular: label!(group.permission),
    called: Some(called),
    page: false,
    ..ENTITY
};

/// In words where this view has a name for what it is about.
fn called(permission: &Value) -> String {
    let codename = value::text(permission, "codename");
    let words = codename.split_once('_').and_then(|(action, model)| {
        let of_model = |entity: &&&Entity| {
            let own = entity.model.split_once('.');
            own.is_some_and(|(_, own)| own == model)
        };
        let entity = super::ALL.iter().find(of_model)?;
        Some(right_words(entity, action))
    });
    words.unwrap_or_else(|| said(&value::text(permission, "name")))
}
