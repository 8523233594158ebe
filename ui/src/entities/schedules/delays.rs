//! The delays of a schedule.
use crate::entities::attributes;
use crate::{
    api::Query,
    entities::{ATTRIBUTES, SCHEDULES},
    entity::{
        Entity, Kind, SECTION, SHEET, Section, Sheet, told::CORE_SCHEDULEDELAY as TOLD, value,
    },
    form::Rows,
    object::once_there,
    text::{label, t, tf},
};
use leptos::prelude::*;
use serde_json::{Value, json};

pub static DELAYS: Entity = Entity {
    path: "schedule-delays",
    icon: icondata::LuCalendarClock,
    plural: label!(schedule.delays),
    singular: label!(schedule.delay),
    called: Some(called),
    page: false,
    ..TOLD.entity()
};

pub static DELAYS_SHEET: Sheet = Sheet {
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
    ..SHEET
};

/// On the schedule's page.
pub fn tab(id: i64, schedule: Query<Value>) -> AnyView {
    once_there(schedule, move |schedule| {
        view! {
            <Rows
                entity=&DELAYS
                sheet=&DELAYS_SHEET
                parent="schedule"
                parent_id=id
                ordering="delay"
                title=t!(schedule.delays)
                help=t!(schedule.delays_help)
                add=t!(schedule.add_delay)
                theirs=SCHEDULES.is_theirs(&schedule)
                draw=draw
            />
        }
        .into_any()
    })
}

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
