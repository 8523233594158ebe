//! Sets of permissions given to users.
use super::permissions::PERMISSIONS;
use crate::{
    entity::{Cell, Entity, SECTION, Section, Sheet, told::AUTH_GROUP as TOLD},
    text::label,
};

pub static GROUPS: Entity = Entity {
    path: "groups",
    icon: icondata::LuShieldCheck,
    plural: label!(group.plural),
    singular: label!(group.singular),
    create: Some(label!(group.create)),
    ..TOLD.entity()
};

pub static GROUPS_SHEET: Sheet = Sheet {
    about: label!(group.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column(
            "second_factor_demanded",
            label!(group.second_factor),
            Cell::Flag,
        ),
    ],
    form: &[Section {
        fields: &[
            TOLD.field("name", label!(common.name)),
            TOLD.many("permissions", label!(group.permissions), &PERMISSIONS)
                .prompt(label!(group.permissions_help)),
            TOLD.field("second_factor_demanded", label!(group.second_factor))
                .help(label!(group.second_factor_help)),
        ],
        ..SECTION
    }],
    ..TOLD.sheet()
};
