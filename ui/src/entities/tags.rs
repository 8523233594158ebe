//! Values of stamps, given to computers by people.
use super::{LATITUDE, LONGITUDE, STAMPS};
use crate::{
    entity::{
        Belongs, Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, SHEET, Section,
        Sheet,
    },
    text::{Label, label},
};

pub static TAGS: Entity = Entity {
    path: "tags",
    api: "tags/",
    model: "core.serverattribute",
    icon: icondata::LuTags,
    plural: label!(tag.plural),
    singular: label!(tag.singular),
    create: Some(label!(tag.create)),
    text: &["value"],
    belongs: Belongs::Offered,
    needs: &[&STAMPS],
    ..ENTITY
};

pub static TAGS_SHEET: Sheet = Sheet {
    about: label!(tag.about),
    columns: &[
        Column::new("value", label!(tag.singular), Cell::Name),
        Column::new("property_att", label!(stamp.singular), Cell::Link(&STAMPS)),
        Column::new("description", label!(common.description), Cell::Text),
        Column::new("total_computers", label!(computer.plural), Cell::Number).unsorted(),
    ],
    filters: &[
        Filter::new(
            "property_att__id",
            label!(stamp.singular),
            FilterKind::Object(&STAMPS),
        ),
        Filter::new(
            "value__icontains",
            label!(attribute.value),
            FilterKind::Text,
        ),
    ],
    ordering: "value",
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new(
                "property_att",
                label!(stamp.singular),
                Kind::One {
                    entity: &STAMPS,
                    filter: |_| String::new(),
                },
            )
            .required()
            .fixed(),
            Field::new("value", label!(attribute.value), Kind::Text).required(),
            Field::new("description", label!(common.description), Kind::Area),
            LATITUDE,
            LONGITUDE,
        ],
    }],
    relations: super::attributes::USES,
    ..SHEET
};
