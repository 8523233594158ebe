//! Delays that release a deployment to further computers day by day.
mod delays;

use super::{ATTRIBUTES, DEPLOYMENTS, DOMAIN, DOMAINS};
use crate::{
    entity::{
        Cell, Column, Entity, ObjectTab, Relation, SECTION, Section, Sheet,
        told::CORE_SCHEDULE as TOLD,
    },
    text::label,
};

pub static SCHEDULES: Entity = Entity {
    path: "schedules",
    icon: icondata::LuCalendarClock,
    plural: label!(schedule.plural),
    singular: label!(schedule.singular),
    create: Some(label!(schedule.create)),
    ..TOLD.entity()
};

pub static SCHEDULES_SHEET: Sheet = Sheet {
    about: label!(schedule.about),
    columns: &[
        TOLD.column("name", label!(common.name), Cell::Name),
        TOLD.column("description", label!(common.description), Cell::Text),
        Column::new("delays_count", label!(schedule.delays), Cell::Number).unsorted(),
    ],
    filters: &[
        TOLD.by("domain__id", label!(domain.singular), &DOMAINS),
        TOLD.by(
            "delays__attributes__id",
            label!(attribute.singular),
            &ATTRIBUTES,
        )
        .linked(),
    ],
    form: &[Section {
        fields: &[
            TOLD.field("name", label!(common.name)),
            TOLD.field("description", label!(common.description)),
            DOMAIN,
        ],
        ..SECTION
    }],
    relations: &[Relation::new(&DEPLOYMENTS, "schedule__id").offering("schedule")],
    tabs: &[ObjectTab::rows("delays", &delays::DELAYS)],
    new_note: Some(label!(schedule.new_note)),
    lacks: Some("delays"),
    ..TOLD.sheet()
};
