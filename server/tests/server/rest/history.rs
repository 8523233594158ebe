//! The history of packages by when they went: found and ordered by rows of its own, which follow the lists.

use std::time::Duration;

use migasfree_server_audit::UserId;
use migasfree_server_auth::{Credential, Operator};
use migasfree_server_db::{Dialect, Sql, Ts, args};
use migasfree_server_domain::{
    computers::arrivals, declared::registry, ids::ComputerId, retention::clean,
};
use migasfree_server_entity::{
    context::Context,
    order::{self, Part},
    params::Params,
    path::ROW,
    read,
};
use sea_query::{Expr, PostgresQueryBuilder, Query, SelectStatement, SqliteQueryBuilder};

use super::Organisation;
use super::organisation::TOKEN;
use crate::on_both_engines;

const DAY: Duration = Duration::from_secs(86_400);
/// Days ago at which each of the two computers reported a list.
const REPORTED: [u32; 9] = [800, 790, 780, 770, 100, 80, 60, 30, 1];
const PACKAGES: i64 = 8;

/// What each package that came is, and when it went, by the lists alone.
const BY_THE_LISTS: &str = "SELECT s.id * 10000000 + p.package_id, (SELECT MIN(n.installed_at) \
    FROM client_softwaresnapshot AS n WHERE n.computer_id = s.computer_id \
    AND (n.installed_at, n.id) > (s.installed_at, s.id) AND NOT EXISTS (\
    SELECT 1 FROM software_inventory_package AS x WHERE x.inventory_id = n.inventory_id AND x.package_id = p.package_id)) \
    FROM client_softwaresnapshot AS s JOIN software_inventory_package AS p ON p.inventory_id = s.inventory_id \
    WHERE NOT EXISTS (SELECT 1 FROM client_softwaresnapshot AS b \
    JOIN software_inventory_package AS q ON q.inventory_id = b.inventory_id AND q.package_id = p.package_id \
    WHERE b.id = (SELECT o.id FROM client_softwaresnapshot AS o WHERE o.computer_id = s.computer_id \
    AND (o.installed_at, o.id) < (s.installed_at, s.id) ORDER BY o.installed_at DESC, o.id DESC LIMIT 1))";

/// A row of the history, and when its package went.
type Gone = (i64, Option<Ts>);
/// Whether a row is meant by a filter and its moment.
type Meant = fn(Option<Ts>, Ts) -> bool;

async fn by_the_lists(org: &Organisation) -> Vec<Gone> {
    let db = &org.server.state().db;
    let mut rows: Vec<Gone> = db.all(BY_THE_LISTS, args![]).await.unwrap();
    rows.sort_unstable_by_key(|(id, went)| (went.is_none(), *went, *id));
    rows
}

/// Two computers on which packages come, go, and come again.
async fn report(org: &mut Organisation) -> [i64; 2] {
    let mut packages = Vec::new();
    for number in 0..PACKAGES {
        packages.push(org.reported(&format!("p{number}_1_all.deb")).await);
    }
    let user = org.id("users");
    let first = org.id("computers");
    let second = org
        .computer("two", "4C4C4544-0053-4D10-8052-B8C04F4E3199", user)
        .await;
    let db = &org.server.state().db;
    for (at, days) in (0_i64..).zip(REPORTED) {
        for (computer, of) in [(first, 0_i64), (second, 1)] {
            let reported = org.now() - DAY * days + Duration::from_secs(of.unsigned_abs() * 3_600);
            let insert = "INSERT INTO software_inventory (hash, project_id, package_count) \
                          VALUES ($1, $2, 0) RETURNING id";
            let hash = format!("list {computer} {at}");
            let (list,): (i64,) = db
                .one(insert, args![hash, org.id("projects")])
                .await
                .unwrap();
            for (number, package) in (0_i64..).zip(&packages) {
                if (at * 7 + number * 5 + of * 3) % 4 != 0 {
                    let insert = "INSERT INTO software_inventory_package (inventory_id, package_id) VALUES ($1, $2)";
                    org.execute(insert, args![list, *package]).await;
                }
            }
            let count = "UPDATE software_inventory SET package_count = (SELECT COUNT(*) \
                         FROM software_inventory_package AS p WHERE p.inventory_id = $1) WHERE id = $1";
            org.execute(count, args![list]).await;
            let mut tx = db.begin().await.unwrap();
            let insert = "INSERT INTO client_softwaresnapshot (computer_id, inventory_id, installed_at) VALUES ($1, $2, $3)";
            tx.execute(insert, args![computer, list, reported])
                .await
                .unwrap();
            arrivals::compare(&mut tx, ComputerId(computer), reported)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
    }
    [first, second]
}

/// All rows of a list, page by page.
async fn pages(org: &Organisation, query: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    for page in 1.. {
        let path = format!("{TOKEN}packages-history/?{query}&page={page}&page_size=7");
        let answer = org.admin.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let rows = answer.json["results"].as_array().unwrap().iter();
        ids.extend(rows.map(|row| row["id"].as_i64().unwrap()));
        if answer.json["next"].is_null() {
            assert_eq!(answer.json["count"], ids.len(), "{query}");
            break;
        }
    }
    ids
}

/// The same as a file.
async fn exported(org: &Organisation, query: &str) -> Vec<i64> {
    let file = org
        .admin
        .get(&format!("{TOKEN}packages-history/export/?{query}"))
        .await;
    let rows = file.text.lines().skip(1);
    rows.filter_map(|row| row.split(',').next()?.parse().ok())
        .collect()
}

async fn are_as_the_lists_say(org: &Organisation) {
    let all = by_the_lists(org).await;
    let ids = |rows: &[Gone]| rows.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let up = ids(&all);
    let down: Vec<i64> = up.iter().rev().copied().collect();
    for (ordering, expected) in [("uninstall_date", &up), ("-uninstall_date", &down)] {
        let query = format!("ordering={ordering}");
        assert_eq!(&pages(org, &query).await, expected, "{query}");
        assert_eq!(&exported(org, &query).await, expected, "{query}");
    }
    let between = all.iter().filter_map(|(_, went)| *went).nth(2);
    let between = between.unwrap_or_else(|| org.now());
    let moment = between.rfc3339();
    let filters: [(String, Meant); 4] = [
        (format!("uninstall_date__gte={moment}"), |went, at| {
            went >= Some(at)
        }),
        (format!("uninstall_date__lt={moment}"), |went, at| {
            went.is_some_and(|went| went < at)
        }),
        ("uninstall_date__isnull=false".to_owned(), |went, _| {
            went.is_some()
        }),
        ("uninstall_date__isnull=true".to_owned(), |went, _| {
            went.is_none()
        }),
    ];
    for (query, meant) in filters {
        let rows: Vec<Gone> = all
            .iter()
            .filter(|(_, went)| meant(*went, between))
            .copied()
            .collect();
        let mut expected = ids(&rows);
        let ordered = format!("{query}&ordering=uninstall_date");
        assert_eq!(pages(org, &ordered).await, expected, "{ordered}");
        let mut found = pages(org, &query).await;
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
}

/// The statements of a page of the list: its rows, and how many there are.
async fn statements(org: &Organisation, query: &str) -> Vec<SelectStatement> {
    let state = org.server.state();
    let operator = Operator::load(
        &state.auth,
        UserId(1),
        Credential::Password,
        "127.0.0.1".to_owned(),
    );
    let operator = operator.await.unwrap().unwrap();
    let context = Context::new(state.services.clone(), operator);
    let resource = registry().by_route("packages-history").unwrap();
    let params = Params::from_query(query);
    let rows = read::selected(&context, resource, &params).await.unwrap();
    let some = rows.clone().expr(Expr::cust("1")).limit(10_000).take();
    let count = Query::select()
        .expr(Expr::cust("count(*)"))
        .from_subquery(some, "f")
        .take();
    let mut all = vec![count];
    for Part { mut rows, terms } in read::ordered(&context, resource, &params, rows).unwrap() {
        rows.column((ROW, "id")).limit(50);
        order::apply(&mut rows, &terms);
        all.push(rows);
    }
    all
}

/// How the engine would read a statement, a step a line. PostgreSQL is asked what it cannot help: of a few rows it rather
/// reads all.
async fn plan(org: &Organisation, statement: &SelectStatement) -> Vec<String> {
    let db = &org.server.state().db;
    let text = match db.dialect() {
        Dialect::Sqlite => format!(
            "EXPLAIN QUERY PLAN {}",
            statement.to_string(SqliteQueryBuilder)
        ),
        Dialect::Postgres => format!("EXPLAIN {}", statement.to_string(PostgresQueryBuilder)),
    };
    let sql = Sql::from(&*Box::leak(text.into_boxed_str()));
    let mut tx = db.begin().await.unwrap();
    if db.dialect() == Dialect::Sqlite {
        let rows: Vec<(i64, i64, i64, String)> = tx.all(sql, args![]).await.unwrap();
        return rows.into_iter().map(|(.., step)| step).collect();
    }
    for setting in [
        "SET LOCAL enable_seqscan = off",
        "SET LOCAL enable_bitmapscan = off",
        "SET LOCAL enable_sort = off",
    ] {
        tx.execute(setting, args![]).await.unwrap();
    }
    let rows: Vec<(String,)> = tx.all(sql, args![]).await.unwrap();
    let steps = rows.into_iter().map(|(step,)| step);
    steps
        .map(|step| step.trim_start_matches([' ', '-', '>']).to_owned())
        .collect()
}

/// Whether all rows are read for some of them.
fn reads_all(step: &str) -> bool {
    step == "SCAN t" || step.starts_with("Seq Scan")
}

/// Whether all rows are read, or sorted, for some of them.
fn is_a_waste(step: &str) -> bool {
    reads_all(step) || step == "USE TEMP B-TREE FOR ORDER BY" || step.starts_with("Sort  (")
}

on_both_engines! {
    async fn packages_are_found_and_ordered_by_when_they_went(org: Organisation) {
        let mut org = org;
        report(&mut org).await;
        are_as_the_lists_say(&org).await;
        assert!(by_the_lists(&org).await.iter().filter(|(_, went)| went.is_some()).count() > 10);
    }

    async fn when_packages_went_follows_what_is_forgotten(org: Organisation) {
        let mut org = org;
        let [first, second] = report(&mut org).await;
        let day = (org.now() - DAY * 60).rfc3339();
        let forget = async |computer: i64, what: &str| {
            let path = format!("{TOKEN}computers/{computer}/software/{what}");
            let answer = org.admin.delete(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        };
        forget(first, &format!("history/?key={}", &day[..19])).await;
        are_as_the_lists_say(&org).await;
        forget(second, "inventory/").await;
        are_as_the_lists_say(&org).await;
        // The list of 770 days ago is the first that is left.
        clean(&org.server.state().services).await.unwrap();
        let left: Vec<(i64,)> = org.server.state().db
            .all("SELECT id FROM client_softwaresnapshot WHERE computer_id = $1", args![second]).await.unwrap();
        assert_eq!(left.len(), REPORTED.len() - 4);
        are_as_the_lists_say(&org).await;
        assert!(by_the_lists(&org).await.iter().any(|(_, went)| went.is_some()));
        forget(first, "history/").await;
        are_as_the_lists_say(&org).await;
    }

    async fn an_index_finds_and_orders_what_went(org: Organisation) {
        for filter in ["gte=2024-01-01", "lt=2024-01-01", "isnull=false"] {
            let query = format!("uninstall_date__{filter}");
            for statement in statements(&org, &query).await {
                // By default what is found is ordered by the names of computers, which takes sorting it.
                let plan = plan(&org, &statement).await;
                assert!(!plan.iter().any(|step| reads_all(step)), "{query}:\n{}", plan.join("\n"));
            }
            for order in ["uninstall_date", "-uninstall_date"] {
                let query = format!("{query}&ordering={order}");
                for statement in statements(&org, &query).await {
                    let plan = plan(&org, &statement).await;
                    assert!(!plan.iter().any(|step| is_a_waste(step)), "{query}:\n{}", plan.join("\n"));
                }
            }
        }
        // All rows are counted by their lists; a page of them is read in the order of an index.
        for query in ["ordering=uninstall_date", "ordering=-uninstall_date", "ordering=id", "ordering=-install_date"] {
            for statement in statements(&org, query).await.split_off(1) {
                let plan = plan(&org, &statement).await;
                assert!(!plan.iter().any(|step| is_a_waste(step)), "{query}:\n{}", plan.join("\n"));
            }
        }
    }
}
