//! What computers say about themselves; the base of all targeting.
mod aim;
mod uses;

pub use aim::{by_excluded, by_included, excluded, included};
pub use uses::{USES, USES_OF_TAG, chip, chips};

use super::FORMULAS;
use crate::{
    entity::{Cell, Column, Entity, Kind, SECTION, Section, Sheet, told::CORE_ATTRIBUTE as TOLD},
    text::label,
};

pub static ATTRIBUTES: Entity = Entity {
    path: "attributes",
    icon: icondata::LuTag,
    plural: label!(attribute.plural),
    singular: label!(attribute.singular),
    text: &["value", "name", "__str__"],
    ..TOLD.entity()
};

pub static ATTRIBUTES_SHEET: Sheet = Sheet {
    about: label!(attribute.about),
    columns: &[
        TOLD.column("value", label!(attribute.value), Cell::Own(uses::name_cell)),
        Column::new("property_att.prefix", label!(attribute.prefix), Cell::Mono)
            .sorted_by("property_att")
            .hidden(),
        TOLD.column("description", label!(common.description), Cell::Text),
    ],
    filters: &[
        TOLD.by("property_att__id", label!(formula.singular), &FORMULAS)
            .linked(),
        TOLD.filter("property_att__prefix", label!(attribute.prefix)),
        TOLD.filter("value__icontains", label!(attribute.value)),
        TOLD.filter("description__icontains", label!(common.description)),
    ],
    ordering: "property_att,value",
    form: &[Section {
        fields: &[
            TOLD.field("value", label!(attribute.value))
                .drawn(Kind::Mono)
                .fixed()
                .help(label!(attribute.value_help)),
            TOLD.field("description", label!(common.description))
                .help(label!(attribute.description_help)),
            super::LATITUDE,
            super::LONGITUDE,
        ],
        ..SECTION
    }],
    delete: false,
    relations: USES,
    ..TOLD.sheet()
};
