//! The delays of a schedule.
use crate::{
    entities::{ATTRIBUTES, attributes},
    entity::{
        Entity, Kind, RelatedRows, SECTION, Section, Sheet, told::CORE_SCHEDULEDELAY as TOLD, value,
    },
    text::{label, t, tf},
};
use leptos::prelude::*;
use serde_json::{Value, json};

pub static DELAYS: RelatedRows = RelatedRows {
    entity: &DELAY,
    sheet: &DELAY_SHEET,
    parent: "schedule",
    draw,
};

static DELAY: Entity = Entity {
    path: "schedule-delays",
    icon: icondata::LuCalendarClock,
    plural: label!(schedule.delays),
    singular: label!(schedule.delay),
    create: Some(label!(schedule.add_delay)),
    called: Some(called),
    page: false,
    needs: &[&ATTRIBUTES],
    ..TOLD.entity()
};

static DELAY_SHEET: Sheet = Sheet {
    about: label!(schedule.delays_help),
    form: &[Section {
        fields: &[
            TOLD.field("delay", label!(schedule.delay_days))
                .drawn(Kind::Number { min: 0, max: 999 })
                .help(label!(schedule.delay_help))
                .initially(|| json!(0)),
            TOLD.field("duration", label!(schedule.duration_days))
                .drawn(Kind::Number { min: 1, max: 999 })
                .required()
                .help(label!(schedule.duration_help)),
            TOLD.many("attributes", label!(attribute.plural), &ATTRIBUTES)
                .required(),
        ],
        ..SECTION
    }],
    ..TOLD.sheet()
};

fn called(row: &Value) -> String {
    tf!(
        schedule.delay_is,
        delay = value::text(row, "delay"),
        duration = value::text(row, "duration")
    )
}

fn draw(row: &Value) -> AnyView {
    view! {
        <div class="policy-group">
            <b>{called(row)}</b>
            {attributes::chips(value::list(row, "attributes"), t!(policy.nobody))}
        </div>
    }
    .into_any()
}
