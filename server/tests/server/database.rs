//! The data layer: two engines that answer alike.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use migasfree_server_db::{
    self as db, Ahead, Db, Error, PostgresOptions, Row, Ts, args, json_ids, sql,
};
use migasfree_server_domain::schema::SCHEMA;
use sea_query::{Expr, ExprTrait as _, Order, Query};

use crate::harness::postgres;
use crate::on_both_engines;

const NOW: Ts = Ts(1_795_226_730_374_669);

/// A migrated database.
struct Data {
    db: Db,
    folder: tempfile::TempDir,
}

impl Data {
    async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(folder.path()).await.unwrap();
        db.migrate(&SCHEMA, NOW).await.unwrap();
        Self { db, folder }
    }

    async fn on_postgres() -> Self {
        let db = open(postgres::empty_database()).await;
        db.migrate(&SCHEMA, NOW).await.unwrap();
        Self {
            db,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let (count,) = self.db.one::<(i64,)>(sql, args![]).await.unwrap();
        count
    }
}

async fn open(url: String) -> Db {
    Db::open_postgres(&PostgresOptions {
        url,
        max_connections: 5,
    })
    .await
    .unwrap()
}

on_both_engines! {
    async fn a_new_database_has_the_rows_everything_relies_on(data: Data) {
        let first: (String, String) = data.db
            .one("SELECT p.prefix, a.value FROM core_attribute a \
                  JOIN core_property p ON p.id = a.property_att_id WHERE a.id = 1", args![])
            .await.unwrap();
        assert_eq!(first, ("SET".to_owned(), "All Systems".to_owned()));
        let prefixes: Vec<(String,)> = data.db.all("SELECT prefix FROM core_property ORDER BY id", args![]).await.unwrap();
        let prefixes: Vec<&str> = prefixes.iter().map(|row| row.0.as_str()).collect();
        assert_eq!(prefixes, ["SET", "CID", "PLT", "PRJ", "IP", "USR", "HST", "NET", "PCI"]);
        let groups: Vec<(String, i64)> = data.db
            .all("SELECT g.name, COUNT(*) FROM auth_group g \
                  JOIN auth_group_permissions p ON p.group_id = g.id GROUP BY g.name ORDER BY g.name", args![])
            .await.unwrap();
        let groups: Vec<(&str, i64)> = groups.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(groups, [
            ("Auditor", 8), ("Computer Checker", 17), ("Configurator", 32), ("Device installer", 28), ("Domain Admin", 9),
            ("Liberator", 31), ("Operator", 92), ("Packager", 12), ("Reader", 43), ("Remote Helper", 19),
            ("Security Officer", 37),
        ]);
        assert_eq!(data.count("SELECT COUNT(*) FROM core_userprofile").await, 0, "nobody can sign in yet");
        assert_eq!(data.count("SELECT COUNT(*) FROM app_catalog_category").await, 14);
        assert_eq!(data.count("SELECT COUNT(*) FROM core_scheduledelay_attributes WHERE attribute_id = 1").await, 2);
    }

    async fn every_type_comes_back_as_it_went_in(data: Data) {
        let sql = "INSERT INTO client_notification (created_at, message, checked) VALUES ($1, $2, $3) RETURNING id";
        for (time, text, flag) in [(NOW, "ñandú", true), (Ts(-1), "", false), (Ts(0), "it's \"quoted\"", true)] {
            let (id,): (i64,) = data.db.one(sql, args![time, text, flag]).await.unwrap();
            let select = "SELECT created_at, message, checked FROM client_notification WHERE id = $1";
            let back: (Ts, String, bool) = data.db.one(select, args![id]).await.unwrap();
            assert_eq!(back, (time, text.to_owned(), flag));
            let row: Row = data.db.one(select, args![id]).await.unwrap();
            assert_eq!((row.time(0), row.text(1), row.bool(2)), (Some(time), Some(text), Some(flag)));
        }
        let nulls = "INSERT INTO core_attributeset (name, description, longitude) VALUES ('x', $1, $2) RETURNING id";
        let (id,): (i64,) = data.db.one(nulls, args![None::<&str>, None::<f64>]).await.unwrap();
        let select = "SELECT description, longitude FROM core_attributeset WHERE id = $1";
        let back: (Option<String>, Option<f64>) = data.db.one(select, args![id]).await.unwrap();
        assert_eq!(back, (None, None));
    }

    async fn times_of_dynamic_statements_compare_as_times(data: Data) {
        let insert = Query::insert()
            .into_table("client_notification")
            .columns(["created_at", "message"])
            .values_panic([NOW.into(), "dynamic".into()])
            .take();
        data.db.execute_query(&insert).await.unwrap();
        let since = |time: Ts| {
            Query::select().column("id").from("client_notification")
                .and_where(Expr::col("created_at").gte(time)).take()
        };
        assert_eq!(data.db.all_query::<(i64,)>(&since(NOW)).await.unwrap().len(), 1);
        assert_eq!(data.db.all_query::<(i64,)>(&since(Ts(NOW.0 + 1))).await.unwrap().len(), 0);
    }

    async fn lists_and_searches_mean_the_same(data: Data) {
        let names = |rows: Vec<(String,)>| rows.into_iter().map(|row| row.0).collect::<Vec<_>>();
        let picked = sql!("SELECT prefix FROM core_property WHERE id IN ", ids(1), " ORDER BY id");
        assert_eq!(names(data.db.all(picked, args![json_ids([2, 5, 99])]).await.unwrap()), ["CID", "IP"]);
        let texts = sql!("SELECT prefix FROM core_property WHERE prefix IN ", texts(1), " ORDER BY id");
        assert_eq!(names(data.db.all(texts, args![r#"["USR","x"]"#]).await.unwrap()), ["USR"]);
        let objects = sql!("SELECT o.value ->> 'name' FROM ", objects(1), " AS o WHERE CAST(o.value ->> 'n' AS BIGINT) > 1");
        let given = r#"[{"name":"a","n":1},{"name":"b","n":2}]"#;
        assert_eq!(names(data.db.all(objects, args![given]).await.unwrap()), ["b"]);

        let dialect = data.db.dialect();
        let search = |condition: Expr| Query::select().column("name").from("core_property")
            .and_where(condition).order_by("id", Order::Asc).take();
        let found = data.db.all_query(&search(dialect.contains(Expr::col("name"), "HOST"))).await.unwrap();
        assert_eq!(names(found), ["Hostname"]);
        let found = data.db.all_query(&search(dialect.contains(Expr::col("id"), "9"))).await.unwrap();
        assert_eq!(names(found), ["PCI Devices"]);
        let found = data.db.all_query(&search(dialect.contains(Expr::col("name"), "%"))).await.unwrap();
        assert_eq!(names(found), Vec::<String>::new(), "a percent sign is only itself");
        for (stored, typed) in [
            ("ÑANDÚ 1", "ñandú"), ("ñandú 2", "ÑANDÚ"), ("wyspa ŁÓDź", "Łódź"), ("a_%Á", "_%á"), ("ΟΔΟΣ 1", "οδος"), ("mÉxIco", "MéXICO"),
            ("Съешь ещё этих мягких французских булок", "СЪЕШЬ ЕЩЁ ЭТИХ МЯГКИХ ФРАНЦУЗСКИХ БУЛОК"),
        ] {
            data.db.execute("UPDATE core_property SET name = $1 WHERE id = 5", args![stored]).await.unwrap();
            let found = data.db.all_query(&search(dialect.contains(Expr::col("name"), typed))).await.unwrap();
            assert_eq!(names(found), [stored], "{typed}");
        }
        data.db.execute("UPDATE core_property SET name = 'Ñandu' WHERE id = 5", args![]).await.unwrap();
        let found = data.db.all_query(&search(dialect.contains(Expr::col("name"), "nandu"))).await.unwrap();
        assert_eq!(names(found), Vec::<String>::new(), "another letter is another letter");
        let found = data.db.all_query(&search(dialect.in_list(Expr::col("id"), json_ids([6])))).await.unwrap();
        assert_eq!(names(found), ["Login User"]);
    }

    async fn what_went_wrong_is_told_alike(data: Data) {
        let project = "INSERT INTO core_store (name, slug, project_id) VALUES ('a', 'a', $1)";
        let refused = data.db.execute(project, args![77_i64]).await.unwrap_err();
        assert!(matches!(refused, Error::ForeignKey), "{refused:?}");
        let sql = "INSERT INTO core_scheduledelay (schedule_id, delay, duration) VALUES (1, $1, $2)";
        let twice = data.db.execute(sql, args![0_i64, 1_i64]).await.unwrap_err();
        match twice {
            Error::Unique { table, columns } => {
                assert_eq!((table.as_str(), columns), ("core_scheduledelay", vec!["schedule_id".to_owned(), "delay".to_owned()]));
            }
            other => panic!("{other:?}"),
        }
        let zero = data.db.execute(sql, args![5_i64, 0_i64]).await.unwrap_err();
        assert!(matches!(zero, Error::Constraint(_)), "{zero:?}");
        let missing = data.db.one::<(i64,)>("SELECT id FROM core_platform WHERE id = 1", args![]).await.unwrap_err();
        assert!(matches!(missing, Error::NotFound));
    }

    async fn a_transaction_is_all_or_nothing(data: Data) {
        let insert = "INSERT INTO core_platform (name) VALUES ($1)";
        let told = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        for (name, commit) in [("kept", true), ("dropped", false)] {
            let mut tx = data.db.begin().await.unwrap();
            tx.execute(insert, args![name]).await.unwrap();
            let counter = std::sync::Arc::clone(&told);
            tx.after_commit(move || { counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst); });
            if commit {
                tx.commit().await.unwrap();
            }
        }
        let names: Vec<(String,)> = data.db.all("SELECT name FROM core_platform", args![]).await.unwrap();
        assert_eq!(names, [("kept".to_owned(),)]);
        assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    async fn many_writers_wait_for_each_other(data: Data) {
        data.db.execute("INSERT INTO setting (key, value) VALUES ('n', '0')", args![]).await.unwrap();
        let tasks: Vec<_> = (0..20).map(|_| {
            let db = data.db.clone();
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                tx.execute("UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 1 AS text) WHERE key = 'n'", args![]).await.unwrap();
                tx.commit().await.unwrap();
            })
        }).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(data.count("SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'n'").await, 20);
    }

    async fn a_database_of_a_newer_server_is_refused_and_left_alone(data: Data) {
        data.db.execute("INSERT INTO schema_migration (number, name, applied_at) VALUES (9999, 'future', $1)", args![NOW])
            .await.unwrap();
        let refused = data.db.migrate(&SCHEMA, NOW).await.unwrap_err();
        assert!(matches!(refused, Error::NewerSchema { found: 9999, known } if known == SCHEMA.newest()), "{refused:?}");
    }

    async fn no_second_package_of_one_identity_comes_into_the_stores_of_a_project(data: Data) {
        for there in [
            "INSERT INTO core_platform (name) VALUES ('Linux')",
            "INSERT INTO core_project (name, slug, pms, architecture, platform_id) SELECT 'Desk', 'desk', 'apt', 'amd64', id FROM core_platform",
            "INSERT INTO core_store (name, slug, project_id) SELECT 'Org', 'org', id FROM core_project",
        ] {
            data.db.execute(there, args![]).await.unwrap();
        }
        let package = "INSERT INTO core_package (fullname, name, version, architecture, project_id, store_id) \
                       SELECT $1, 'tool', '1.0', 'all', s.project_id, s.id FROM core_store AS s";
        data.db.execute(package, args!["tool_1.0_all.deb"]).await.unwrap();
        let second = data.db.execute(package, args!["tool.deb"]).await.unwrap_err();
        assert!(matches!(&second, Error::Unique { table, .. } if table == "core_package"), "{second:?}");
        let reported = "INSERT INTO core_package (fullname, name, version, architecture, project_id) \
                        SELECT 'tool_1.0_all', 'tool', '1.0', 'all', id FROM core_project";
        data.db.execute(reported, args![]).await.unwrap();
    }

    async fn a_migration_that_fails_changes_nothing(data: Data) {
        assert!(data.db.migrate(&BROKEN, NOW).await.is_err(), "one of its tables is there already");
        assert_eq!(data.count("SELECT MAX(number) FROM schema_migration").await, 1);
        let made = data.db.all::<(i64,)>("SELECT id FROM made_first", args![]).await;
        assert!(made.is_err(), "what it had made is gone");
        if data.db.dialect() == db::Dialect::Sqlite {
            let copy = data.folder.path().join("migasfree.db.schema-1");
            assert!(copy.exists(), "the file was copied first");
        }
    }
}

/// What comes after the schema, and cannot.
const BROKEN: db::Schema = db::Schema {
    migrations: &[db::Migration {
        number: 2,
        name: "broken",
        scripts: &[
            "CREATE TABLE made_first (\n    id bigint\n);",
            "CREATE TABLE setting (\n    id bigint\n);",
        ],
    }],
    plant: SCHEMA.plant,
};

#[tokio::test(flavor = "multi_thread")]
async fn of_several_servers_one_migrates() {
    let url = postgres::empty_database();
    let (one, other) = (open(url.clone()).await, open(url).await);
    let (first, second) = tokio::join!(one.migrate(&SCHEMA, NOW), other.migrate(&SCHEMA, NOW));
    let applied = [first.unwrap().applied, second.unwrap().applied];
    assert!(
        applied.contains(&0) && applied[0] != applied[1],
        "{applied:?}"
    );
}

#[tokio::test]
async fn a_data_folder_has_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let first = Db::open_sqlite(folder.path()).await.unwrap();
    assert!(matches!(
        Db::open_sqlite(folder.path()).await,
        Err(Error::InUse(_))
    ));
    drop(first);
}

/// A table as both engines have it: column to type and whether it may be null, and its keys and indexes by column.
#[derive(Debug, Default, PartialEq)]
struct Table {
    columns: BTreeMap<String, (String, bool)>,
    unique: BTreeSet<String>,
    indexes: BTreeSet<String>,
    references: BTreeSet<String>,
}

type Schema = BTreeMap<String, Table>;

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_schema() {
    let (sqlite, postgres) = (Data::on_sqlite().await, Data::on_postgres().await);
    let (sqlite, postgres) = (
        schema_of_sqlite(&sqlite.db).await,
        schema_of_postgres(&postgres.db).await,
    );
    let names = |schema: &Schema| schema.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, table) in &sqlite {
        assert_eq!(
            table, &postgres[name],
            "{name}: SQLite on the left, PostgreSQL on the right"
        );
    }
    for (name, table) in &sqlite {
        for reference in &table.references {
            let column = reference.split(' ').next().unwrap();
            let starts = |list: &String| list.split(',').next() == Some(column);
            assert!(
                table.indexes.iter().any(starts) || table.unique.iter().any(starts),
                "{name}.{column} refers to another table and has no index"
            );
        }
    }
}

async fn schema_of_sqlite(db: &Db) -> Schema {
    let columns: Vec<(String, String, String, bool, i64)> = db
        .all(
            "SELECT m.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0, c.pk FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
            args![],
        )
        .await
        .unwrap();
    let mut schema = Schema::new();
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column, kind, null, key) in columns {
        if key > 0 {
            keys.entry(table.clone()).or_default().push(column.clone());
        }
        schema
            .entry(table)
            .or_default()
            .columns
            .insert(column, (kind.to_lowercase(), null));
    }
    // A single number as primary key is the table itself and has no index.
    for (table, key) in keys.into_iter().filter(|(_, key)| key.len() == 1) {
        schema.get_mut(&table).unwrap().unique.extend(key);
    }
    let indexes: Vec<(String, bool, String)> = db
        .all(
            "SELECT m.name, i.\"unique\", (SELECT group_concat(COALESCE(x.name, '*'), ',') FROM pragma_index_info(i.name) x) \
             FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
            args![],
        )
        .await
        .unwrap();
    for (table, unique, columns) in indexes {
        let table = schema.get_mut(&table).unwrap();
        if unique {
            table.unique.insert(columns)
        } else {
            table.indexes.insert(columns)
        };
    }
    let references: Vec<(String, String, String, String)> = db
        .all(
            "SELECT m.name, f.\"from\", f.\"table\", f.on_delete FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
             WHERE m.type = 'table'",
            args![],
        )
        .await
        .unwrap();
    for (table, from, to, action) in references {
        schema
            .get_mut(&table)
            .unwrap()
            .references
            .insert(format!("{from} {to} {action}"));
    }
    schema
}

async fn schema_of_postgres(db: &Db) -> Schema {
    let columns: Vec<(String, String, String, bool)> = db
        .all(
            "SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text), is_nullable = 'YES' \
             FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
            args![],
        )
        .await
        .unwrap();
    let mut schema = Schema::new();
    for (table, column, kind, null) in columns {
        let kind = match kind.as_str() {
            "bigint" | "boolean" | "timestamp with time zone" => "integer",
            "double precision" => "real",
            "bytea" => "blob",
            other => other,
        };
        schema
            .entry(table)
            .or_default()
            .columns
            .insert(column, (kind.to_owned(), null));
    }
    let indexes: Vec<(String, bool, String)> = db
        .all(
            "SELECT CAST(t.relname AS text), i.indisunique, (SELECT string_agg(COALESCE(CAST(a.attname AS text), '*'), ',' ORDER BY k.n) \
             FROM unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k(c, n) \
             LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.c AND k.c > 0) \
             FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid \
             JOIN pg_namespace s ON s.oid = t.relnamespace JOIN pg_am m ON m.oid = x.relam \
             WHERE s.nspname = 'public' AND m.amname = 'btree'",
            args![],
        )
        .await
        .unwrap();
    for (table, unique, columns) in indexes {
        let table = schema.get_mut(&table).unwrap();
        if unique {
            table.unique.insert(columns)
        } else {
            table.indexes.insert(columns)
        };
    }
    let references: Vec<(String, String, String, String)> = db
        .all(
            "SELECT CAST(t.relname AS text), CAST(a.attname AS text), CAST(r.relname AS text), \
             CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'a' THEN 'NO ACTION' ELSE 'RESTRICT' END \
             FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid \
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'",
            args![],
        )
        .await
        .unwrap();
    for (table, from, to, action) in references {
        schema
            .get_mut(&table)
            .unwrap()
            .references
            .insert(format!("{from} {to} {action}"));
    }
    schema
}

#[tokio::test]
async fn who_waits_too_long_is_told_that_the_database_is_busy() {
    let data = Data::on_postgres().await;
    let mut holder = data.db.begin().await.unwrap();
    let all = "LOCK TABLE core_platform IN ACCESS EXCLUSIVE MODE";
    holder.execute(all, args![]).await.unwrap();
    for limit in [
        "SET LOCAL lock_timeout = '50ms'",
        "SET LOCAL statement_timeout = '50ms'",
    ] {
        let mut waiting = data.db.begin().await.unwrap();
        waiting.execute(limit, args![]).await.unwrap();
        let count = "SELECT COUNT(*) FROM core_platform";
        let told = waiting.one::<(i64,)>(count, args![]).await.unwrap_err();
        assert!(matches!(told, Error::Busy), "{limit}: {told:?}");
    }
    let limit = "SELECT current_setting('lock_timeout')";
    let (limit,): (String,) = data.db.one(limit, args![]).await.unwrap();
    assert_eq!(limit, "10s");
}

/// How many wait for a lock.
async fn locked_out(db: &Db) -> i64 {
    let count = "SELECT COUNT(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    db.one::<(i64,)>(count, args![]).await.unwrap().0
}

#[tokio::test]
async fn however_many_wait_for_a_table_some_connections_are_left() {
    const COUNT: &str = "SELECT COUNT(*) FROM core_platform";
    const PATIENCE: Duration = Duration::from_secs(5);
    let options = PostgresOptions {
        url: postgres::empty_database(),
        max_connections: 10,
    };
    let db = Db::open_postgres(&options).await.unwrap();
    db.migrate(&SCHEMA, NOW).await.unwrap();
    let mut holder = db.begin().await.unwrap();
    let all = "LOCK TABLE core_platform IN ACCESS EXCLUSIVE MODE";
    holder.execute(all, args![]).await.unwrap();
    let wait = |db: &Db| {
        let db = db.clone();
        tokio::spawn(async move { db.one::<(i64,)>(COUNT, args![]).await })
    };
    let mut waiting: Vec<_> = (0..30).map(|_| wait(&db)).collect();
    let sign_in = db.ahead(Ahead::OfOthers);
    let health = db.ahead(Ahead::OfEverybody);
    let told = tokio::time::timeout(PATIENCE, async {
        while locked_out(&sign_in).await < 3 {}
        sign_in.ping().await.unwrap();
        waiting.extend((0..10).map(|_| wait(&sign_in)));
        while locked_out(&health).await < 6 {}
        health.ping().await.unwrap();
    });
    told.await.expect("a connection");
    drop(holder);
    for one in waiting {
        one.await.unwrap().unwrap();
    }
}

/// Ends every other connection to the database, as a restart does.
async fn end_connections(url: &str) {
    let other = open(url.to_owned()).await;
    let count = async |sql: &'static str| other.one::<(i64,)>(sql, args![]).await.unwrap().0;
    let ended = count(
        "SELECT COUNT(CASE WHEN pg_terminate_backend(pid) THEN 1 END) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    assert!(ended.await > 0, "nobody was connected");
    let left = "SELECT COUNT(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while count(left).await > 0 {}
    other.close().await;
}

#[tokio::test]
async fn connections_that_the_database_ended_fail_no_statement() {
    const READ: &str = "SELECT COUNT(*) FROM core_platform";
    const NAP: &str = "SELECT COUNT(*) FROM (SELECT pg_sleep(0.2)) AS nap";
    let url = postgres::empty_database();
    let data = Data {
        db: open(url.clone()).await,
        folder: tempfile::tempdir().unwrap(),
    };
    data.db.migrate(&SCHEMA, NOW).await.unwrap();
    let before = data.count(READ).await;
    for name in ["read", "write", "returning", "transaction"] {
        // Several are at hand, all of them used a moment ago.
        tokio::join!(data.count(NAP), data.count(NAP), data.count(NAP));
        end_connections(&url).await;
        let insert = "INSERT INTO core_platform (name) VALUES ($1)";
        match name {
            "read" => assert_eq!(data.count(READ).await, before),
            "write" => assert_eq!(data.db.execute(insert, args![name]).await.unwrap(), 1),
            "returning" => {
                let sql = "INSERT INTO core_platform (name) VALUES ($1) RETURNING id";
                data.db.one::<(i64,)>(sql, args![name]).await.unwrap();
            }
            _ => {
                let mut tx = data.db.begin().await.unwrap();
                tx.execute(insert, args![name]).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    }
    assert_eq!(data.count(READ).await, before + 3);
}
