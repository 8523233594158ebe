//! What grows with time is removed when the settings say so, and not before somebody looked at it.

use std::time::Duration;

use migasfree_server::config::Settings;
use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{args, clock::Clock as _};
use migasfree_server_domain::{computers::arrivals, ids::ComputerId, retention::clean};

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
    let sql =
        "INSERT INTO client_statuslog (created_at, computer_id, status) VALUES ($1, 1, 'assigned')";
    db.execute(sql, args![at]).await.unwrap();
    let change = Change {
        action: "add",
        entity: "core.store",
        object_id: None,
        object_text: "",
        before: None,
        after: None,
    };
    let mut tx = db.begin().await.unwrap();
    audit::record(&mut tx, at, &Author::server(), &change)
        .await
        .unwrap();
    tx.commit().await.unwrap();
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
        "UPDATE audit_head SET last_id = 0, hash = ''",
        "DELETE FROM client_notification",
    ] {
        db.execute(sql, args![]).await.unwrap();
    }
}

on_both_engines! {
    async fn old_records_go_after_their_time_unless_nobody_looked_at_them(server: Server) {
        prepare(&server).await;
        for (days, checked) in [(3_000, true), (3_000, false), (1, true)] {
            plant(&server, days, checked).await;
        }
        assert_eq!(clean(server.state()).await.unwrap(), 7);
        // Unchecked ones stay, and the changes of status are kept for ever.
        assert_eq!(counts(&server).await, [2, 2, 2, 1, 3, 1]);
        assert_eq!(clean(server.state()).await.unwrap(), 0);
    }
}

on_both_engines! {
    async fn software_that_no_list_history_store_set_or_deployment_names_is_forgotten(server: Server) {
        prepare(&server).await;
        let db = &server.state().db;
        let ago = |days: u32| server.clock.now() - DAY * days;
        for sql in [
            "INSERT INTO core_store (id, name, slug, project_id) VALUES (1, 'org', 'org', 1)",
            "INSERT INTO core_packageset (id, name, project_id, store_id) VALUES (1, 'set', 1, 1)",
            "INSERT INTO core_deployment (id, name, slug, project_id, start_date) VALUES (1, 'base', 'base', 1, '2026-01-01')",
        ] {
            db.execute(sql, args![]).await.unwrap();
        }
        let packages = ["installed", "older", "oldest", "in-force", "in-store", "in-set", "offered", "invented"];
        for (number, name) in (1_i64..).zip(packages) {
            let store = (name == "in-store").then_some(1_i64);
            let sql = "INSERT INTO core_package (id, fullname, name, version, architecture, project_id, store_id) \
                       VALUES ($1, $2, $2, '1', 'all', 1, $3)";
            db.execute(sql, args![number, name, store]).await.unwrap();
        }
        db.execute("INSERT INTO core_packageset_packages (packageset_id, package_id) VALUES (1, 6)", args![]).await.unwrap();
        db.execute("INSERT INTO core_deployment_available_packages (deployment_id, package_id) VALUES (1, 7)", args![]).await.unwrap();
        // The second list is in force when the time to keep begins; nobody has the last one.
        let lists: [(i64, &[i64], Option<u32>); 5] = [
            (1, &[1, 3], Some(3_000)), (2, &[1, 4], Some(2_000)), (3, &[1, 2, 5], Some(100)), (4, &[1], Some(1)), (5, &[8], None),
        ];
        for (list, packages, days) in lists {
            let sql = "INSERT INTO software_inventory (id, hash, project_id, package_count) VALUES ($1, $2, 1, $3)";
            db.execute(sql, args![list, format!("h{list}"), packages.len() as i64]).await.unwrap();
            for package in packages {
                let sql = "INSERT INTO software_inventory_package (inventory_id, package_id) VALUES ($1, $2)";
                db.execute(sql, args![list, *package]).await.unwrap();
            }
            let Some(days) = days else { continue };
            let sql = "INSERT INTO client_softwaresnapshot (computer_id, inventory_id, installed_at) VALUES (1, $1, $2)";
            let mut tx = db.begin().await.unwrap();
            tx.execute(sql, args![list, ago(days)]).await.unwrap();
            arrivals::compare(&mut tx, ComputerId(1), ago(days)).await.unwrap();
            tx.commit().await.unwrap();
        }
        db.execute("UPDATE client_computer SET software_inventory_id = 4 WHERE id = 1", args![]).await.unwrap();
        clean(server.state()).await.unwrap();
        let left: Vec<(String,)> = db.all("SELECT fullname FROM core_package ORDER BY id", args![]).await.unwrap();
        let left: Vec<&str> = left.iter().map(|(name,)| name.as_str()).collect();
        assert_eq!(left, ["installed", "older", "in-force", "in-store", "in-set", "offered"]);
        let came: Vec<(i64, i64)> = db.all("SELECT inventory_id, came_count FROM client_softwaresnapshot ORDER BY id", args![]).await.unwrap();
        assert_eq!(came.iter().map(|(list, _)| *list).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(came[0].1, 2, "with the first list that is left all its packages came");
        let history: Vec<(String, bool)> = db.all(
            "SELECT k.fullname, h.uninstall_date IS NULL FROM client_packagehistory AS h JOIN core_package AS k ON k.id = h.package_id ORDER BY h.id",
            args![],
        ).await.unwrap();
        let history: Vec<(&str, bool)> = history.iter().map(|(name, is_there)| (name.as_str(), *is_there)).collect();
        assert_eq!(history, [("installed", true), ("in-force", false), ("older", false), ("in-store", false)]);
        assert_eq!(clean(server.state()).await.unwrap(), 0);
    }
}

on_both_engines! {
    async fn what_let_computers_in_goes_when_it_is_long_over(server: Server) {
        prepare(&server).await;
        let db = &server.state().db;
        let ago = |days: u32| server.clock.now() - DAY * days;
        let keys = [
            ("waits long", "pending", 91, false), ("waits", "pending", 89, false),
            ("refused long ago", "rejected", 91, false), ("refused", "rejected", 89, false),
            ("before", "replaced", 91, true), ("now", "active", 900, true), ("taken back", "revoked", 900, true),
        ];
        for (name, state, days, is_known) in keys {
            let sql = "INSERT INTO client_computerkey (computer_id, project_id, public_key, thumbprint, state, origin, name, \
                       created_at, decided_at) VALUES ($1, 1, $2, $2, $3, 'approval', $2, $4, $4)";
            let computer = is_known.then_some(1_i64);
            db.execute(sql, args![computer, name, state, ago(days)]).await.unwrap();
        }
        let tokens = [
            ("over long", 366, None), ("over", 364, None), ("used up long", 0, Some(1_i64)), ("not used up", 0, Some(2)),
        ];
        for (name, days, max_uses) in tokens {
            let sql = "INSERT INTO client_enrolmenttoken (name, secret_hash, project_id, expires_at, max_uses, uses, created_at) \
                       VALUES ($1, $1, 1, $2, $3, 1, $4)";
            db.execute(sql, args![name, ago(days), max_uses, ago(400)]).await.unwrap();
        }
        for (serial, days) in [("old", 366), ("ended", 364)] {
            let sql = "INSERT INTO certificate (serial, kind, subject, fingerprint, not_before, not_after) \
                       VALUES ($1, 'server', 'CN=x', 'f', $2, $3)";
            db.execute(sql, args![serial, ago(900), ago(days)]).await.unwrap();
        }
        assert_eq!(clean(server.state()).await.unwrap(), 6);
        let left = async |sql: &'static str| {
            let rows: Vec<(String,)> = db.all(sql, args![]).await.unwrap();
            rows.into_iter().map(|(name,)| name).collect::<Vec<_>>()
        };
        assert_eq!(left("SELECT name FROM client_computerkey ORDER BY id").await, ["waits", "refused", "now", "taken back"]);
        assert_eq!(left("SELECT name FROM client_enrolmenttoken ORDER BY id").await, ["over", "not used up"]);
        assert_eq!(left("SELECT serial FROM certificate ORDER BY id").await, ["ended"]);
        assert_eq!(clean(server.state()).await.unwrap(), 0);
    }

    async fn the_last_key_of_a_computer_stays_so_that_its_sealed_calls_stay_refused(server: Server) {
        prepare(&server).await;
        let db = &server.state().db;
        let sql = "INSERT INTO client_computerkey (computer_id, project_id, public_key, thumbprint, state, origin, created_at, decided_at) \
                   VALUES (1, 1, 'k', 'k', 'replaced', 'moved', $1, $1)";
        db.execute(sql, args![server.clock.now() - DAY * 900_u32]).await.unwrap();
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
    for _ in 0..600 {
        plant(&server, 3_000, false).await;
    }
    plant(&server, 1, false).await;
    clean(server.state()).await.unwrap();
    assert_eq!(counts(&server).await, [601, 1, 1, 1, 1, 1]);
}
