//! Schedules: how a deployment spreads over days, and their delays.

use migasfree_server_entity::{
    boundary::Belongs,
    entity::{
        Csv, Entity, Field, Like, Model, Shape, col, ids, made, many, one, path, put, put_ids, raw,
    },
    keeping::{Kept, Use},
    schema::{
        Default, Follows, Loss, Table, Type, back, computed, int, key, link, long_text, text,
    },
};

use super::shapes::{DOMAIN_REF, SCHEDULE_REF};
use crate::messages;
use crate::sight;

/// `core_schedule`
pub static SCHEDULE_TABLE: Table = Table {
    name: "core_schedule",
    columns: &[
        text("name", 50),
        long_text("description").null(),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
    ],
    virtuals: &[computed(
        "delays_count",
        Type::Int,
        "(SELECT count(*) FROM core_scheduledelay AS sd WHERE sd.schedule_id = {t}.id)",
    )],
    many: &[back("delays", "core_scheduledelay", "schedule_id")],
    order: &["name"],
    unique: &[&["name"]],
    ..Table::EMPTY
};

/// `core_scheduledelay`
pub static DELAY_TABLE: Table = Table {
    name: "core_scheduledelay",
    columns: &[
        int("delay"),
        int("duration").default(Default::Int(1)),
        key("schedule_id", "core_schedule"),
    ],
    many: &[link(
        "attributes",
        "core_scheduledelay_attributes",
        "scheduledelay_id",
        "attribute_id",
        "core_attribute",
    )
    .losing(Loss::Fewer)
    .following(Follows::Leaving)],
    order: &["delay"],
    unique: &[&["schedule_id", "delay"]],
    ..Table::EMPTY
};

/// Schedules.
pub static SCHEDULES: Entity = Entity {
    route: "schedules",
    model: Model {
        app: "core",
        name: "schedule",
        one: "Schedule",
        many: "Schedules",
    },
    table: &SCHEDULE_TABLE,
    schema: "Schedule",
    detail: &[
        col("id"),
        col("name"),
        col("description"),
        col("delays_count"),
        one("domain", &DOMAIN_REF),
    ],
    answer: &[
        col("id"),
        col("name"),
        col("description"),
        raw("domain", "domain_id"),
    ],
    write: &[put("name").required(), put("description"), put("domain")],
    filters: &["id+in", "name+ic", "domain__id", "delays__attributes__id"],
    search: &["name"],
    belongs: Belongs::Domain("domain"),
    csv: Csv::Columns(&["id", "name", "description"]),
    kept: Some(&KEPT),
    ..Entity::EMPTY
};

/// Without its schedule a deployment would reach all its computers at once.
static KEPT: Kept = Kept {
    uses: &[Use {
        route: "deployments",
        in_force: "SELECT id FROM core_deployment WHERE enabled AND schedule_id = $1 ORDER BY name, id",
        all: "SELECT id FROM core_deployment WHERE schedule_id = $1 ORDER BY id",
        moving: &["UPDATE core_deployment SET schedule_id = $2 WHERE schedule_id = $1"],
    }],
    same: None,
    undetachable: None,
    into_replacement: false,
};

/// A delay's attribute, with what the reference shows of it here.
static ATTRIBUTE: Shape = Shape {
    name: "Attribute",
    table: "core_attribute",
    fields: &[
        col("id"),
        one("property_att", &super::shapes::PROPERTY_INFO),
        col("value"),
        col("description"),
        col("longitude"),
        col("latitude"),
    ],
};

static SCHEDULE_DOMAIN: Shape = Shape {
    name: "ScheduleDomain",
    table: "core_schedule",
    fields: &[one("domain", &DOMAIN_REF)],
};

const IN_SCHEDULE: &[Field] = &[one("schedule", &SCHEDULE_DOMAIN)];

/// A delay is of the domain of its schedule.
const OF_SCHEDULE: Field = made("domain", Like::Object, IN_SCHEDULE, |row, _| {
    row.get("schedule").get("domain").clone()
});

/// Delays of schedules.
pub static SCHEDULE_DELAYS: Entity = Entity {
    route: "schedule-delays",
    model: Model {
        app: "core",
        name: "scheduledelay",
        one: "ScheduleDelay",
        many: "Schedule Delays",
    },
    table: &DELAY_TABLE,
    schema: "ScheduleDelay",
    detail: &[
        col("id"),
        col("delay"),
        col("duration"),
        many("attributes", &ATTRIBUTE),
        one("schedule", &SCHEDULE_REF),
        OF_SCHEDULE,
    ],
    answer: &[
        col("id"),
        col("delay"),
        col("duration"),
        raw("schedule", "schedule_id"),
        ids("attributes"),
        path("domain", "schedule__domain"),
    ],
    write: &[
        put("delay").required().range(0, 100_000),
        put("duration").range(1, 100_000),
        put("schedule").required(),
        put_ids("attributes"),
    ],
    filters: &["schedule__id+in", "schedule__name+ic", "attributes__id"],
    visible: &[sight::attribute("attributes")],
    belongs: Belongs::Domain("schedule__domain"),
    text: made(
        "__str__",
        Like::Text,
        &[col("delay"), one("schedule", &SCHEDULE_REF)],
        |row, _| {
            let delay = row.get("delay").as_int().unwrap_or_default();
            format!("{} ({delay})", row.get("schedule").get("name").as_text()).into()
        },
    ),
    csv: Csv::Absent,
    kept: Some(&DELAY_KEPT),
    ..Entity::EMPTY
};

/// Without a delay a deployment never reaches those who wait for it.
static DELAY_KEPT: Kept = Kept {
    uses: &[Use {
        route: "deployments",
        in_force: "SELECT d.id FROM core_deployment AS d JOIN core_scheduledelay AS s ON s.schedule_id = d.schedule_id \
            WHERE d.enabled AND s.id = $1 AND EXISTS (SELECT 1 FROM core_scheduledelay_attributes AS a \
            WHERE a.scheduledelay_id = s.id) ORDER BY d.name, d.id",
        all: "SELECT d.id FROM core_deployment AS d JOIN core_scheduledelay AS s ON s.schedule_id = d.schedule_id \
            WHERE s.id = $1 ORDER BY d.id",
        moving: &[
            "INSERT INTO core_scheduledelay_attributes (scheduledelay_id, attribute_id) \
            SELECT $2, attribute_id FROM core_scheduledelay_attributes WHERE scheduledelay_id = $1 \
            ON CONFLICT DO NOTHING",
        ],
    }],
    same: Some(("schedule_id", messages::replacement_of_other_schedule)),
    undetachable: None,
    into_replacement: true,
};
