//! The schema: pairs of scripts for the two engines, and the rows a new database starts with.

mod seed;

use migasfree_server_db::{Migration, Schema, Sql};

macro_rules! migrations {
    ($($number:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            script: Sql {
                sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
                postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
            },
        }),*]
    };
}

/// What this server's database has to become.
pub const SCHEMA: Schema = Schema {
    migrations: MIGRATIONS,
    plant: |tx, now| Box::pin(seed::plant(tx, now)),
};

/// Every migration, oldest first. A released script never changes: add another one.
const MIGRATIONS: &[Migration] = migrations![
    1 "0001_reference",
    2 "0002_files_and_repositories",
    3 "0003_package_history",
    4 "0004_large_lists",
    5 "0005_ticket_credentials",
    6 "0006_application_requests",
    20 "0020_domains",
    30 "0030_sign_ins",
    40 "0040_spellings_of_uuids",
    60 "0060_formulas_for_minimal_systems",
    70 "0070_serial_numbers",
    90 "0090_failed_publications",
    100 "0100_rights_on_messages",
    110 "0110_packages_in_stores",
    111 "0111_serial_numbers_in_an_index",
    120 "0120_one_content_under_one_identity",
];
