//! The least an administrator does so that computers get packages: a project that takes every computer, and one deployment.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::admin::{self, Admin};
use crate::organisation::ALL_SYSTEMS;
use crate::package::Package;

/// Packages for every computer of one project.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The project, which is made.
    pub project: &'a str,
    /// The deployment, which is made.
    pub deployment: &'a str,
    /// What is uploaded.
    pub packages: &'a [Package],
    /// Packages that are made already, uploaded as well.
    pub files: &'a [PathBuf],
}

impl Offer<'_> {
    /// Uploads the packages and waits until the deployment is published.
    ///
    /// # Errors
    /// When the server refuses something, or nothing is published within a minute.
    pub async fn publish(&self, admin: &Admin, url: &str) -> Result<()> {
        let platform = admin.add("platforms/", &json!({"name": "Linux"})).await?;
        let project = admin
            .add(
                "projects/",
                &json!({
                    "name": self.project, "pms": "apt", "architecture": "amd64",
                    "auto_register_computers": true, "platform": platform,
                }),
            )
            .await?;
        let store = admin
            .add("stores/", &json!({"name": "main", "project": project}))
            .await?;
        let mut uploaded = Vec::new();
        for package in self.packages {
            let answer = admin
                .upload(store, &package.file_name(), package.build()?)
                .await?;
            uploaded.push(admin::id(&answer)?);
        }
        for file in self.files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let content = std::fs::read(file).with_context(|| file.display().to_string())?;
            uploaded.push(admin::id(&admin.upload(store, &name, content).await?)?);
        }
        let deployment = admin
            .create(
                "deployments/",
                &json!({
                    "name": self.deployment, "project": project, "enabled": true,
                    "included_attributes": [ALL_SYSTEMS], "available_packages": uploaded,
                }),
            )
            .await?;
        let slug = deployment["slug"]
            .as_str()
            .context("a deployment has a slug")?;
        is_published(&format!(
            "{url}/public/{}/repos/dists/{slug}/InRelease",
            self.project
        ))
        .await
    }
}

async fn is_published(release: &str) -> Result<()> {
    let start = Instant::now();
    while !reqwest::get(release).await?.status().is_success() {
        ensure!(
            start.elapsed() < Duration::from_secs(60),
            "{release} was not published"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
