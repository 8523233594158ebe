//! Databases in the private PostgreSQL cluster of this run of the tests, one for each test.

use migasfree_server_db::{Db, PostgresOptions};
use migasfree_tests::postgres::cluster;

static MIGRATED: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();

const TEMPLATE: &str = "migrated";

/// The address of a new, empty database.
pub fn empty_database() -> String {
    create("template0")
}

/// The address of a new database with today's schema and the seed rows.
pub async fn database() -> String {
    MIGRATED.get_or_init(make_template).await;
    create(TEMPLATE)
}

fn create(template: &str) -> String {
    cluster().create_for_this_thread(template).unwrap()
}

/// Migrating takes a moment, copying what it made does not.
async fn make_template() {
    let url = tokio::task::spawn_blocking(|| {
        cluster()
            .sql(&format!("CREATE DATABASE {TEMPLATE}"))
            .unwrap();
        cluster().url(TEMPLATE)
    })
    .await
    .unwrap();
    let db = Db::open_postgres(&PostgresOptions {
        url,
        max_connections: 1,
    })
    .await
    .unwrap();
    db.migrate(&migasfree_server_domain::schema::SCHEMA, super::clock::NOON)
        .await
        .unwrap();
    db.close().await;
}
