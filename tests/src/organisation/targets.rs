//! What is aimed at whom: properties, tags, sets, deployments and policies.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::{ALL_SYSTEMS, APPS, Organisation};
use crate::admin::Admin;

/// Attributes that deployments are aimed at.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    headquarters: i64,
    pilots: i64,
}

/// Bash, in the vocabulary of `language`.
const BASH: i64 = 0;

pub(super) async fn create(admin: &Admin) -> Result<Targets> {
    for (prefix, name, code) in [
        (
            "MEM",
            "Memory",
            "awk '/MemTotal/ {printf \"%d GB\", ($2 + 524288) / 1048576}' /proc/meminfo",
        ),
        ("KRN", "Kernel", "uname -r"),
    ] {
        admin
            .create(
                "formulas/",
                &json!({
                    "prefix": prefix, "name": name, "kind": "N", "enabled": true,
                    "language": BASH, "code": code,
                }),
            )
            .await?;
    }
    let place = admin
        .add(
            "stamps/",
            &json!({"prefix": "LOC", "name": "Place", "kind": "N", "enabled": true}),
        )
        .await?;
    let role = admin
        .add(
            "stamps/",
            &json!({"prefix": "ROL", "name": "Role", "kind": "N", "enabled": true}),
        )
        .await?;
    let headquarters = tag(admin, place, "headquarters", "Main building, Plaza Mayor").await?;
    tag(admin, place, "north", "Library and school, north side").await?;
    tag(admin, place, "harbour", "Harbour office").await?;
    let pilots = tag(admin, role, "pilot", "People who try things first").await?;
    admin
        .create(
            "attribute-sets/",
            &json!({
                "name": "Headquarters pilots", "enabled": true,
                "description": "Pilots of the main building",
                "included_attributes": [pilots], "excluded_attributes": [],
            }),
        )
        .await?;
    Ok(Targets {
        headquarters,
        pilots,
    })
}

async fn tag(admin: &Admin, property: i64, value: &str, description: &str) -> Result<i64> {
    admin
        .add(
            "tags/",
            &json!({"property_att": property, "value": value, "description": description}),
        )
        .await
}

/// Three deployments per project: the catalogue for all, something mandatory, something gradual.
pub(super) async fn deploy(
    admin: &Admin,
    organisation: &Organisation,
    packages: &[Vec<i64>],
    targets: &Targets,
) -> Result<()> {
    let schedule = admin.find("schedules/?name__icontains=2 weeks").await?;
    for (project, packages) in organisation.projects.iter().zip(packages) {
        admin
            .create(
                "deployments/",
                &json!({
                    "name": "Catalogue", "project": project, "enabled": true,
                    "comment": "Everything the catalogue offers",
                    "included_attributes": [ALL_SYSTEMS], "available_packages": packages,
                }),
            )
            .await?;
        admin
            .create(
                "deployments/",
                &json!({
                    "name": "Forms for everybody", "project": project, "enabled": true,
                    "comment": "The organisation's forms are on every computer",
                    "included_attributes": [ALL_SYSTEMS],
                    "available_packages": [packages[position("Form Filler")]],
                    "packages_to_install": ["form-filler"],
                }),
            )
            .await?;
        admin
            .create(
                "deployments/",
                &json!({
                    "name": "Notes for pilots", "project": project, "enabled": true,
                    "comment": "Two weeks of working days, pilots of the main building first",
                    "included_attributes": [targets.pilots, targets.headquarters],
                    "available_packages": [packages[position("Field Notes")]],
                    "schedule": schedule,
                }),
            )
            .await?;
    }
    Ok(())
}

fn position(app: &str) -> usize {
    APPS.iter()
        .position(|one| one.name == app)
        .unwrap_or_default()
}

/// Policies: a screen reader for everybody who needs one, one drawing program per computer.
pub(super) async fn oblige(
    admin: &Admin,
    applications: &BTreeMap<&'static str, i64>,
) -> Result<()> {
    let accessibility = admin
        .add(
            "catalog/policies/",
            &json!({
                "name": "Accessible by default", "enabled": true, "exclusive": false,
                "comment": "Every computer can read its screen aloud",
                "included_attributes": [ALL_SYSTEMS], "excluded_attributes": [],
            }),
        )
        .await?;
    admin
        .create(
            "catalog/policy-groups/",
            &json!({
                "policy": accessibility, "priority": 1,
                "included_attributes": [ALL_SYSTEMS], "excluded_attributes": [],
                "applications": [applications["Screen Reader"]],
            }),
        )
        .await?;
    Ok(())
}
