//! What computers say about themselves; the base of all targeting.
mod uses;

pub use uses::{USES, chip, chips};

use super::FORMULAS;

use crate::{
    entity::{
        Belongs, Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, SHEET, Section,
        Sheet,
    },
    text::{Label, label},
};

pub static ATTRIBUTES: Entity = Entity {
    path: "attributes",
    api: "attributes/",
    model: "core.attribute",
    icon: icondata::LuTag,
    plural: label!(attribute.plural),
    singular: label!(attribute.singular),
    text: &["value", "name", "__str__"],
    belongs: Belongs::Everybody,
    ..ENTITY
};

pub static ATTRIBUTES_SHEET: Sheet = Sheet {
    about: label!(attribute.about),
    columns: &[
        Column::new("value", label!(attribute.value), Cell::Own(uses::name_cell)),
        Column::new("property_att.prefix", label!(attribute.prefix), Cell::Mono)
            .sorted_by("property_att")
            .hidden(),
        Column::new("description", label!(common.description), Cell::Text),
    ],
    filters: &[
        Filter::new(
            "property_att__id",
            label!(formula.singular),
            FilterKind::Object(&FORMULAS),
        )
        .linked(),
        Filter::new(
            "property_att__prefix",
            label!(attribute.prefix),
            FilterKind::Text,
        ),
        Filter::new(
            "value__icontains",
            label!(attribute.value),
            FilterKind::Text,
        ),
        Filter::new(
            "description__icontains",
            label!(common.description),
            FilterKind::Text,
        ),
    ],
    ordering: "property_att,value",
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("value", label!(attribute.value), Kind::Mono)
                .required()
                .fixed()
                .help(label!(attribute.value_help)),
            Field::new("description", label!(common.description), Kind::Area)
                .help(label!(attribute.description_help)),
            super::LATITUDE,
            super::LONGITUDE,
        ],
    }],
    export: false,
    delete: false,
    relations: USES,
    ..SHEET
};
