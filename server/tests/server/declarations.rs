//! What is declared is what the database has: columns of tables, and every statement, on both engines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use migasfree_server_db::{Db, Dialect, PostgresOptions, Ts, args};
use migasfree_server_domain::{declared::registry, schema::SCHEMA};
use migasfree_server_entity::schema::{Column, Default, Type};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use sqlx::Executor as _;

use crate::harness::postgres;

const NOW: Ts = Ts(1_795_226_730_374_669);

/// A column as the engine tells it: type, may be null, default.
type Stored = (String, bool, Option<String>);

async fn on_sqlite() -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(folder.path()).await.unwrap();
    db.migrate(&SCHEMA, NOW).await.unwrap();
    (db, folder)
}

async fn on_postgres() -> (Db, String) {
    let url = postgres::empty_database();
    let options = PostgresOptions {
        url: url.clone(),
        max_connections: 5,
    };
    let db = Db::open_postgres(&options).await.unwrap();
    db.migrate(&SCHEMA, NOW).await.unwrap();
    (db, url)
}

async fn columns(db: &Db) -> BTreeMap<String, Stored> {
    let sql = match db.dialect() {
        Dialect::Sqlite => {
            "SELECT m.name || '.' || c.name, lower(c.type), c.\"notnull\" = 0 AND c.pk = 0, c.dflt_value \
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
        Dialect::Postgres => {
            "SELECT CAST(table_name || '.' || column_name AS text), \
                    CAST(data_type || COALESCE('(' || character_maximum_length || ')', '') AS text), \
                    is_nullable = 'YES', CAST(column_default AS text) \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let rows: Vec<(String, String, bool, Option<String>)> = db.all(sql, args![]).await.unwrap();
    rows.into_iter()
        .map(|(name, kind, null, default)| (name, (kind, null, default)))
        .collect()
}

/// The type a declared column has; lengths are the declaration's alone, no engine cuts or counts.
fn kind(ty: Type, dialect: Dialect) -> &'static str {
    let (sqlite, postgres) = match ty {
        Type::Key(_) | Type::Int | Type::IntChoice(_) => ("integer", "bigint"),
        Type::Float => ("real", "double precision"),
        Type::Bool => ("integer", "boolean"),
        Type::Time => ("integer", "timestamp with time zone"),
        Type::Text(_)
        | Type::LongText
        | Type::Lines
        | Type::Choice(_)
        | Type::Date
        | Type::Json => ("text", "text"),
    };
    match dialect {
        Dialect::Sqlite => sqlite,
        Dialect::Postgres => postgres,
    }
}

/// Whether the engine's default, where it has one, is the declared one.
fn same_default(column: &Column, stored: Option<&str>) -> bool {
    let Some(stored) = stored else {
        return true;
    };
    let stored = stored
        .trim_end_matches("::text")
        .trim_end_matches("::bigint")
        .trim_matches('\'')
        .to_lowercase();
    match column.default {
        Default::Bool(value) => {
            stored == value.to_string() || stored == i64::from(value).to_string()
        }
        Default::Int(value) => stored == value.to_string(),
        Default::Text(value) => stored == value.to_lowercase(),
        // An empty text or a zero is what a column has that is not asked for.
        Default::None => stored.is_empty() || stored == "0" || stored == "0.0" || stored == "false",
        Default::Now | Default::Today => false,
    }
}

/// Their columns are those of the tables behind them.
async fn views(db: &Db) -> BTreeSet<String> {
    let sql = match db.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'view'",
        Dialect::Postgres => {
            "SELECT CAST(table_name AS text) FROM information_schema.views WHERE table_schema = 'public'"
        }
    };
    let rows: Vec<(String,)> = db.all(sql, args![]).await.unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

async fn compare(db: &Db) {
    let dialect = db.dialect();
    let stored = columns(db).await;
    let mut wrong = Vec::new();
    let views = views(db).await;
    let tables = registry().tables.all();
    for table in tables.filter(|table| !views.contains(table.name)) {
        for column in table.columns {
            let name = format!("{}.{}", table.name, column.name);
            let Some((found, null, default)) = stored.get(&name) else {
                wrong.push(format!("{name} is declared and not in the database"));
                continue;
            };
            if found != kind(column.ty, dialect) {
                wrong.push(format!("{name} is {found}, declared {:?}", column.ty));
            }
            if *null != column.null {
                wrong.push(format!("{name}: null {null}, declared {}", column.null));
            }
            if !same_default(column, default.as_deref()) {
                wrong.push(format!(
                    "{name}: default {default:?}, declared {:?}",
                    column.default
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{dialect:?}:\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_declared_column_is_what_both_engines_have() {
    let (sqlite, _folder) = on_sqlite().await;
    compare(&sqlite).await;
    let (postgres, _) = on_postgres().await;
    compare(&postgres).await;
}

/// A statement of the sources, as each engine gets it, and where it stands.
#[derive(Debug, Default)]
struct Statement {
    place: String,
    sqlite: String,
    postgres: String,
}

const VERBS: [&str; 5] = [
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "WITH ",
];

/// What is written for one engine alone stands in these.
const OF_ONE_ENGINE: [&str; 2] = ["server/db/src", "server/events/src/postgres.rs"];

/// The floors below the server, by their folders.
fn floors() -> Vec<PathBuf> {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = std::fs::read_dir(server).unwrap();
    let folders = folders.map(|entry| entry.unwrap().path());
    folders
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .collect()
}

fn statements_of(path: &Path, found: &mut Vec<Statement>) {
    if OF_ONE_ENGINE.iter().any(|own| path.ends_with(own)) {
        return;
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            statements_of(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|ext| ext == "rs") {
        let text = std::fs::read_to_string(path).unwrap();
        let place = path.display().to_string();
        collect(text.parse().unwrap(), &place, found);
    }
}

fn collect(tokens: TokenStream, place: &str, found: &mut Vec<Statement>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut position = 0;
    while position < tokens.len() {
        let follows =
            |text: &str| matches!(&tokens[position], TokenTree::Ident(name) if name == text);
        let is_macro = matches!(tokens.get(position + 1), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
        match (&tokens[position], tokens.get(position + 2)) {
            (TokenTree::Ident(_), Some(TokenTree::Group(group))) if is_macro && follows("sql") => {
                found.push(composed(group.stream(), place));
                position += 3;
                continue;
            }
            // Parts of a text that is put together elsewhere.
            (TokenTree::Ident(_), Some(TokenTree::Group(_)))
                if ["format", "concat", "gathered"]
                    .iter()
                    .any(|text| follows(text)) =>
            {
                position += 3;
                continue;
            }
            (TokenTree::Ident(_), _) if follows("macro_rules") => {
                position += 4;
                continue;
            }
            (TokenTree::Group(group), _) => collect(group.stream(), place, found),
            (TokenTree::Literal(literal), _) => {
                if let Some(text) = text_of(&literal.to_string())
                    && VERBS.iter().any(|verb| text.trim_start().starts_with(verb))
                {
                    found.push(Statement {
                        place: place.to_owned(),
                        sqlite: text.clone(),
                        postgres: text,
                    });
                }
            }
            _ => {}
        }
        position += 1;
    }
}

fn text_of(literal: &str) -> Option<String> {
    syn::parse_str::<syn::LitStr>(literal)
        .ok()
        .map(|text| text.value())
}

/// The parts of `sql!`, as its documentation describes them.
fn composed(tokens: TokenStream, place: &str) -> Statement {
    let mut statement = Statement {
        place: place.to_owned(),
        ..Statement::default()
    };
    let mut name = String::new();
    for token in tokens {
        match token {
            TokenTree::Literal(literal) => {
                let text = text_of(&literal.to_string()).unwrap();
                statement.sqlite.push_str(&text);
                statement.postgres.push_str(&text);
            }
            TokenTree::Ident(ident) => name = ident.to_string(),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let (sqlite, postgres) = part(&name, group.stream());
                statement.sqlite.push_str(&sqlite);
                statement.postgres.push_str(&postgres);
            }
            _ => {}
        }
    }
    statement
}

fn part(name: &str, arguments: TokenStream) -> (String, String) {
    let arguments: Vec<String> = arguments
        .into_iter()
        .filter_map(|token| match token {
            TokenTree::Literal(literal) => Some(literal.to_string()),
            _ => None,
        })
        .collect();
    let n = arguments.first().cloned().unwrap_or_default();
    match name {
        "ids" => (
            format!("(SELECT value AS id FROM json_each(${n}))"),
            format!(
                "(SELECT CAST(value AS bigint) AS id FROM jsonb_array_elements_text(CAST(${n} AS jsonb)))"
            ),
        ),
        "texts" => (
            format!("(SELECT value AS text FROM json_each(${n}))"),
            format!("(SELECT value AS text FROM jsonb_array_elements_text(CAST(${n} AS jsonb)))"),
        ),
        "objects" => (
            format!("(SELECT value FROM json_each(${n}))"),
            format!("(SELECT value FROM jsonb_array_elements(CAST(${n} AS jsonb)))"),
        ),
        "pair" => (
            text_of(&arguments[0]).unwrap(),
            text_of(&arguments[1]).unwrap(),
        ),
        other => panic!("sql! has no part {other}"),
    }
}

/// What only translates, asks the floor below.
const FRONT_ENDS: [&str; 4] = ["api", "protocol", "relay", "."];

#[test]
fn front_ends_hold_no_sql() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    for front_end in FRONT_ENDS {
        let folder = server.join(front_end);
        let mut statements = Vec::new();
        statements_of(&folder.join("src"), &mut statements);
        let places: Vec<_> = statements.iter().map(|found| &found.place).collect();
        assert!(places.is_empty(), "a statement in {places:?}");
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let needed = manifest.split("[dev-dependencies]").next().unwrap();
        for crate_of_sql in ["sea-query", "sqlx"] {
            assert!(
                !needed.contains(crate_of_sql),
                "{front_end} makes statements with {crate_of_sql}"
            );
        }
    }
}

/// Whether only the types are missing, which the arguments bring when a statement runs.
fn needs_types(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["42P08", "42P18", "42804"].contains(&&*code))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_the_sources_is_taken_by_both_engines() {
    let mut statements = Vec::new();
    for floor in floors() {
        statements_of(&floor.join("src"), &mut statements);
    }
    for floor in ["audit", "files", "jobs"] {
        let folder = format!("server/{floor}/src/");
        let is_of_floor = |statement: &Statement| statement.place.contains(&folder);
        assert!(
            statements.iter().any(is_of_floor),
            "nothing of {floor} was found"
        );
    }
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    statements_of(&server, &mut statements);
    statements.retain(|statement| {
        VERBS
            .iter()
            .any(|verb| statement.sqlite.trim_start().starts_with(verb))
    });
    assert!(
        statements.len() > 300,
        "only {} statements were found",
        statements.len()
    );

    let (_sqlite, folder) = on_sqlite().await;
    let file = format!("sqlite://{}", folder.path().join("migasfree.db").display());
    let sqlite = sqlx::SqlitePool::connect(&file).await.unwrap();
    let (_postgres, url) = on_postgres().await;
    let postgres = sqlx::PgPool::connect(&url).await.unwrap();
    let mut wrong = Vec::new();
    for statement in statements {
        let Statement {
            place,
            sqlite: for_sqlite,
            postgres: for_postgres,
        } = statement;
        let text = sqlx::AssertSqlSafe(for_sqlite.clone());
        if let Err(error) = sqlite.prepare(sqlx::SqlSafeStr::into_sql_str(text)).await {
            wrong.push(format!("{place} on SQLite: {error}\n  {for_sqlite}"));
        }
        let text = sqlx::AssertSqlSafe(for_postgres.clone());
        if let Err(error) = postgres.prepare(sqlx::SqlSafeStr::into_sql_str(text)).await
            && !needs_types(&error)
        {
            wrong.push(format!("{place} on PostgreSQL: {error}\n  {for_postgres}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
