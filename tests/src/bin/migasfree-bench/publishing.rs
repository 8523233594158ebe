//! Publishing: two thousand packages from nothing, and one more.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use migasfree_tests::admin::{self, Admin};
use migasfree_tests::organisation::ALL_SYSTEMS;
use serde_json::json;

use crate::table::{Limit, Row};

const PACKAGES: usize = 2_000;

pub async fn measure(admin: &Admin) -> Result<Vec<Row>> {
    let platform = admin.add("platforms/", &json!({"name": "Bench"})).await?;
    let project = admin
        .add(
            "projects/",
            &json!({
                "name": "bench-publishing", "pms": "apt", "architecture": "amd64",
                "auto_register_computers": true, "platform": platform,
            }),
        )
        .await?;
    let store = admin
        .add("stores/", &json!({"name": "many", "project": project}))
        .await?;
    let upload = Instant::now();
    let mut packages = Vec::with_capacity(PACKAGES + 1);
    for number in 0..=PACKAGES {
        let (name, content) = crate::packages::build(number)?;
        packages.push(admin::id(&admin.upload(store, &name, content).await?)?);
    }
    let uploaded = upload.elapsed().as_secs_f64() / (PACKAGES + 1) as f64;

    let last = packages.pop().unwrap_or_default();
    let deployment = admin
        .add(
            "deployments/",
            &json!({
                "name": "two thousand", "project": project, "enabled": true,
                "included_attributes": [ALL_SYSTEMS], "available_packages": packages,
            }),
        )
        .await?;
    let from_nothing = published(admin, deployment, PACKAGES).await?;
    packages.push(last);
    admin
        .change(
            &format!("deployments/{deployment}/"),
            &json!({"name": "two thousand", "project": project, "available_packages": packages}),
        )
        .await?;
    let one_more = published(admin, deployment, PACKAGES + 1).await?;
    Ok(vec![
        Row::new(
            "upload of one small package",
            uploaded * 1000.0,
            "ms",
            Limit::None,
        )
        .remark("REST, one after the other"),
        Row::new(
            "publish 2,000 packages from nothing",
            from_nothing,
            "s",
            Limit::AtMost(1.0),
        ),
        Row::new(
            "publish again with one more",
            one_more * 1000.0,
            "ms",
            Limit::AtMost(100.0),
        ),
    ])
}

/// Waits for the publication that holds `packages` and returns how long its job ran, in seconds.
async fn published(admin: &Admin, deployment: i64, packages: usize) -> Result<f64> {
    let path = format!("deployments/{deployment}/publication/");
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(120) {
        let publication = admin.get(&path).await?;
        if publication["state"] == "published" && publication["packages"] == packages {
            if let Some(seconds) = publication["seconds"].as_f64() {
                return Ok(seconds);
            }
            return Ok(start.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bail!("deployment {deployment} was not published within two minutes")
}
