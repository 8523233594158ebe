//! The groups that there are before anybody makes some.

use std::collections::BTreeSet;

use migasfree_server_db::{Result, Tx, args, sql};
use serde_json::json;

use crate::services::Services;

const ALL: &[&str] = &["add", "change", "delete", "view"];
const VIEW: &[&str] = &["view"];
const ADD: &[&str] = &["add"];
/// Looking at what was found, and having it looked for.
const CHECK: &[&str] = &["add", "view"];
/// What comes from computers is only decided on.
const DECIDE: &[&str] = &["change", "view"];

/// Giving and taking back; what was given stays known.
const ISSUE: &[&str] = &["add", "change", "view"];
/// What everybody makes for themselves is only taken back.
const REVOKE: &[&str] = &["delete", "view"];

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
    ("Computer Checker", "client", VIEW, &["computerkey"]),
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
    (
        "Operator",
        "client",
        VIEW,
        &[
            "user",
            "migration",
            "statuslog",
            "packagehistory",
            "synchronization",
            "message",
        ],
    ),
    (
        "Operator",
        "client",
        DECIDE,
        &["computer", "computerkey", "faultdefinition"],
    ),
    (
        "Operator",
        "client",
        ALL,
        &["error", "fault", "notification"],
    ),
    (
        "Operator",
        "core",
        VIEW,
        &[
            "project", "platform", "store", "property", "domain", "scope",
        ],
    ),
    (
        "Operator",
        "core",
        ALL,
        &[
            "attribute",
            "attributeset",
            "schedule",
            "scheduledelay",
            "package",
            "packageset",
            "deployment",
        ],
    ),
    (
        "Operator",
        "app_catalog",
        ALL,
        &[
            "category",
            "policy",
            "policygroup",
            "application",
            "packagesbyproject",
        ],
    ),
    ("Operator", "app_catalog", DECIDE, &["applicationrequest"]),
    (
        "Operator",
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
        "Operator",
        "hardware",
        VIEW,
        &["node", "capability", "configuration", "logicalname"],
    ),
    // What helps to find the right computer, and helping with the consent of who is there.
    (
        "Remote Helper",
        "client",
        VIEW,
        &["computer", "user", "message", "synchronization"],
    ),
    (
        "Remote Helper",
        "core",
        VIEW,
        &["attribute", "project", "property"],
    ),
    (
        "Remote Helper",
        "remote",
        VIEW,
        &["presence", "screen", "remotesession", "action", "execution"],
    ),
    (
        "Remote Helper",
        "remote",
        &["run"],
        &["sync", "inventory", "message"],
    ),
    ("Remote Helper", "remote", &["control"], &["screen"]),
    ("Remote Helper", "remote", &["open"], &["terminal"]),
    ("Remote Helper", "remote", &["read"], &["files"]),
    ("Remote Helper", "remote", &["forward"], &["port"]),
    ("Security Officer", "core", ALL, &["userprofile"]),
    (
        "Security Officer",
        "core",
        VIEW,
        &["attribute", "domain", "project", "scope"],
    ),
    ("Security Officer", "auth", ALL, &["group"]),
    ("Security Officer", "auth", VIEW, &["permission"]),
    ("Security Officer", "core", ISSUE, &["certificate"]),
    ("Security Officer", "auth", REVOKE, &["apikey"]),
    ("Security Officer", "client", VIEW, &["computer"]),
    ("Security Officer", "client", ALL, &["enrolmenttoken"]),
    ("Security Officer", "client", DECIDE, &["computerkey"]),
    ("Security Officer", "remote", ALL, &["remotepolicy"]),
    (
        "Security Officer",
        "remote",
        VIEW,
        &["presence", "remotesession"],
    ),
    (
        "Security Officer",
        "remote",
        &["watch", "end"],
        &["sessions"],
    ),
    ("Security Officer", "remote", &["play"], &["recordings"]),
    ("Security Officer", "audit", VIEW, &["record"]),
    ("Security Officer", "audit", CHECK, &["verification"]),
    ("Auditor", "audit", VIEW, &["record"]),
    (
        "Auditor",
        "remote",
        VIEW,
        &["remotepolicy", "remotesession", "action", "execution"],
    ),
    ("Auditor", "remote", &["play"], &["recordings"]),
    ("Auditor", "audit", CHECK, &["verification"]),
];

/// Those of version 5, which every database had before it was noted which ones it was offered.
const OF_VERSION_5: &[&str] = &[
    "Reader",
    "Liberator",
    "Packager",
    "Computer Checker",
    "Device installer",
    "Configurator",
    "Domain Admin",
];
/// Others.
const ADDED: &[&str] = &["Operator", "Remote Helper", "Security Officer", "Auditor"];

/// Adds all of them to a new database.
pub(super) async fn plant(tx: &mut Tx) -> Result<()> {
    offer(tx, BTreeSet::new()).await
}

/// Adds those that the database was never offered. What became of the others is as somebody wanted it, and so is a group
/// that bears one of their names. Safe to call again: call it when the server starts, behind the permissions.
///
/// # Errors
/// When the database fails.
pub async fn settle(state: &Services) -> Result<()> {
    let mut tx = state.db.begin().await?;
    tx.lock_name("setting", OFFERED).await?;
    let noted: Option<(String,)> = tx
        .optional("SELECT value FROM setting WHERE key = $1", args![OFFERED])
        .await?;
    let noted = noted.and_then(|(names,)| serde_json::from_str(&names).ok());
    let offered = noted.unwrap_or_else(|| names(OF_VERSION_5));
    offer(&mut tx, offered).await?;
    tx.commit().await
}

/// Where it is noted which ones the database was offered.
const OFFERED: &str = "offered_groups";

fn names(groups: &[&str]) -> BTreeSet<String> {
    groups.iter().map(ToString::to_string).collect()
}

async fn offer(tx: &mut Tx, offered: BTreeSet<String>) -> Result<()> {
    let all = [OF_VERSION_5, ADDED].concat();
    let there: Vec<(String,)> = tx.all("SELECT name FROM auth_group", args![]).await?;
    let known = |group: &str| offered.contains(group) || there.iter().any(|(name,)| name == group);
    let new: Vec<&str> = all.iter().copied().filter(|group| !known(group)).collect();
    if !new.is_empty() {
        add(tx, &new).await?;
    }
    if all.iter().all(|group| offered.contains(*group)) {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        args![OFFERED, json!(all).to_string()],
    )
    .await?;
    Ok(())
}

async fn add(tx: &mut Tx, groups: &[&str]) -> Result<()> {
    tx.execute(
        sql!(
            "INSERT INTO auth_group (name) SELECT listed.text FROM ",
            texts(1),
            " AS listed"
        ),
        args![json!(groups).to_string()],
    )
    .await?;
    let grants: Vec<_> = GRANTS
        .iter()
        .filter(|(group, ..)| groups.contains(group))
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
