//! The places where the two SQL dialects differ, side by side.

use sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};

use super::Ts;
use super::capitals::{folded, without_capitals};

/// Which SQL a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A statement; most have one text for both engines, [`crate::sql!`] makes the others.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// As SQLite wants it.
    pub sqlite: &'static str,
    /// As PostgreSQL wants it.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self {
            sqlite: text,
            postgres: text,
        }
    }
}

impl Sql {
    /// The text for a dialect.
    pub const fn text(self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }
}

/// A statement from literals and from parts that the engines write differently:
///
/// | Part | Argument | Stands for |
/// |---|---|---|
/// | `ids(n)` | `$n`: JSON array of numbers | a subquery with the column `id` |
/// | `texts(n)` | `$n`: JSON array of strings | a subquery with the column `text` |
/// | `objects(n)` | `$n`: JSON array of objects | a subquery with the column `value`; read members with `value ->> 'name'` (text) and cast |
/// | `pair("…", "…")` | – | the first text on SQLite, the second on PostgreSQL |
///
/// ```
/// # use migasfree_server_db::sql;
/// let picked = sql!("SELECT id FROM core_package WHERE id IN ", ids(1), " ORDER BY id");
/// let stored = sql!("INSERT INTO core_packageset_packages (packageset_id, package_id) \
///     SELECT $1, listed.id FROM ", ids(2), " AS listed");
/// assert!(picked.sqlite.contains("json_each($1)") && stored.postgres.contains("CAST($2 AS jsonb)"));
/// ```
#[macro_export]
macro_rules! sql {
    (@made [$($sqlite:tt)*] [$($postgres:tt)*]) => {
        $crate::Sql { sqlite: concat!($($sqlite)*), postgres: concat!($($postgres)*) }
    };
    (@made [$($s:tt)*] [$($p:tt)*] ids($n:literal) $(, $($rest:tt)*)?) => {
        $crate::sql!(@made
            [$($s)* "(SELECT value AS id FROM json_each($", $n, "))",]
            [$($p)* "(SELECT CAST(value AS bigint) AS id FROM jsonb_array_elements_text(CAST($", $n, " AS jsonb)))",]
            $($($rest)*)?)
    };
    (@made [$($s:tt)*] [$($p:tt)*] texts($n:literal) $(, $($rest:tt)*)?) => {
        $crate::sql!(@made
            [$($s)* "(SELECT value AS text FROM json_each($", $n, "))",]
            [$($p)* "(SELECT value AS text FROM jsonb_array_elements_text(CAST($", $n, " AS jsonb)))",]
            $($($rest)*)?)
    };
    (@made [$($s:tt)*] [$($p:tt)*] objects($n:literal) $(, $($rest:tt)*)?) => {
        $crate::sql!(@made
            [$($s)* "(SELECT value FROM json_each($", $n, "))",]
            [$($p)* "(SELECT value FROM jsonb_array_elements(CAST($", $n, " AS jsonb)))",]
            $($($rest)*)?)
    };
    (@made [$($s:tt)*] [$($p:tt)*] pair($a:literal, $b:literal $(,)?) $(, $($rest:tt)*)?) => {
        $crate::sql!(@made [$($s)* $a,] [$($p)* $b,] $($($rest)*)?)
    };
    (@made [$($s:tt)*] [$($p:tt)*] $text:literal $(, $($rest:tt)*)?) => {
        $crate::sql!(@made [$($s)* $text,] [$($p)* $text,] $($($rest)*)?)
    };
    ($($part:tt)+) => { $crate::sql!(@made [] [] $($part)+) };
}

/// Writes how a member of an unpacked list is read, from its place.
type Member = fn(usize) -> String;

impl Dialect {
    /// `column IN (…)` for dynamic statements; `json` is a JSON array of numbers.
    /// The statement's text does not depend on the length of the list.
    pub fn in_list(self, column: impl Into<Expr>, json: String) -> Expr {
        let text = match self {
            Self::Sqlite => "? IN (SELECT value FROM json_each(?))",
            Self::Postgres => {
                "$1 = ANY(ARRAY(SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST($2 AS jsonb))))"
            }
        };
        Expr::cust_with_exprs(text, [column.into(), Expr::val(json)])
    }

    /// The same with a list of texts.
    pub fn in_texts(self, column: impl Into<Expr>, texts: &[&str]) -> Expr {
        let text = match self {
            Self::Sqlite => "? IN (SELECT value FROM json_each(?))",
            Self::Postgres => {
                "$1 = ANY(ARRAY(SELECT value FROM jsonb_array_elements_text(CAST($2 AS jsonb))))"
            }
        };
        let list = serde_json::json!(texts).to_string();
        Expr::cust_with_exprs(text, [column.into(), Expr::val(list)])
    }

    /// A table of time spans: `n` counts them from 0, `start_at` and `end_at` are their ends.
    pub fn intervals(self, spans: &[(Ts, Ts)]) -> SelectStatement {
        let list: Vec<_> = spans
            .iter()
            .enumerate()
            .map(|(n, (start, end))| (n, start.0, end.0))
            .collect();
        let list = Expr::val(serde_json::json!(list).to_string());
        let (unpack, number, time): (_, Member, Member) = match self {
            Self::Sqlite => (
                Func::cust("json_each").arg(list),
                |index| format!("e.value ->> {index}"),
                |index| format!("e.value ->> {index}"),
            ),
            Self::Postgres => (
                Func::cust("jsonb_array_elements").arg(list.cast_as("jsonb")),
                |index| format!("CAST(e.value ->> {index} AS bigint)"),
                |index| {
                    format!(
                        "timestamptz 'epoch' + CAST(e.value ->> {index} AS bigint) * interval '1 microsecond'"
                    )
                },
            ),
        };
        Query::select()
            .expr_as(Expr::cust(number(0)), "n")
            .expr_as(Expr::cust(time(1)), "start_at")
            .expr_as(Expr::cust(time(2)), "end_at")
            .from_function(unpack, "e")
            .take()
    }

    /// `column` contains `term`, without regard to capitals. `column` is compared as text.
    pub fn contains(self, column: impl Into<Expr>, term: &str) -> Expr {
        let column = column.into();
        if term.is_ascii() {
            return self.like(column, term);
        }
        let folded = folded(term);
        let found = self.like(without_capitals(column.clone(), term), &folded);
        // Says nothing new, but an index may know it, and most rows end here.
        let plain = folded.split(|letter: char| !letter.is_ascii());
        match plain.max_by_key(|part| part.len()) {
            Some(part) if !part.is_empty() => self.like(column, part).and(found),
            _ => found,
        }
    }

    /// The same without regard to the capitals of ASCII alone.
    fn like(self, column: Expr, term: &str) -> Expr {
        let escaped = escape_like(term);
        let text = match self {
            // Half the time with each row.
            Self::Sqlite if escaped == term => "? LIKE ?",
            Self::Sqlite => "? LIKE ? ESCAPE '!'",
            Self::Postgres => "CAST($1 AS text) ILIKE $2 ESCAPE '!'",
        };
        Expr::cust_with_exprs(text, [column, Expr::val(format!("%{escaped}%"))])
    }
}

/// Makes `%`, `_` and `!` ordinary characters of a `LIKE … ESCAPE '!'` pattern.
pub fn escape_like(term: &str) -> String {
    let mut escaped = String::with_capacity(term.len());
    for character in term.chars() {
        if matches!(character, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(character);
    }
    escaped
}

/// A JSON array of ids, as `ids(n)` of [`crate::sql!`] and [`Dialect::in_list`] take it.
pub fn json_ids<I: Into<i64>>(ids: impl IntoIterator<Item = I>) -> String {
    let ids: Vec<i64> = ids.into_iter().map(Into::into).collect();
    serde_json::Value::from(ids).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_patterns_take_the_term_literally() {
        assert_eq!(escape_like("50%_!x"), "50!%!_!!x");
    }
}
