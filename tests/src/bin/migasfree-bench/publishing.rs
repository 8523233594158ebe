//! Publishing: two thousand packages from nothing, and one more.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
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
    let pool = tempfile::tempdir()?;
    let built = (0..=PACKAGES)
        .map(crate::packages::build)
        .collect::<Result<Vec<_>>>()?;
    for (name, content) in &built {
        std::fs::write(pool.path().join(name), content)?;
    }
    let upload = Instant::now();
    let mut packages = Vec::with_capacity(built.len());
    for (name, content) in built {
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
    let (index, index_again) = apt_ftparchive(pool.path())?;
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
        )
        .beside("`apt-ftparchive packages` of the same files", index),
        Row::new(
            "publish again with one more",
            one_more * 1000.0,
            "ms",
            Limit::AtMost(100.0),
        )
        .beside(
            "`apt-ftparchive --db`, the second time",
            index_again * 1000.0,
        ),
    ])
}

/// Seconds that Debian's own tool needs to index a folder, and to do it again with what it remembers.
fn apt_ftparchive(pool: &Path) -> Result<(f64, f64)> {
    let memory = tempfile::tempdir()?;
    let run = || -> Result<f64> {
        let start = Instant::now();
        let output = Command::new("apt-ftparchive")
            .arg("--db")
            .arg(memory.path().join("cache.db"))
            .arg("packages")
            .arg(pool)
            .output()?;
        ensure!(
            output.status.success(),
            "apt-ftparchive: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(start.elapsed().as_secs_f64())
    };
    Ok((run()?, run()?))
}

/// Waits for the publication that holds `packages` and returns how long that took, in seconds.
async fn published(admin: &Admin, deployment: i64, packages: usize) -> Result<f64> {
    let path = format!("deployments/{deployment}/publication/");
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(120) {
        let publication = admin.get(&path).await?;
        if publication["state"] == "published" && publication["packages"] == packages {
            return Ok(start.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bail!("deployment {deployment} was not published within two minutes")
}
