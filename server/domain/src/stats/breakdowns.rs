//! Every pie and ring.

use serde_json::Value;

use super::breakdown::{Axis, Breakdown};
use super::counting::{
    APPLICATIONS, ATTRIBUTES, COMPUTERS, DEPLOYMENTS, ERRORS, FAULTS, INVENTORIES, Join,
    MIGRATIONS, PACKAGES, PLATFORM, PRODUCTIVE, PROJECT, STATUS_LOGS, STORES, SYNCHRONIZATIONS,
    Source,
};

const BY_PLATFORM: Axis = Axis::by("platform_id", "l.id", "l.name");
const BY_PROJECT: Axis = Axis::by("project_id", "p.id", "p.name");
const BY_STATUS: Axis = Axis::known("status_in", "t.status", status);
const PROJECT_AND_PLATFORM: &[Join] = &[PROJECT, PLATFORM];

const fn plain(path: &'static str, source: Source, inner: Axis) -> Breakdown {
    Breakdown {
        path,
        title: None,
        source,
        joins: &[],
        only: None,
        measure: None,
        inner,
        outer: None,
    }
}

/// Rows by platform, then by project.
const fn by_platform(path: &'static str, source: Source) -> Breakdown {
    Breakdown {
        joins: PROJECT_AND_PLATFORM,
        outer: Some(BY_PROJECT),
        ..plain(path, source, BY_PLATFORM)
    }
}

/// Every one.
pub const ALL: &[Breakdown] = &[
    Breakdown {
        title: Some("Applications by category"),
        joins: &[Join::inner(
            "c",
            "app_catalog_category",
            "c.id = t.category_id",
        )],
        ..plain(
            "applications/category",
            APPLICATIONS,
            Axis::by("category", "c.id", "c.name"),
        )
    },
    Breakdown {
        title: Some("Applications by level"),
        ..plain(
            "applications/level",
            APPLICATIONS,
            Axis::known("level", "t.level", level),
        )
    },
    Breakdown {
        title: Some("Computers by machine"),
        outer: Some(Axis::known("machine", "t.machine", machine)),
        ..plain(
            "computers/machine",
            COMPUTERS,
            Axis::known(
                "status_in",
                "CASE WHEN t.status = 'unsubscribed' THEN 'unsubscribed' \
                 ELSE 'assigned,reserved,unknown,in repair,available' END",
                subscription,
            ),
        )
    },
    Breakdown {
        title: Some("Subscribed computers by status"),
        only: Some("t.status <> 'unsubscribed'"),
        outer: Some(BY_STATUS),
        ..plain("computers/status", COMPUTERS, BY_PRODUCTIVITY)
    },
    Breakdown {
        only: Some(PRODUCTIVE),
        ..by_platform("computers/productive/platform", COMPUTERS)
    },
    Breakdown {
        title: Some("Enabled deployments by project"),
        joins: &[PROJECT],
        only: Some("t.enabled"),
        outer: Some(WITHOUT_SCHEDULE),
        ..plain("deployments/enabled/project", DEPLOYMENTS, BY_PROJECT)
    },
    Breakdown {
        title: Some("Deployments enabled and disabled"),
        joins: &[PROJECT],
        outer: Some(Axis::known(
            "enabled",
            "CASE WHEN t.enabled THEN 'true' ELSE 'false' END",
            enabled,
        )),
        ..plain("deployments/enabled", DEPLOYMENTS, BY_PROJECT)
    },
    Breakdown {
        title: Some("Deployments with and without schedule"),
        joins: &[PROJECT],
        outer: Some(WITHOUT_SCHEDULE),
        ..plain("deployments/schedule", DEPLOYMENTS, BY_PROJECT)
    },
    Breakdown {
        title: Some("Unchecked errors"),
        only: Some("NOT t.checked"),
        ..by_platform("errors/unchecked", ERRORS)
    },
    Breakdown {
        title: Some("Unchecked faults"),
        only: Some("NOT t.checked"),
        ..by_platform("faults/unchecked", FAULTS)
    },
    Breakdown {
        title: Some("Errors by status and project"),
        joins: &[
            Join::inner("k", "client_computer", "k.id = t.computer_id"),
            PROJECT,
        ],
        outer: Some(BY_PROJECT),
        ..plain(
            "errors/status/project",
            ERRORS,
            Axis::known("status", "k.status", status),
        )
    },
    Breakdown {
        title: Some("Faults by definition"),
        joins: &[Join::inner(
            "d",
            "client_faultdefinition",
            "d.id = t.fault_definition_id",
        )],
        ..plain(
            "faults/definition",
            FAULTS,
            Axis::by("fault_definition_id", "d.id", "d.name"),
        )
    },
    Breakdown {
        title: Some("Migrations by project"),
        ..by_platform("migrations/project", MIGRATIONS)
    },
    Breakdown {
        title: Some("Changes of status"),
        outer: Some(BY_STATUS),
        ..plain("status-logs/status", STATUS_LOGS, BY_GROUP_OF_STATUS)
    },
    Breakdown {
        title: Some("Attributes by formula"),
        joins: &[BASE_PROPERTY],
        only: Some("y.sort <> 'server'"),
        ..plain("features/property", ATTRIBUTES, BY_PROPERTY)
    },
    Breakdown {
        title: Some("Tags by stamp"),
        joins: &[BASE_PROPERTY],
        only: Some("y.sort = 'server'"),
        ..plain("tags/category", ATTRIBUTES, BY_PROPERTY)
    },
    Breakdown {
        title: Some("Packages by store"),
        joins: &[PROJECT, Join::left("s", "core_store", "s.id = t.store_id")],
        outer: Some(Axis::by("store_id", "s.id", "s.name").or("Without store")),
        ..plain("packages/store", PACKAGES, BY_PROJECT)
    },
    Breakdown {
        title: Some("Installed packages by project"),
        joins: &[
            Join::inner("i", "software_inventory", "i.id = t.software_inventory_id"),
            Join::inner("p", "core_project", "p.id = i.project_id"),
        ],
        measure: Some("CAST(SUM(i.package_count) AS BIGINT)"),
        ..plain(
            "packages-history/project",
            INVENTORIES,
            Axis::by("package_project_id", "p.id", "p.name"),
        )
    },
    Breakdown {
        title: Some("Stores by project"),
        joins: &[PROJECT],
        ..plain("stores/project", STORES, BY_PROJECT)
    },
];

/// Counted over the last weeks only: the whole history grows without end.
pub(super) const RECENT_SYNCHRONIZATIONS: Breakdown = Breakdown {
    title: Some("Synchronizations by project"),
    joins: &[PROJECT],
    ..plain("syncs/project", SYNCHRONIZATIONS, BY_PROJECT)
};

const BASE_PROPERTY: Join = Join::inner("y", "core_property", "y.id = t.property_att_id");
const BY_PROPERTY: Axis = Axis::by("property_att_id", "y.id", "y.name");

const WITHOUT_SCHEDULE: Axis = Axis::known(
    "schedule",
    "CASE WHEN t.schedule_id IS NULL THEN 'true' ELSE 'false' END",
    without_schedule,
);

const BY_PRODUCTIVITY: Axis = Axis::known(
    "status_in",
    "CASE WHEN t.status IN ('in repair', 'available') THEN 'in repair,available' \
     ELSE 'assigned,reserved,unknown' END",
    productivity,
);

const BY_GROUP_OF_STATUS: Axis = Axis::known(
    "status_in",
    "CASE WHEN t.status = 'unsubscribed' THEN 'unsubscribed' \
     WHEN t.status IN ('in repair', 'available') THEN 'in repair,available' \
     ELSE 'assigned,reserved,unknown' END",
    productivity,
);

fn status(key: &Value) -> &'static str {
    match key.as_str().unwrap_or_default() {
        "assigned" => "Assigned",
        "reserved" => "Reserved",
        "in repair" => "In repair",
        "available" => "Available",
        "unsubscribed" => "Unsubscribed",
        _ => "Unknown",
    }
}

fn productivity(key: &Value) -> &'static str {
    match key.as_str().unwrap_or_default() {
        "in repair,available" => "Unproductive",
        "unsubscribed" => "Unsubscribed",
        _ => "Productive",
    }
}

fn subscription(key: &Value) -> &'static str {
    if key == "unsubscribed" {
        "Unsubscribed"
    } else {
        "Subscribed"
    }
}

fn machine(key: &Value) -> &'static str {
    if key == "V" { "Virtual" } else { "Physical" }
}

fn level(key: &Value) -> &'static str {
    if key == "A" { "Admin" } else { "User" }
}

fn enabled(key: &Value) -> &'static str {
    if key.as_bool() == Some(true) {
        "Enabled"
    } else {
        "Disabled"
    }
}

fn without_schedule(key: &Value) -> &'static str {
    if key.as_bool() == Some(true) {
        "Without schedule"
    } else {
        "With schedule"
    }
}
