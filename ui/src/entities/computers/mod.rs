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
    PLATFORMS, PROJECTS, REMOTE_SESSIONS, SYNCHRONIZATIONS, TAGS, choices,
};
use crate::{
    entity::{
        Cell, Column, Entity, ObjectTab, Relation, SECTION, Section, Sheet,
        told::CLIENT_COMPUTER as TOLD,
    },
    remote,
    text::label,
};

pub static COMPUTERS: Entity = Entity {
    path: "computers",
    icon: icondata::LuMonitor,
    plural: label!(computer.plural),
    singular: label!(computer.singular),
    text: &["__str__", "name"],
    ..TOLD.entity()
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
        TOLD.column("project", label!(project.singular), Cell::Link(&PROJECTS)),
        TOLD.column(
            "status",
            label!(common.state),
            Cell::State(choices::status_state),
        ),
        TOLD.column(
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
        TOLD.column("product", label!(computer.product), Cell::Text),
        Column::new(
            "project.platform.name",
            label!(platform.singular),
            Cell::Text,
        )
        .unsorted()
        .hidden(),
        TOLD.column("uuid", label!(computer.uuid), Cell::Mono)
            .hidden(),
        TOLD.column("created_at", label!(computer.registered), Cell::When)
            .hidden(),
        TOLD.column(
            "last_hardware_capture",
            label!(computer.hardware_capture),
            Cell::When,
        )
        .hidden(),
        TOLD.column("name", label!(computer.host_name), Cell::Text)
            .hidden(),
        TOLD.column("id", label!(computer.id), Cell::Mono).hidden(),
    ],
    filters: &[
        TOLD.by("project__id", label!(project.singular), &PROJECTS),
        TOLD.by("platform", label!(platform.singular), &PLATFORMS),
        TOLD.among("status", label!(common.state), choices::computer_statuses)
            .several(),
        TOLD.by(
            "sync_attributes__id",
            label!(attribute.singular),
            &ATTRIBUTES,
        )
        .several(),
        TOLD.by("tags__id", label!(tag.singular), &TAGS).several(),
        TOLD.among("machine", label!(computer.machine), choices::machines),
        TOLD.by(
            "installed_package",
            label!(computer.installed_package),
            &PACKAGES,
        ),
        TOLD.filter("has_software_inventory", label!(computer.has_inventory)),
        TOLD.filter("sync_end_date__gte", label!(computer.sync_since)),
        TOLD.filter("sync_end_date__lt", label!(computer.sync_before)),
        TOLD.filter("sync_end_date__isnull", label!(computer.ever_synced)),
        TOLD.filter("created_at__gte", label!(computer.registered_since)),
        TOLD.filter("product__icontains", label!(computer.product)),
        TOLD.by(
            "failed_deployment",
            label!(computer.failed_deployment),
            &DEPLOYMENTS,
        )
        .linked(),
        TOLD.filter("serial", label!(computer.serial)),
        TOLD.filter("mac_address", label!(computer.mac)),
        TOLD.filter("uuid__icontains", label!(computer.uuid)),
    ],
    form: &[Section {
        fields: &[
            TOLD.field("name", label!(common.name))
                .required()
                .help(label!(computer.name_help)),
            TOLD.many("tags", label!(tag.plural), &TAGS)
                .help(label!(computer.tags_help)),
            TOLD.field("comment", label!(common.comment)),
        ],
        ..SECTION
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
        Relation::new(&REMOTE_SESSIONS, "computer__id"),
    ],
    tabs: &[
        ObjectTab::new("software", label!(computer.software), software::tab),
        ObjectTab::new("hardware", label!(computer.hardware), hardware::tab),
        ObjectTab::new("remote", label!(remote.title), remote::tab),
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
    ..TOLD.sheet()
};
