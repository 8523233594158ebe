//! Deployments: what is offered to whom, and when. Internal ones offer our packages, external ones another repository.

use migasfree_server_entity::{
    access::Need,
    action::{Action, Gives, SENTENCE},
    boundary::Belongs,
    entity::{
        Csv, CustomFilter, Entity, Field, Like, Model, Shape, Write, col, made, many, one, path,
        put, put_extra, put_ids, raw,
    },
    run,
    schema::{
        Default, Follows, Loss, Table, bool, choice, date, int, key, lines, link, long_text, text,
    },
};

use super::{
    copying,
    deployment_rules::{self, Rules},
    preview, publication,
    shapes::{
        DOMAIN_REF, EXCLUDED, INCLUDED, PACKAGE_INFO, PACKAGE_SET_REF, PROJECT_INFO, SCHEDULE_REF,
    },
    vocabulary::SOURCE,
};
use crate::sight;

/// `core_deployment`
pub static TABLE: Table = Table {
    name: "core_deployment",
    columns: &[
        bool("enabled", true),
        text("name", 50),
        text("slug", 50),
        key("project_id", "core_project"),
        key("domain_id", "core_domain").null().losing(Loss::Kept),
        long_text("comment").null(),
        lines("packages_to_install").null(),
        lines("packages_to_remove").null(),
        lines("default_preincluded_packages").null(),
        lines("default_included_packages").null(),
        lines("default_excluded_packages").null(),
        key("schedule_id", "core_schedule")
            .null()
            .losing(Loss::Kept),
        date("start_date").default(Default::Today),
        bool("auto_restart", false),
        choice("source", SOURCE).default(Default::Text("I")),
        text("base_url", 100).null(),
        text("options", 250).null(),
        text("suite", 50).null(),
        text("components", 100).null(),
        bool("frozen", true),
        int("expire").default(Default::Int(1440)),
    ],
    many: &[
        link(
            "included_attributes",
            "core_deployment_included_attributes",
            "deployment_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::Fewer)
        .following(Follows::Leaving),
        link(
            "excluded_attributes",
            "core_deployment_excluded_attributes",
            "deployment_id",
            "attribute_id",
            "core_attribute",
        )
        .losing(Loss::More)
        .following(Follows::Leaving),
        link(
            "available_packages",
            "core_deployment_available_packages",
            "deployment_id",
            "package_id",
            "core_package",
        )
        .losing(Loss::Told),
        link(
            "available_package_sets",
            "core_deployment_available_package_sets",
            "deployment_id",
            "packageset_id",
            "core_packageset",
        )
        .losing(Loss::Told),
    ],
    order: &["project__name", "name"],
    unique: &[&["name", "project_id"], &["slug", "project_id"]],
    ..Table::EMPTY
};

static DELAY: Shape = Shape {
    name: "Delay",
    table: "core_scheduledelay",
    fields: &[col("delay"), col("duration")],
};
static DELAYS: Shape = Shape {
    name: "Delays",
    table: "core_schedule",
    fields: &[many("delays", &DELAY)],
};
const SPREAD_OVER: &[Field] = &[col("start_date"), one("schedule", &DELAYS)];

/// Begin, end and per cent of the schedule; null without one.
const TIMELINE: Field = made(
    "schedule_timeline",
    Like::Object,
    SPREAD_OVER,
    deployment_rules::timeline,
);

const LIST: &[Field] = &[
    col("id"),
    one("project", &PROJECT_INFO),
    one("domain", &DOMAIN_REF),
    one("schedule", &SCHEDULE_REF),
    col("source"),
    col("frozen"),
    col("name"),
    col("slug"),
    col("comment"),
    col("start_date"),
    col("enabled"),
    col("auto_restart"),
    TIMELINE,
];

macro_rules! detail {
    ($domain:expr, $schedule:expr) => {
        &[
            col("id"),
            one("project", &PROJECT_INFO),
            $domain,
            $schedule,
            INCLUDED,
            EXCLUDED,
            col("packages_to_install"),
            col("packages_to_remove"),
            col("default_preincluded_packages"),
            col("default_included_packages"),
            col("default_excluded_packages"),
            many("available_packages", &PACKAGE_INFO),
            many("available_package_sets", &PACKAGE_SET_REF),
            col("enabled"),
            col("name"),
            col("slug"),
            col("comment"),
            col("start_date"),
            col("auto_restart"),
            col("source"),
            col("base_url"),
            col("options"),
            col("suite"),
            col("components"),
            col("frozen"),
            col("expire"),
        ]
    };
}

const DETAIL: &[Field] = detail!(one("domain", &DOMAIN_REF), one("schedule", &SCHEDULE_REF));
const ANSWER: &[Field] = detail!(raw("domain", "domain_id"), raw("schedule", "schedule_id"));

/// What writing through a proxy answers: no slug, and ids for domain and schedule.
macro_rules! proxy_answer {
    ($($more:expr),* $(,)?) => {
        &[
            col("id"),
            col("enabled"),
            one("project", &PROJECT_INFO),
            raw("domain", "domain_id"),
            col("name"),
            col("comment"),
            INCLUDED,
            EXCLUDED,
            col("packages_to_install"),
            col("packages_to_remove"),
            col("default_preincluded_packages"),
            col("default_included_packages"),
            col("default_excluded_packages"),
            raw("schedule", "schedule_id"),
            col("start_date"),
            col("auto_restart"),
            $($more),*
        ]
    };
}

macro_rules! write {
    ($($more:expr),* $(,)?) => {
        &[
            put("enabled"),
            put("name").required(),
            put("project").required(),
            put("domain"),
            put("comment"),
            put("schedule"),
            put("start_date"),
            put("auto_restart"),
            put("packages_to_install"),
            put("packages_to_remove"),
            put("default_preincluded_packages"),
            put("default_included_packages"),
            put("default_excluded_packages"),
            put_ids("included_attributes"),
            put_ids("excluded_attributes"),
            $($more),*
        ]
    };
}

const FILTERS: &[&str] = &[
    "id+in",
    "name+ic",
    "project__id",
    "project__platform__id",
    "enabled",
    "source",
    "auto_restart",
    "schedule:null",
    "schedule__id",
    "domain__id",
    "available_packages__id",
    "available_package_sets__id",
    "included_attributes__id",
    "excluded_attributes__id",
    "included_attributes=included_attributes__value:ic",
    "excluded_attributes=excluded_attributes__value:ic",
    "available_packages=available_packages__fullname:ic",
    "domain__name+ic",
];

const PERCENT: &[CustomFilter] = &[
    CustomFilter {
        name: "percent__gte",
        like: Like::Number,
        resolve: |call| {
            Box::pin(deployment_rules::by_percent(
                call,
                "percent__gte",
                |percent, limit| percent >= limit,
            ))
        },
    },
    CustomFilter {
        name: "percent__lt",
        like: Like::Number,
        resolve: |call| {
            Box::pin(deployment_rules::by_percent(
                call,
                "percent__lt",
                |percent, limit| percent < limit,
            ))
        },
    },
];

const SEARCH: &[&str] = &[
    "name",
    "packages_to_install",
    "packages_to_remove",
    "default_preincluded_packages",
    "default_included_packages",
    "default_excluded_packages",
];

/// All deployments.
pub static DEPLOYMENTS: Entity = Entity {
    route: "deployments",
    model: Model {
        app: "core",
        name: "deployment",
        one: "Deployment",
        many: "Deployments",
    },
    table: &TABLE,
    schema: "Deployment",
    list: LIST,
    detail: DETAIL,
    answer: ANSWER,
    write: write!(
        put("source"),
        put_ids("available_packages"),
        put_ids("available_package_sets"),
        put("base_url"),
        put("options"),
        put("suite"),
        put("components"),
        put("frozen"),
        put("expire").range(0, 525_600),
    ),
    filters: FILTERS,
    custom_filters: PERCENT,
    search: SEARCH,
    order: &["name", "project__name"],
    visible: &[sight::project("project")],
    belongs: Belongs::Domain("domain"),
    search_summary: Some(path("project", "project__name")),
    hooks: &Rules { source: None },
    actions: &[
        Action::post(
            "preview",
            Need::View,
            "How many computers a deployment would reach, and when",
            PREVIEWED,
            run!(preview::answer),
        ),
        Action::get(
            "publications",
            "How far the publications of the deployments with the ids in id__in are",
            run!(publication::states),
        ),
        Action::get(
            "<id>/publication",
            "How far the publication is",
            run!(publication::state),
        ),
    ],
    ..Entity::EMPTY
};

const PREVIEWED: &[Write] = &[
    put_extra("project", Like::Integer).required(),
    put_extra("domain", Like::Integer),
    put_extra("included_attributes", Like::Ids),
    put_extra("excluded_attributes", Like::Ids),
    put_extra("schedule", Like::Integer),
    put_extra("start_date", Like::Text),
];

/// Deployments of our own packages.
pub static INTERNAL_SOURCES: Entity = Entity {
    route: "deployments/internal-sources",
    model: Model {
        app: "core",
        name: "internalsource",
        one: "InternalSource",
        many: "Internal Sources",
    },
    also_viewed_with: &[("core", "deployment")],
    table: &TABLE,
    only: &[("source", "I")],
    schema: "InternalSource",
    detail: &[
        col("id"),
        col("enabled"),
        one("project", &PROJECT_INFO),
        one("domain", &DOMAIN_REF),
        col("name"),
        col("slug"),
        col("comment"),
        many("available_packages", &PACKAGE_INFO),
        INCLUDED,
        EXCLUDED,
        col("packages_to_install"),
        col("packages_to_remove"),
        col("default_preincluded_packages"),
        col("default_included_packages"),
        col("default_excluded_packages"),
        one("schedule", &SCHEDULE_REF),
        col("start_date"),
        col("auto_restart"),
    ],
    answer: proxy_answer!(
        many("available_packages", &PACKAGE_INFO),
        many("available_package_sets", &PACKAGE_SET_REF),
    ),
    write: write!(
        put_ids("available_packages"),
        put_ids("available_package_sets")
    ),
    filters: FILTERS,
    custom_filters: PERCENT,
    order: &["name", "project__name"],
    visible: &[sight::project("project")],
    belongs: Belongs::Domain("domain"),
    csv: Csv::Absent,
    hooks: &Rules { source: Some("I") },
    actions: &[
        Action::get(
            "generating",
            "The deployments being published",
            run!(publication::generating),
        )
        .giving(Gives::Rows),
        Action::get(
            "<id>/metadata",
            "Publish the repository again",
            run!(publication::request),
        )
        .writing()
        .giving(SENTENCE),
        Action::post(
            "<id>/metadata",
            Need::View,
            "Publish the repository again",
            &[],
            run!(publication::request),
        )
        .giving(SENTENCE),
        Action::post(
            "<id>/copy",
            Need::Add,
            "Copy the deployment with its packages into another project",
            &[put_extra("project", Like::Integer).required()],
            run!(copying::deployment),
        )
        .conflicting()
        .leaving(),
    ],
    ..Entity::EMPTY
};

/// Deployments of other repositories.
pub static EXTERNAL_SOURCES: Entity = Entity {
    route: "deployments/external-sources",
    model: Model {
        app: "core",
        name: "externalsource",
        one: "ExternalSource",
        many: "External Sources",
    },
    also_viewed_with: &[("core", "deployment")],
    table: &TABLE,
    only: &[("source", "E")],
    schema: "ExternalSource",
    detail: &[
        col("id"),
        col("enabled"),
        one("project", &PROJECT_INFO),
        one("domain", &DOMAIN_REF),
        col("name"),
        col("slug"),
        col("comment"),
        INCLUDED,
        EXCLUDED,
        col("packages_to_install"),
        col("packages_to_remove"),
        col("default_preincluded_packages"),
        col("default_included_packages"),
        col("default_excluded_packages"),
        one("schedule", &SCHEDULE_REF),
        col("start_date"),
        col("auto_restart"),
        col("base_url"),
        col("options"),
        col("suite"),
        col("components"),
        col("frozen"),
        col("expire"),
    ],
    answer: proxy_answer!(
        col("base_url"),
        col("options"),
        col("suite"),
        col("components"),
        col("frozen"),
        col("expire"),
    ),
    write: write!(
        put("base_url"),
        put("options"),
        put("suite"),
        put("components"),
        put("frozen"),
        put("expire").range(0, 525_600),
    ),
    filters: FILTERS,
    custom_filters: PERCENT,
    order: &["name", "project__name"],
    visible: &[sight::project("project")],
    belongs: Belongs::Domain("domain"),
    csv: Csv::Absent,
    hooks: &Rules { source: Some("E") },
    ..Entity::EMPTY
};
