//! A believable organisation: projects, packages, a catalogue, deployments, policies, people.

mod catalogue;
mod icons;
mod people;
mod targets;

use anyhow::Result;
use serde_json::json;

use crate::admin::{self, Admin};
pub use catalogue::{APPS, App};
pub use icons::svg as icon;

/// The project most computers belong to.
pub const OFFICE: &str = "office-debian-12";
/// The project of the class rooms.
pub const SCHOOL: &str = "school-debian-12";
/// The project of the public terminals.
pub const KIOSK: &str = "kiosk-debian-12";
/// The projects, and of a hundred computers how many are in each.
pub const PROJECTS: [(&str, usize); 3] = [(OFFICE, 60), (SCHOOL, 30), (KIOSK, 10)];
/// The attribute every computer has: `SET-All Systems`.
pub const ALL_SYSTEMS: i64 = 1;

/// What the organisation's parts are called on the server.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Ids of the projects, in the order of [`PROJECTS`].
    pub projects: Vec<i64>,
    /// Ids of each project's main store, in the same order.
    pub stores: Vec<i64>,
}

impl Organisation {
    /// Fills an empty server. `say` is told what is being made.
    pub async fn create(admin: &Admin, say: impl Fn(&str)) -> Result<Self> {
        say("projects and stores");
        let organisation = Self::found(admin).await?;
        say("properties, tags and attribute sets");
        let targets = targets::create(admin).await?;
        say("a dozen packages");
        let packages = catalogue::upload(admin, &organisation).await?;
        say("deployments");
        targets::deploy(admin, &organisation, &packages, &targets).await?;
        say("the catalogue");
        let applications = catalogue::publish(admin, &organisation).await?;
        say("policies");
        targets::oblige(admin, &applications).await?;
        say("people");
        people::create(admin).await?;
        Ok(organisation)
    }

    async fn found(admin: &Admin) -> Result<Self> {
        let platform = match admin.find("platforms/?name=Linux").await {
            Ok(platform) => platform,
            Err(_) => admin.add("platforms/", &json!({"name": "Linux"})).await?,
        };
        let mut projects = Vec::new();
        let mut stores = Vec::new();
        for (name, _) in PROJECTS {
            let project = admin
                .add(
                    "projects/",
                    &json!({
                        "name": name, "pms": "apt", "architecture": "amd64",
                        "auto_register_computers": true, "platform": platform,
                    }),
                )
                .await?;
            projects.push(project);
            stores.push(
                admin
                    .add("stores/", &json!({"name": "apps", "project": project}))
                    .await?,
            );
        }
        Ok(Self { projects, stores })
    }
}

/// The id of a category by its name.
async fn category(admin: &Admin, name: &str) -> Result<i64> {
    let known = admin.list("catalog/categories/").await?;
    match known.iter().find(|category| category["name"] == name) {
        Some(category) => admin::id(category),
        None => {
            admin
                .add("catalog/categories/", &json!({"name": name}))
                .await
        }
    }
}
