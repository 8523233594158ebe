//! The rows a new database starts with.

use migasfree_server_db::{Result, Ts, Tx, args, sql};
use serde_json::json;

use crate::core::permissions;

/// Entities and proxies by application that groups are granted rights on, and those of version 5 without a declaration
/// here. Permissions of what else is declared are added when the server starts.
const CONTENT_TYPES: &[(&str, &[&str])] = &[
    ("auth", &["group", "permission"]),
    ("authtoken", &["token"]),
    (
        "core",
        &[
            "platform",
            "project",
            "store",
            "package",
            "packageset",
            "deployment",
            "internalsource",
            "externalsource",
            "property",
            "clientproperty",
            "serverproperty",
            "basicproperty",
            "attribute",
            "clientattribute",
            "serverattribute",
            "basicattribute",
            "attributeset",
            "singularity",
            "schedule",
            "scheduledelay",
            "domain",
            "scope",
            "userprofile",
        ],
    ),
    (
        "client",
        &[
            "computer",
            "user",
            "synchronization",
            "error",
            "fault",
            "faultdefinition",
            "statuslog",
            "migration",
            "packagehistory",
            "notification",
            "message",
        ],
    ),
    (
        "device",
        &[
            "type",
            "connection",
            "manufacturer",
            "model",
            "capability",
            "driver",
            "device",
            "logical",
        ],
    ),
    (
        "hardware",
        &["node", "capability", "configuration", "logicalname"],
    ),
    (
        "app_catalog",
        &[
            "category",
            "application",
            "packagesbyproject",
            "policy",
            "policygroup",
            "applicationrequest",
        ],
    ),
    ("mgi", &["config", "flavour", "release", "build"]),
    ("audit", &["record"]),
    ("server", &["metrics"]),
];

const ALL: &[&str] = &["add", "change", "delete", "view"];
const VIEW: &[&str] = &["view"];
const ADD: &[&str] = &["add"];
/// What comes from computers is only decided on.
const DECIDE: &[&str] = &["change", "view"];

/// Group, application, actions, models.
type Grant = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const GRANTS: &[Grant] = &[
    (
        "Reader",
        "client",
        VIEW,
        &[
            "computer",
            "user",
            "error",
            "fault",
            "faultdefinition",
            "migration",
            "notification",
            "statuslog",
            "packagehistory",
            "synchronization",
            "message",
        ],
    ),
    (
        "Reader",
        "core",
        VIEW,
        &[
            "attribute",
            "attributeset",
            "schedule",
            "scheduledelay",
            "project",
            "package",
            "packageset",
            "deployment",
            "store",
            "userprofile",
            "domain",
            "scope",
            "platform",
            "property",
        ],
    ),
    (
        "Reader",
        "app_catalog",
        VIEW,
        &[
            "category",
            "policy",
            "policygroup",
            "application",
            "packagesbyproject",
            "applicationrequest",
        ],
    ),
    (
        "Reader",
        "device",
        VIEW,
        &[
            "type",
            "connection",
            "manufacturer",
            "model",
            "capability",
            "driver",
            "device",
            "logical",
        ],
    ),
    (
        "Reader",
        "hardware",
        VIEW,
        &["node", "capability", "configuration", "logicalname"],
    ),
    (
        "Liberator",
        "core",
        ALL,
        &["deployment", "schedule", "scheduledelay"],
    ),
    (
        "Liberator",
        "app_catalog",
        ALL,
        &["policy", "policygroup", "application", "packagesbyproject"],
    ),
    ("Liberator", "app_catalog", DECIDE, &["applicationrequest"]),
    ("Liberator", "client", ADD, &["notification"]),
    ("Packager", "core", ALL, &["package", "packageset", "store"]),
    (
        "Computer Checker",
        "client",
        ALL,
        &["error", "fault", "synchronization", "message"],
    ),
    (
        "Device installer",
        "device",
        ALL,
        &[
            "connection",
            "manufacturer",
            "model",
            "type",
            "device",
            "driver",
            "logical",
        ],
    ),
    (
        "Configurator",
        "client",
        ALL,
        &[
            "faultdefinition",
            "synchronization",
            "migration",
            "notification",
        ],
    ),
    (
        "Configurator",
        "core",
        ALL,
        &["property", "project", "platform", "attributeset"],
    ),
    ("Domain Admin", "core", ALL, &["scope", "deployment"]),
    ("Domain Admin", "client", VIEW, &["computer"]),
];

const GROUPS: &[&str] = &[
    "Reader",
    "Liberator",
    "Packager",
    "Computer Checker",
    "Device installer",
    "Configurator",
    "Domain Admin",
];

const CATEGORIES: &[&str] = &[
    "Accessories",
    "Books",
    "Developers Tools",
    "Education",
    "Fonts",
    "Games",
    "Graphics",
    "Internet",
    "Medicine",
    "Office",
    "Science & Engineering",
    "Sound & Video",
    "Themes & Tweaks",
    "Universal Access",
];

/// Prefix, name, sort, kind, code. The order gives the ids 1 to 9.
const PROPERTIES: &[(&str, &str, &str, &str, &str)] = &[
    ("SET", "Attribute Set", "basic", "N", ""),
    ("CID", "Computer ID", "basic", "N", ""),
    ("PLT", "Platform", "basic", "N", ""),
    ("PRJ", "Project", "basic", "N", ""),
    ("IP", "IP Address", "basic", "N", ""),
    ("USR", "Login User", "basic", "N", ""),
    (
        "HST",
        "Hostname",
        "client",
        "N",
        include_str!("../../../seed/hostname.py"),
    ),
    (
        "NET",
        "Network",
        "client",
        "N",
        include_str!("../../../seed/network.py"),
    ),
    (
        "PCI",
        "PCI Devices",
        "client",
        "-",
        include_str!("../../../seed/pci_devices.py"),
    ),
];

const PYTHON: i64 = 1;
const BASH: i64 = 0;

/// Name, description, working days the audience is spread over.
const SCHEDULES: &[(&str, &str, i64)] = &[
    (
        "2 weeks (by MID)",
        "All computers, a tenth of them each working day",
        10,
    ),
    (
        "4 weeks (by MID)",
        "All computers, a twentieth of them each working day",
        20,
    ),
];

const FAULT_DEFINITIONS: &[(&str, &str, &str)] = &[
    (
        "Low Available Space On System Partition",
        "More than 90 % of the system partition is used",
        include_str!("../../../seed/low_space_system.sh"),
    ),
    (
        "Low Available Space On Home Partition",
        "More than 90 % of the partition with the home folders is used",
        include_str!("../../../seed/low_space_home.sh"),
    ),
];

/// Plants the seed rows; the database is empty.
pub(super) async fn plant(tx: &mut Tx, now: Ts) -> Result<()> {
    tx.execute(
        "INSERT INTO setting (key, value) VALUES ('created_at', $1)",
        args![now.rfc3339()],
    )
    .await?;
    let types: Vec<(&str, &str)> = CONTENT_TYPES
        .iter()
        .flat_map(|(app, models)| models.iter().map(move |model| (*app, *model)))
        .collect();
    permissions::add(tx, &types).await?;
    groups(tx).await?;
    properties(tx).await?;
    schedules(tx).await?;
    fault_definitions(tx).await?;
    tx.execute(
        sql!(
            "INSERT INTO app_catalog_category (name) SELECT listed.text FROM ",
            texts(1),
            " AS listed"
        ),
        args![json!(CATEGORIES).to_string()],
    )
    .await?;
    Ok(())
}

async fn groups(tx: &mut Tx) -> Result<()> {
    tx.execute(
        sql!(
            "INSERT INTO auth_group (name) SELECT listed.text FROM ",
            texts(1),
            " AS listed"
        ),
        args![json!(GROUPS).to_string()],
    )
    .await?;
    let grants: Vec<_> = GRANTS
        .iter()
        .flat_map(|(group, app, actions, models)| {
            models.iter().flat_map(move |model| {
                actions.iter().map(move |action| {
                    json!({"group": group, "app": app, "codename": format!("{action}_{model}")})
                })
            })
        })
        .collect();
    tx.execute(
        sql!(
            "INSERT INTO auth_group_permissions (group_id, permission_id) \
             SELECT g.id, p.id FROM ",
            objects(1),
            " AS listed \
             JOIN auth_group g ON g.name = listed.value ->> 'group' \
             JOIN content_type t ON t.app_label = listed.value ->> 'app' \
             JOIN auth_permission p ON p.content_type_id = t.id \
             AND p.codename = listed.value ->> 'codename'"
        ),
        args![json!(grants).to_string()],
    )
    .await?;
    Ok(())
}

async fn properties(tx: &mut Tx) -> Result<()> {
    for (prefix, name, sort, kind, code) in PROPERTIES {
        tx.execute(
            "INSERT INTO core_property (prefix, name, enabled, kind, sort, auto_add, language, code) \
             VALUES ($1, $2, TRUE, $3, $4, TRUE, $5, $6)",
            args![*prefix, *name, *kind, *sort, PYTHON, *code],
        )
        .await?;
    }
    tx.execute(
        "INSERT INTO core_attribute (property_att_id, value, description) VALUES (1, 'All Systems', '')",
        args![],
    )
    .await?;
    Ok(())
}

async fn schedules(tx: &mut Tx) -> Result<()> {
    for (name, description, duration) in SCHEDULES {
        let (schedule,): (i64,) = tx
            .one(
                "INSERT INTO core_schedule (name, description) VALUES ($1, $2) RETURNING id",
                args![*name, *description],
            )
            .await?;
        let (delay,): (i64,) = tx
            .one(
                "INSERT INTO core_scheduledelay (delay, duration, schedule_id) \
                 VALUES (0, $1, $2) RETURNING id",
                args![*duration, schedule],
            )
            .await?;
        tx.execute(
            "INSERT INTO core_scheduledelay_attributes (scheduledelay_id, attribute_id) VALUES ($1, 1)",
            args![delay],
        )
        .await?;
    }
    Ok(())
}

async fn fault_definitions(tx: &mut Tx) -> Result<()> {
    for (name, description, code) in FAULT_DEFINITIONS {
        let (definition,): (i64,) = tx
            .one(
                "INSERT INTO client_faultdefinition (name, description, enabled, language, code) \
                 VALUES ($1, $2, TRUE, $3, $4) RETURNING id",
                args![*name, *description, BASH, *code],
            )
            .await?;
        tx.execute(
            "INSERT INTO client_faultdefinition_included_attributes (faultdefinition_id, attribute_id) \
             VALUES ($1, 1)",
            args![definition],
        )
        .await?;
    }
    Ok(())
}
