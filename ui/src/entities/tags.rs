//! Values of stamps, given to computers by people.
use super::{LATITUDE, LONGITUDE, STAMPS};
use crate::{
    entity::{Cell, Column, Entity, SECTION, Section, Sheet, told::CORE_SERVERATTRIBUTE as TOLD},
    text::label,
};

pub static TAGS: Entity = Entity {
    path: "tags",
    icon: icondata::LuTags,
    plural: label!(tag.plural),
    singular: label!(tag.singular),
    create: Some(label!(tag.create)),
    text: &["value"],
    needs: &[&STAMPS],
    ..TOLD.entity()
};

pub static TAGS_SHEET: Sheet = Sheet {
    about: label!(tag.about),
    columns: &[
        TOLD.column("value", label!(tag.singular), Cell::Name),
        TOLD.column("property_att", label!(stamp.singular), Cell::Link(&STAMPS)),
        TOLD.column("description", label!(common.description), Cell::Text),
        Column::new(
            "total_computers",
            label!(attribute.on_computers),
            Cell::Number,
        )
        .unsorted(),
    ],
    filters: &[
        TOLD.by("property_att__id", label!(stamp.singular), &STAMPS),
        TOLD.filter("value__icontains", label!(attribute.value)),
    ],
    ordering: "value",
    form: &[Section {
        fields: &[
            TOLD.one("property_att", label!(stamp.singular), &STAMPS)
                .fixed(),
            TOLD.field("value", label!(attribute.value)),
            TOLD.field("description", label!(common.description)),
            LATITUDE,
            LONGITUDE,
        ],
        ..SECTION
    }],
    relations: super::attributes::USES_OF_TAG,
    ..TOLD.sheet()
};
