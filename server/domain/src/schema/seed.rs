//! The rows a new database starts with.

use migasfree_server_db::{Result, Ts, Tx, args, sql};
use serde_json::json;

use super::groups;
use crate::core::permissions;
use crate::remote;

/// Entities and proxies by application that groups are granted rights on, and those of version 5 without a declaration
/// here. Permissions of what else is declared are added when the server starts.
const CONTENT_TYPES: &[(&str, &[&str])] = &[
    ("auth", &["group", "permission", "apikey"]),
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
            "certificate",
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
            "computerkey",
            "enrolmenttoken",
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
    ("audit", &["record", "verification"]),
    ("server", &["metrics"]),
    (
        "remote",
        &["remotepolicy", "remotesession", "action", "execution"],
    ),
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
    permissions::add_rights(tx).await?;
    groups::plant(tx).await?;
    properties(tx).await?;
    schedules(tx).await?;
    fault_definitions(tx).await?;
    remote_policy(tx).await?;
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

/// The policy of whoever has no other: the rights of groups say who gets in, and the person at the computer is asked.
async fn remote_policy(tx: &mut Tx) -> Result<()> {
    let (policy,): (i64,) = tx
        .one(
            "INSERT INTO remote_policy (name, comment, priority, ports) VALUES ($1, $2, 1000, $3) RETURNING id",
            args![
                "Ask first",
                "For all computers that no other policy is meant for",
                remote::USUAL_PORTS
            ],
        )
        .await?;
    tx.execute(
        "INSERT INTO remote_policy_included_attributes (policy_id, attribute_id) VALUES ($1, 1)",
        args![policy],
    )
    .await?;
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
