//! What a call needs of the database, gathered in one answer.
//!
//! A statement costs more on its way than in the database. So a call says, by the type of what it reads beside its computer
//! or project, which statements that takes; they travel within the one that finds those, and the rows of each come as JSON.

use migasfree_server_db::{Args, Result, Sql};
use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use super::{computers, projects};

/// What is read beside a computer, which is `$1`, and the project called `$2`: a field for the rows of each statement.
pub trait BesideComputer: DeserializeOwned + Send + Sync + 'static {
    /// Everything in one, made by `gathered!`.
    const STATEMENT: Sql;

    /// Adds the arguments from `$3` on.
    fn arguments(_: &mut Args) {}
}

/// What is read beside the project called `$1`: a field for the rows of each statement.
pub trait BesideProject: DeserializeOwned + Send + Sync + 'static {
    /// Everything in one, made by `gathered!`.
    const STATEMENT: Sql;

    /// Adds the arguments from `$2` on, by what is claimed.
    fn arguments(_: &mut Args, _: &Value) {}
}

/// A statement with, between its head and its tail, one text made of the rows of others: an array with an array for each,
/// whose rows are arrays of the named columns.
macro_rules! gathered {
    (@sqlite $part:expr, $columns:expr) => {
        const_format::concatcp!(
            "(SELECT json_group_array(json_array(", $columns, ")) FROM (", { $part.sqlite }, ") AS part)"
        )
    };
    (@postgres $part:expr, $columns:expr) => {
        const_format::concatcp!(
            "(SELECT COALESCE(json_agg(json_build_array(", $columns, ")), '[]') FROM (",
            { $part.postgres }, ") AS part)"
        )
    };
    ($head:expr, [$first:expr => $columns:expr $(, $other:expr => $others:expr)* $(,)?], $tail:expr) => {
        migasfree_server_db::Sql {
            sqlite: const_format::concatcp!(
                $head,
                "json_array(",
                gathered!(@sqlite $first, $columns),
                $(", ", gathered!(@sqlite $other, $others),)*
                ")",
                $tail
            ),
            postgres: const_format::concatcp!(
                $head,
                "CAST(json_build_array(",
                gathered!(@postgres $first, $columns),
                $(", ", gathered!(@postgres $other, $others),)*
                ") AS text)",
                $tail
            ),
        }
    };
}

pub(crate) use gathered;

impl BesideComputer for () {
    const STATEMENT: Sql = nothing(const_format::concatcp!(
        computers::HEAD,
        "'null'",
        computers::TAIL
    ));
}

impl BesideProject for () {
    const STATEMENT: Sql = nothing(const_format::concatcp!(
        projects::HEAD,
        "'null'",
        projects::TAIL
    ));
}

const fn nothing(text: &'static str) -> Sql {
    Sql {
        sqlite: text,
        postgres: text,
    }
}

/// What a gathered text stands for.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()).into())
}

/// A boolean, which SQLite keeps as a number.
pub(super) fn flag<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<bool, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => flag,
        number => number.as_i64().is_some_and(|number| number != 0),
    })
}
