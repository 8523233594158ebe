//! The managed machines.
mod attributes;
mod bulk;
mod cells;
mod facts;
mod hardware;
mod reasons;
mod software;
mod status;
mod synchronizations;
mod timeline;
mod title;

pub use cells::USER;

use super::{
    APPLICATION_REQUESTS, ATTRIBUTES, DEPLOYMENTS, ERRORS, FAULTS, PACKAGES, PACKAGES_HISTORY,
    PLATFORMS, PROJECTS, SYNCHRONIZATIONS, TAGS, choices,
};
use crate::{
    entity::{
        Cell, Choices, Column, ENTITY, Entity, Field, Filter, FilterKind, Kind, ObjectTab,
        Relation, SHEET, Section, Sheet,
    },
    text::{Label, label},
};

pub static COMPUTERS: Entity = Entity {
    path: "computers",
    api: "computers/",
    model: "client.computer",
    icon: icondata::LuMonitor,
    plural: label!(computer.plural),
    singular: label!(computer.singular),
    text: &["__str__", "name"],
    ..ENTITY
};

pub static COMPUTERS_SHEET: Sheet = Sheet {
    about: label!(computer.about),
    first: Some(cells::register_first),
    bulk: Some(bulk::bulk_actions),
    ordering: "__str__",
    columns: &[
        Column::new(
            "__str__",
            label!(computer.singular),
            Cell::Own(cells::name_cell),
        ),
        Column::new("project", label!(project.singular), Cell::Link(&PROJECTS)),
        Column::new(
            "status",
            label!(common.state),
            Cell::State(choices::status_state),
        ),
        Column::new(
            "sync_end_date",
            label!(computer.last_sync),
            Cell::Own(cells::sync_cell),
        ),
        Column::new(
            "sync_user",
            label!(computer.user),
            Cell::Own(cells::user_cell),
        )
        .unsorted(),
        Column::new("product", label!(computer.product), Cell::Text),
        Column::new(
            "project.platform.name",
            label!(platform.singular),
            Cell::Text,
        )
        .unsorted()
        .hidden(),
        Column::new("uuid", label!(computer.uuid), Cell::Mono).hidden(),
        Column::new("created_at", label!(computer.registered), Cell::When).hidden(),
        Column::new(
            "last_hardware_capture",
            label!(computer.hardware_capture),
            Cell::When,
        )
        .hidden(),
        Column::new("name", label!(computer.host_name), Cell::Text).hidden(),
        Column::new("id", label!(computer.id), Cell::Mono).hidden(),
    ],
    filters: &[
        Filter::new(
            "project__id",
            label!(project.singular),
            FilterKind::Object(&PROJECTS),
        ),
        Filter::new(
            "platform",
            label!(platform.singular),
            FilterKind::Object(&PLATFORMS),
        ),
        Filter::new(
            "status",
            label!(common.state),
            FilterKind::Choices(Choices::Own(choices::computer_statuses)),
        )
        .several(),
        Filter::new(
            "sync_attributes__id",
            label!(attribute.singular),
            FilterKind::Object(&ATTRIBUTES),
        )
        .several(),
        Filter::new("tags__id", label!(tag.singular), FilterKind::Object(&TAGS)).several(),
        Filter::new(
            "machine",
            label!(computer.machine),
            FilterKind::Choices(Choices::Own(choices::machines)),
        ),
        Filter::new(
            "installed_package",
            label!(computer.installed_package),
            FilterKind::Object(&PACKAGES),
        ),
        Filter::new(
            "has_software_inventory",
            label!(computer.has_inventory),
            FilterKind::Flag,
        ),
        Filter::new(
            "sync_end_date__gte",
            label!(computer.sync_since),
            FilterKind::Since,
        ),
        Filter::new(
            "sync_end_date__lt",
            label!(computer.sync_before),
            FilterKind::Before,
        ),
        Filter::new(
            "sync_end_date__isnull",
            label!(computer.ever_synced),
            FilterKind::Presence,
        ),
        Filter::new(
            "created_at__gte",
            label!(computer.registered_since),
            FilterKind::Since,
        ),
        Filter::new(
            "product__icontains",
            label!(computer.product),
            FilterKind::Text,
        ),
        Filter::new(
            "failed_deployment",
            label!(computer.failed_deployment),
            FilterKind::Object(&DEPLOYMENTS),
        )
        .linked(),
        Filter::new("serial", label!(computer.serial), FilterKind::Text),
        Filter::new("mac_address", label!(computer.mac), FilterKind::Text),
        Filter::new("uuid__icontains", label!(computer.uuid), FilterKind::Text),
    ],
    form: &[Section {
        title: Label::NONE,
        help: None,
        fields: &[
            Field::new("name", label!(common.name), Kind::Text)
                .required()
                .help(label!(computer.name_help)),
            Field::new(
                "tags",
                label!(tag.plural),
                Kind::Many {
                    entity: &TAGS,
                    filter: |_| String::new(),
                },
            )
            .help(label!(computer.tags_help)),
            Field::new("comment", label!(common.comment), Kind::Area),
        ],
    }],
    actions: Some(title::actions),
    subtitle: title::subtitle,
    banner: Some(title::doing),
    facts: Some(facts::facts),
    happened: Some(timeline::timeline),
    relations: &[
        Relation::new(&ERRORS, "computer__id"),
        Relation::new(&FAULTS, "computer__id"),
        Relation::new(&PACKAGES_HISTORY, "computer__id"),
        Relation::new(&APPLICATION_REQUESTS, "computer__id"),
    ],
    tabs: &[
        ObjectTab::new("software", label!(computer.software), software::tab),
        ObjectTab::new("hardware", label!(computer.hardware), hardware::tab),
        ObjectTab::new("deployments", label!(deployment.plural), reasons::tab)
            .needing(&DEPLOYMENTS),
        ObjectTab::new("attributes", label!(attribute.plural), attributes::tab),
        ObjectTab::new(
            "synchronizations",
            label!(synchronization.plural),
            synchronizations::tab,
        )
        .needing(&SYNCHRONIZATIONS),
    ],
    ..SHEET
};
