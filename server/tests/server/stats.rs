//! Statistics: the numbers, who may see them, and what a domain leaves of them.

use std::time::Duration;

use migasfree_server_db::{Ts, args, clock::Clock as _};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};
use crate::on_both_engines;

const ROOT: &str = "/api/v1/token/stats";

const PATHS: &[&str] = &[
    "alerts",
    "overview",
    "applications/category",
    "applications/level",
    "applications/project",
    "computers/projects",
    "computers/platforms",
    "computers/machine",
    "computers/status",
    "computers/productive/platform",
    "computers/attributes/count",
    "computers/new/month",
    "computers/entry/year",
    "deployments/enabled/project",
    "deployments/enabled",
    "deployments/schedule",
    "errors/unchecked",
    "faults/unchecked",
    "errors/status/project",
    "faults/definition",
    "errors/project/month",
    "errors/project/day",
    "faults/project/month",
    "faults/project/day",
    "syncs/project/month",
    "syncs/project/day",
    "migrations/project/month",
    "migrations/project/day",
    "errors/history",
    "faults/history",
    "syncs/history",
    "migrations/history",
    "status-logs/history",
    "migrations/project",
    "status-logs/status",
    "status-logs/month",
    "notifications/month",
    "features/property",
    "tags/category",
    "packages/store",
    "packages-history/project",
    "stores/project",
    "syncs/project",
    "syncs/yearly",
    "syncs/monthly",
    "syncs/daily",
    "syncs/hourly",
    "errors/by-day/?computer_id=1",
    "syncs/by-day/?computer_id=1",
    "deployments/1/computers/assigned",
    "deployments/1/computers/status/ok",
    "deployments/1/computers/status/error",
    "deployments/1/timeline",
    "deployments/1/computers/delay",
];

async fn ask(client: &Client, path: &str) -> Answer {
    let path = match path.split_once('?') {
        Some((path, query)) => format!("{ROOT}/{}/?{query}", path.trim_end_matches('/')),
        None => format!("{ROOT}/{path}/"),
    };
    client.get(&path).await
}

async fn answer(client: &Client, path: &str) -> Value {
    let answer = ask(client, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json
}

/// Two projects of one platform with computers 1 to 4; computer 1 holds attribute 2 of the domain 1.
async fn fill(server: &Server) {
    let db = &server.state().db;
    let now = server.clock.now();
    let ago = |hours: u64| now - Duration::from_secs(hours * 3600);
    let run = async |sql: &'static str, args| {
        db.execute(sql, args)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    };
    run("INSERT INTO core_platform (name) VALUES ('Linux')", args![]).await;
    for name in ["desk", "lab"] {
        run(
            "INSERT INTO core_project (name, slug, pms, architecture, platform_id) VALUES ($1, $1, 'apt', 'amd64', 1)",
            args![name],
        )
        .await;
    }
    let computers = [
        ("pc1", 1_i64, "assigned", "P", Some(ago(1))),
        ("pc2", 1, "reserved", "V", Some(ago(24 * 9))),
        ("pc3", 2, "in repair", "P", None),
        ("pc4", 2, "assigned", "P", Some(ago(2))),
    ];
    for (name, project, status, machine, seen) in computers {
        let (id,): (i64,) = db
            .one(
                "INSERT INTO client_computer (uuid, name, project_id, status, machine, created_at, updated_at, sync_end_date) \
                 VALUES ($1, $1, $2, $3, $4, $5, $5, $6) RETURNING id",
                args![name, project, status, machine, ago(24 * 60), seen],
            )
            .await
            .unwrap();
        run(
            "INSERT INTO client_statuslog (computer_id, created_at, status) VALUES ($1, $2, 'assigned')",
            args![id, ago(24 * 60)],
        )
        .await;
        run(
            "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) VALUES ($1, 1)",
            args![id],
        )
        .await;
    }
    run("INSERT INTO client_statuslog (computer_id, created_at, status) VALUES (3, $1, 'in repair')", args![ago(30)]).await;
    run(
        "INSERT INTO core_attribute (property_att_id, value) VALUES (8, '10.0.0.0/24')",
        args![],
    )
    .await;
    run(
        "INSERT INTO client_computer_sync_attributes (computer_id, attribute_id) VALUES (1, 2)",
        args![],
    )
    .await;
    run("INSERT INTO core_domain (name) VALUES ('NORTH')", args![]).await;
    run(
        "INSERT INTO core_domain_included_attributes (domain_id, attribute_id) VALUES (1, 2)",
        args![],
    )
    .await;
    for (computer, project, ok, at) in [
        (1_i64, 1_i64, true, ago(1)),
        (1, 1, false, ago(3)),
        (4, 2, true, ago(2)),
        (2, 1, true, ago(24 * 9)),
    ] {
        run(
            "INSERT INTO client_synchronization (created_at, computer_id, project_id, pms_status_ok) VALUES ($1, $2, $3, $4)",
            args![at, computer, project, ok],
        )
        .await;
    }
    let slot = |at: Ts| {
        at.rfc3339()
            .chars()
            .filter(char::is_ascii_digit)
            .take(8)
            .collect::<String>()
            .parse::<i64>()
            .unwrap()
    };
    run(
        "INSERT INTO stats_synchronization (granularity, slot, project_id, computers) VALUES ('D', $1, 0, 2)",
        args![slot(ago(1))],
    )
    .await;
    for (computer, project, checked) in [
        (1_i64, 1_i64, false),
        (1, 1, false),
        (4, 2, false),
        (4, 2, true),
    ] {
        run(
            "INSERT INTO client_error (created_at, computer_id, project_id, checked, description) VALUES ($1, $2, $3, $4, 'x')",
            args![ago(2), computer, project, checked],
        )
        .await;
    }
    run(
        "INSERT INTO core_deployment (name, slug, project_id, start_date, schedule_id) VALUES ('base', 'base', 1, $1, 1)",
        args![now.date().to_string()],
    )
    .await;
    run("INSERT INTO core_deployment (name, slug, project_id, start_date, enabled) VALUES ('off', 'off', 2, '2026-01-01', FALSE)", args![]).await;
    run("INSERT INTO client_deploymentresult (deployment_id, computer_id, ok) VALUES (1, 1, TRUE), (1, 2, FALSE)", args![]).await;
    run(
        "INSERT INTO core_store (name, slug, project_id) VALUES ('main', 'main', 1)",
        args![],
    )
    .await;
    run("INSERT INTO core_package (fullname, name, version, architecture, project_id, store_id) VALUES ('a_1_all.deb', 'a', '1', 'all', 1, 1)", args![]).await;
    run(
        "INSERT INTO client_notification (created_at, message) VALUES ($1, 'hello')",
        args![now],
    )
    .await;
    run("INSERT INTO client_message (computer_id, created_at, message) VALUES (1, $1, 'synchronizing')", args![ago(0)]).await;
    run("INSERT INTO app_catalog_application (name, created_at, level, category_id) VALUES ('Compiler', $1, 'A', 1)", args![now]).await;
    run(
        "INSERT INTO application_request (application_id, computer_id, person, justification, created_at) VALUES (1, 1, 'ana', '', $1)",
        args![now],
    )
    .await;
}

async fn filled(settings: migasfree_server::config::Settings) -> Server {
    let mut settings = settings;
    settings.clients.time_zone = migasfree_server_db::zone::Zone::utc();
    let server = Server::with(settings).await;
    fill(&server).await;
    server
}

struct Fleet(Server);

impl Fleet {
    async fn on_sqlite() -> Self {
        Self(filled(Server::sqlite_settings()).await)
    }

    async fn on_postgres() -> Self {
        Self(filled(Server::postgres_settings().await).await)
    }

    async fn limited(&self) -> Client {
        let client = self
            .0
            .operator(
                "north",
                &[
                    "client.view_computer",
                    "client.view_error",
                    "client.view_synchronization",
                    "core.view_deployment",
                ],
            )
            .await;
        let sql = "UPDATE core_userprofile SET domain_preference_id = 1 WHERE username = 'north'";
        self.0.state().db.execute(sql, args![]).await.unwrap();
        client
    }
}

/// Name and value of the parts of a circle.
fn parts(circle: &Value) -> Vec<(&str, i64)> {
    circle
        .as_array()
        .unwrap()
        .iter()
        .map(|part| {
            (
                part["name"].as_str().unwrap(),
                part["value"].as_i64().unwrap(),
            )
        })
        .collect()
}

fn sum(bars: &Value) -> i64 {
    bars.as_array()
        .unwrap()
        .iter()
        .map(|bar| bar["value"].as_i64().unwrap())
        .sum()
}

on_both_engines! {
    async fn every_statistic_answers_and_only_to_who_may_view_it(server: Fleet) {
        let admin = server.0.admin().await;
        let nobody = server.0.operator("nobody", &[]).await;
        for path in PATHS {
            answer(&admin, path).await;
            assert_eq!(ask(&server.0.anonymous(), path).await.status, 401, "{path}");
            let refused = ask(&nobody, path).await;
            match *path {
                "alerts" => assert_eq!(refused.json, json!([])),
                "overview" => assert_eq!(refused.json["figures"], json!([])),
                _ => assert_eq!((refused.status, refused.code()), (403, "permission_denied"), "{path}"),
            }
        }
    }

    async fn rings_and_pies_carry_the_filters_of_their_lists(server: Fleet) {
        let admin = server.0.admin().await;
        let ring = answer(&admin, "computers/productive/platform").await;
        assert_eq!((ring["total"].as_i64(), parts(&ring["inner"])), (Some(3), vec![("Linux", 3)]));
        assert_eq!(ring["inner"][0]["platform_id"], 1);
        assert_eq!(parts(&ring["outer"]), [("desk", 2), ("lab", 1)]);
        assert_eq!((&ring["outer"][0]["platform_id"], &ring["outer"][0]["project_id"]), (&json!(1), &json!(1)));

        let ring = answer(&admin, "computers/status").await;
        assert_eq!(parts(&ring["inner"]), [("Productive", 3), ("Unproductive", 1)]);
        assert_eq!(ring["inner"][1]["status_in"], "in repair,available");
        assert_eq!(parts(&ring["outer"]), [("Assigned", 2), ("Reserved", 1), ("In repair", 1)]);
        assert_eq!(ring["outer"][0]["status_in"], "assigned");

        let ring = answer(&admin, "deployments/schedule").await;
        assert_eq!(parts(&ring["outer"]), [("With schedule", 1), ("Without schedule", 1)]);
        assert_eq!(ring["outer"][1]["schedule"], true);

        let pie = answer(&admin, "features/property").await;
        assert_eq!(pie["data"].as_array().unwrap().len(), 2);
        assert_eq!(answer(&admin, "computers/projects").await["total"], 2, "groups, not computers");
        assert_eq!(answer(&admin, "computers/attributes/count/?attributes=1&project_id=1").await, json!(2));
        let unread = ask(&admin, "computers/attributes/count/?attributes=x").await;
        assert_eq!((unread.status, unread.json["attributes"].is_array()), (400, true));
    }

    async fn bars_count_what_happened_in_their_interval(server: Fleet) {
        let admin = server.0.admin().await;
        let days = answer(&admin, "errors/project/day").await;
        assert_eq!(days["x_labels"].as_array().unwrap().len(), 35);
        assert_eq!((sum(&days["data"]["desk"]), sum(&days["data"]["lab"])), (2, 2));
        let bar = &days["data"]["desk"][0];
        assert_eq!((&bar["model"], &bar["project__id__exact"]), (&json!("errors"), &json!(1)));
        assert!(bar["created_at__gte"].as_str() < bar["created_at__lt"].as_str());

        let hours = answer(&admin, "syncs/history").await;
        assert_eq!(hours["x_labels"].as_array().unwrap().len(), 72);
        assert_eq!(sum(&hours["data"]["Synchronizations"]), 3, "one computer in three hours, the other in one of them");
        let new = answer(&admin, "computers/new/month").await;
        assert_eq!(sum(&new["data"]["desk"]), 2);
        let years = answer(&admin, "computers/entry/year").await;
        assert_eq!(sum(&years["data"]["Computers"]), 3, "the virtual one is not counted");
        let daily = answer(&admin, "syncs/daily").await;
        assert_eq!(sum(&daily["data"]["Computers"]), 2);
        let label = daily["x_labels"][34].as_str().unwrap();
        assert!(label.ends_with(')') && label.len() == "2026-11-21 (Sat)".len(), "{label}");
        let wrong = ask(&admin, "errors/project/month/?begin=13-2026").await;
        assert_eq!((wrong.status, wrong.json["begin"].is_array()), (400, true));
        let by_day = answer(&admin, "errors/by-day/?computer_id=1").await;
        assert_eq!(by_day[0][1], 2);
        assert_eq!(ask(&admin, "errors/by-day").await.status, 400);
    }

    async fn a_deployment_tells_how_far_it_is(server: Fleet) {
        let admin = server.0.admin().await;
        assert_eq!(answer(&admin, "deployments/1/computers/assigned").await, json!([1, 2]));
        assert_eq!(answer(&admin, "deployments/1/computers/status/error").await, json!([2]));
        let line = answer(&admin, "deployments/1/timeline").await;
        assert_eq!(line["computers"], json!({"assigned": 2, "ok": 1, "error": 1}));
        assert_eq!(line["schedule"]["percent"], 0);
        let delay = answer(&admin, "deployments/1/computers/delay").await;
        let provided = delay["data"]["Provided"].as_array().unwrap();
        assert_eq!(provided.last().unwrap()["value"], 2, "in the end all of them");
        assert_eq!(provided.len(), delay["x_labels"].as_array().unwrap().len());
        assert_eq!(ask(&admin, "deployments/2/computers/delay").await.status, 400, "it has no schedule");
        server.0.state().db.execute("UPDATE client_computer SET status = 'unsubscribed' WHERE id = 2", args![]).await.unwrap();
        let line = answer(&admin, "deployments/1/timeline").await;
        assert_eq!(line["computers"], json!({"assigned": 1, "ok": 1, "error": 0}), "of those it is still aimed at");
        for path in ["deployments/77/timeline", "deployments/x/timeline", "deployments/x/computers/delay"] {
            let nothing = ask(&admin, path).await;
            assert_eq!((nothing.status, nothing.code()), (404, "not_found"), "{path}");
        }
    }

    async fn alerts_tell_what_has_to_be_looked_at(server: Fleet) {
        let alerts = answer(&server.0.admin().await, "alerts").await;
        assert_eq!(alerts[0]["said"]["code"], "alert_synchronizing");
        assert_eq!(alerts[0]["said"]["text"], alerts[0]["msg"]);
        let found: Vec<_> = alerts.as_array().unwrap().iter()
            .map(|alert| (alert["api"]["model"].as_str().unwrap(), alert["level"].as_str().unwrap(), alert["result"].as_str().unwrap()))
            .collect();
        assert_eq!(found, [
            ("messages", "info", "1"), ("deployments", "info", "1"), ("packages", "warning", "1"),
            ("notifications", "warning", "1"), ("errors", "critical", "3"),
        ]);
    }

    async fn the_overview_has_figures_charts_and_what_needs_attention(server: Fleet) {
        let overview = answer(&server.0.admin().await, "overview").await;
        let figure = |code: &str| {
            let figures = overview["figures"].as_array().unwrap();
            let figure = figures.iter().find(|figure| figure["code"] == code).unwrap();
            (figure["value"].as_i64().unwrap(), figure["trend"].as_i64())
        };
        assert_eq!(figure("computers"), (3, Some(-1)), "one went into repair this week");
        assert_eq!(figure("silent"), (1, Some(-1)), "a week ago nobody but computer 2 had been heard of");
        assert_eq!(figure("deployments"), (1, Some(0)));
        assert_eq!(figure("errors"), (3, Some(3)));
        let days = overview["synchronizations"].as_array().unwrap();
        let total = |name: &str| days.iter().map(|day| day[name].as_i64().unwrap()).sum::<i64>();
        assert_eq!((days.len(), total("computers"), total("failed")), (30, 2, 1));
        assert_eq!(overview["projects"][0], json!({"id": 1, "name": "desk", "computers": 2}));
        let attention: Vec<_> = overview["attention"].as_array().unwrap().iter()
            .map(|item| (item["code"].as_str().unwrap(), item["count"].as_i64().unwrap())).collect();
        assert_eq!(attention, [
            ("errors", 3), ("synchronization_failed", 1), ("silent_computers", 1), ("application_requests", 1), ("orphan_packages", 1),
        ]);
        assert_eq!(overview["attention"][0]["examples"][0]["name"], "CID-1", "the one with most of them first");
    }

    async fn a_domain_limits_every_number(server: Fleet) {
        let north = server.limited().await;
        let ring = answer(&north, "computers/productive/platform").await;
        assert_eq!(parts(&ring["outer"]), [("desk", 1)]);
        let errors = answer(&north, "errors/project/day").await;
        assert_eq!((sum(&errors["data"]["desk"]), errors["data"]["lab"].is_null()), (2, true));
        assert_eq!(sum(&answer(&north, "syncs/daily").await["data"]["Computers"]), 1);
        assert_eq!(answer(&north, "errors/by-day/?computer_id=4").await, json!([]));
        assert_eq!(ask(&north, "deployments/2/timeline").await.status, 404, "its project has no visible computer");
        let (db, year) = (&server.0.state().db, i64::from(server.0.clock.now().date().year()));
        for (project, computers) in [(0_i64, 9_i64), (2, 7)] {
            let sql = "INSERT INTO stats_synchronization (granularity, slot, project_id, computers) VALUES ('Y', $1, $2, $3)";
            db.execute(sql, args![year, project, computers]).await.unwrap();
        }
        for (query, most) in [("", 1), ("?project_id=2", 0)] {
            let years = answer(&north, &format!("syncs/yearly{query}")).await;
            let counts = years.as_array().unwrap().iter().map(|year| year[1].as_i64().unwrap());
            assert_eq!(counts.max(), Some(most), "{query}: {years}");
            for steps in ["monthly", "daily", "hourly"] {
                let path = format!("syncs/{steps}{query}");
                let bars = answer(&north, &path).await;
                assert_eq!(sum(&bars["data"]["Computers"]) > 0, most > 0, "{path}: {bars}");
            }
        }
        let told = ask(&north, "syncs/yearly?begin=soon").await;
        let text = "Write begin as a year from 1970 to 2999: \"soon\" is none.";
        assert_eq!((told.status, &told.json["detail"]), (404, &json!(text)));
        let overview = answer(&north, "overview").await;
        assert_eq!(overview["figures"][0]["value"], 1);
        assert_eq!(overview["projects"].as_array().unwrap().len(), 1);
    }
}
