//! Sets of permissions given to users.
use super::permissions::PERMISSIONS;
use crate::{
    entity::{Belongs, Cell, Column, ENTITY, Entity, Field, Kind, SHEET, Section, Sheet},
    text::{Label, label},
};

pub static GROUPS: Entity = Entity {
    path: "groups",
    api: "accounts/groups/",
    model: "auth.group",
    icon: icondata::LuShieldCheck,
    plural: label!(group.plural),
    singular: label!(group.singular),
    create: Some(label!(group.create)),
    belongs: Belongs::Everybody,
    ..ENTITY
};

pub static GROUPS_SHEET: Sheet = Sheet {
    about: label!(group.about),
    columns: &[Column::new("name", label!(common.name), Cell::Name)],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("name", label!(common.name), Kind::Text).required(),
            Field::new(
                "permissions",
                label!(group.permissions),
                Kind::Many {
                    entity: &PERMISSIONS,
                    filter: |_| String::new(),
                },
            )
            .prompt(label!(group.permissions_help)),
        ],
    }],
    ..SHEET
};
