//! What grows with time is removed when the settings say so, and not before somebody looked at it.

use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_db::{args, clock::Clock as _};
use migasfree_server_domain::retention::clean;

use crate::harness::Server;
use crate::on_both_engines;

const TABLES: [&str; 6] = [
    "client_error",
    "client_fault",
    "client_notification",
    "client_synchronization",
    "client_statuslog",
    "audit_record",
];
const DAY: Duration = Duration::from_secs(86_400);

/// A computer with a row of each kind for each of `days` ago, checked or not.
async fn plant(server: &Server, days: u32, checked: bool) {
    let db = &server.state().db;
    let at = server.clock.now() - DAY * days;
    for sql in [
        "INSERT INTO client_error (created_at, computer_id, project_id, description, checked) VALUES ($1, 1, 1, 'x', $2)",
        "INSERT INTO client_fault (created_at, computer_id, project_id, fault_definition_id, result, checked) VALUES ($1, 1, 1, 1, 'x', $2)",
        "INSERT INTO client_notification (created_at, message, checked) VALUES ($1, 'x', $2)",
        "INSERT INTO client_synchronization (created_at, computer_id, project_id, pms_status_ok) VALUES ($1, 1, 1, $2)",
    ] {
        db.execute(sql, args![at, checked]).await.unwrap();
    }
    for sql in [
        "INSERT INTO client_statuslog (created_at, computer_id, status) VALUES ($1, 1, 'assigned')",
        "INSERT INTO audit_record (created_at, username, action, entity) VALUES ($1, 'ana', 'add', 'core.store')",
    ] {
        db.execute(sql, args![at]).await.unwrap();
    }
}

async fn counts(server: &Server) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        let sql = match table {
            "client_error" => "SELECT COUNT(*) FROM client_error",
            "client_fault" => "SELECT COUNT(*) FROM client_fault",
            "client_notification" => "SELECT COUNT(*) FROM client_notification",
            "client_synchronization" => "SELECT COUNT(*) FROM client_synchronization",
            "client_statuslog" => "SELECT COUNT(*) FROM client_statuslog",
            _ => "SELECT COUNT(*) FROM audit_record",
        };
        counts.push(
            server
                .state()
                .db
                .one::<(i64,)>(sql, args![])
                .await
                .unwrap()
                .0,
        );
    }
    counts
}

async fn prepare(server: &Server) {
    let db = &server.state().db;
    let now = server.clock.now();
    for sql in [
        "INSERT INTO core_platform (id, name) VALUES (1, 'Linux') ON CONFLICT DO NOTHING",
        "INSERT INTO core_project (id, name, slug, pms, architecture, platform_id) VALUES (1, 'one', 'one', 'apt', 'amd64', 1) ON CONFLICT DO NOTHING",
        "INSERT INTO client_faultdefinition (id, name) VALUES (1, 'f') ON CONFLICT DO NOTHING",
    ] {
        db.execute(sql, args![]).await.unwrap();
    }
    db.execute(
        "INSERT INTO client_computer (id, uuid, name, project_id, status, created_at, updated_at) \
         VALUES (1, '4C4C4544-0036-3010-8056-B7C04F4E4B32', 'pc1', 1, 'assigned', $1, $1)",
        args![now],
    )
    .await
    .unwrap();
    for sql in [
        "DELETE FROM audit_record",
        "DELETE FROM client_notification",
    ] {
        db.execute(sql, args![]).await.unwrap();
    }
}

on_both_engines! {
    async fn old_records_go_after_their_time_unless_nobody_looked_at_them(server: Server) {
        prepare(&server).await;
        for (days, checked) in [(1, true), (3_000, true), (3_000, false)] {
            plant(&server, days, checked).await;
        }
        assert_eq!(clean(server.state()).await.unwrap(), 7);
        // Unchecked ones stay, and the changes of status are kept for ever.
        assert_eq!(counts(&server).await, [2, 2, 2, 1, 3, 1]);
        assert_eq!(clean(server.state()).await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_kept_for_ever_or_not_even_until_checked_is_a_setting() {
    let settings = Settings {
        keep_errors_days: 0,
        keep_status_logs_days: 10,
        keep_unchecked: false,
        ..Server::sqlite_settings()
    };
    let server = Server::with(settings).await;
    prepare(&server).await;
    plant(&server, 1, false).await;
    for _ in 0..600 {
        plant(&server, 3_000, false).await;
    }
    clean(server.state()).await.unwrap();
    assert_eq!(counts(&server).await, [601, 1, 1, 1, 1, 1]);
}
