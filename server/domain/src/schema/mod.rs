//! The schema, written once for both engines, and the rows a new database starts with.

pub mod groups;
mod seed;

use migasfree_server_db::{Migration, Schema};

macro_rules! scripts {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(include_str!(concat!("../../../migrations/", $folder, "/", $name, ".sql"))),*]
    };
}

/// What this server's database has to become.
pub const SCHEMA: Schema = Schema {
    migrations: MIGRATIONS,
    plant: |tx, now| Box::pin(seed::plant(tx, now)),
};

/// Every migration, oldest first. A released script never changes: add another one.
const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "beginning",
    scripts: scripts!["0001_beginning":
        "01_accounts",
        "02_projects",
        "03_attributes",
        "04_deployments",
        "05_computers",
        "06_hardware",
        "07_catalogue",
        "08_files",
        "09_repositories",
        "10_audit_and_jobs",
        "11_identity",
        "12_certificates",
        "15_audit_chain",
        "16_unlocking",
        "13_second_factors",
        "14_api_keys",
        "15_providers",
        "17_remote",
        "18_actions",
    ],
}];
