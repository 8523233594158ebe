//! Delays that release a deployment to further computers day by day.
mod delays;

pub use delays::DELAYS_SHEET;

use super::{ATTRIBUTES, DEPLOYMENTS, DOMAIN, DOMAINS};
use crate::{
    entity::{
        Belongs, Cell, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, ObjectTab,
        Relation, SHEET, Section, Sheet,
    },
    text::{Label, label},
};

pub static SCHEDULES: Entity = Entity {
    path: "schedules",
    api: "schedules/",
    model: "core.schedule",
    icon: icondata::LuCalendarClock,
    plural: label!(schedule.plural),
    singular: label!(schedule.singular),
    create: Some(label!(schedule.create)),
    belongs: Belongs::Domain,
    ..ENTITY
};

pub static SCHEDULES_SHEET: Sheet = Sheet {
    about: label!(schedule.about),
    columns: &[
        Column::new("name", label!(common.name), Cell::Name),
        Column::new("description", label!(common.description), Cell::Text),
        Column::new("delays_count", label!(schedule.delays), Cell::Number).unsorted(),
    ],
    filters: &[
        Filter::new(
            "domain__id",
            label!(domain.singular),
            FilterKind::Object(&DOMAINS),
        ),
        Filter::new(
            "delays__attributes__id",
            label!(attribute.singular),
            FilterKind::Object(&ATTRIBUTES),
        )
        .linked(),
    ],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("name", label!(common.name), Kind::Text).required(),
            Field::new("description", label!(common.description), Kind::Area),
            DOMAIN,
        ],
    }],
    relations: &[Relation::new(&DEPLOYMENTS, "schedule__id").offering("schedule")],
    tabs: &[
        ObjectTab::new("delays", label!(schedule.delays), delays::tab).needing(&delays::DELAYS),
    ],
    new_note: Some(label!(schedule.new_note)),
    ..SHEET
};
