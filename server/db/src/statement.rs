//! Statements ready to run.

use sea_query::{
    DeleteStatement, InsertStatement, PostgresQueryBuilder, QueryStatementBuilder, SelectStatement,
    SqliteQueryBuilder, UpdateStatement, WithQuery,
};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::{Args, Dialect, Error, Sql};

/// Text and arguments for one engine. Public only in name: nothing outside this module makes one.
#[derive(Debug)]
pub struct Prepared {
    pub(super) text: SqlStr,
    pub(super) args: Args,
    pub(super) reads: bool,
    /// Whether it may be sent again when nobody knows what became of it.
    pub(super) repeats: bool,
}

impl Prepared {
    pub(super) fn fixed(dialect: Dialect, sql: Sql, args: Args) -> Self {
        let text = sql.text(dialect);
        let reads = starts_with_word(text, "SELECT") || starts_with_word(text, "WITH");
        Self {
            text: text.into_sql_str(),
            args,
            reads,
            repeats: reads,
        }
    }
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let text = text.trim_start();
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// A dynamic statement made with sea-query. Its text holds names and placeholders only:
/// every value travels as an argument.
pub trait Statement {
    /// Text and arguments for an engine.
    fn prepare(&self, dialect: Dialect) -> Result<Prepared, Error>;
}

fn build(
    statement: &impl QueryStatementBuilder,
    dialect: Dialect,
    reads: bool,
) -> Result<Prepared, Error> {
    let (text, values) = match dialect {
        Dialect::Sqlite => statement.build_any(&SqliteQueryBuilder),
        Dialect::Postgres => statement.build_any(&PostgresQueryBuilder),
    };
    Ok(Prepared {
        text: AssertSqlSafe(text).into_sql_str(),
        args: values.try_into()?,
        reads,
        repeats: reads,
    })
}

macro_rules! statements {
    ($($type:ty: $reads:literal),* $(,)?) => {$(
        impl Statement for $type {
            fn prepare(&self, dialect: Dialect) -> Result<Prepared, Error> {
                build(self, dialect, $reads)
            }
        }
    )*};
}

statements! {
    SelectStatement: true,
    WithQuery: true,
    InsertStatement: false,
    UpdateStatement: false,
    DeleteStatement: false,
}
