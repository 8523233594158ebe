//! What rows become.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column, FromRow, Row as _, TypeInfo, ValueRef};

use super::{Arg, Ts};

/// What a row can become: every `#[derive(sqlx::FromRow)]` struct, tuples such as `(i64,)`, and [`Row`].
pub trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// A row whose columns are known only at run time. Read each column as what it is declared to be:
/// SQLite stores booleans and times as numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    names: Vec<String>,
    cells: Vec<Arg>,
}

impl Row {
    /// Number of columns.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Position of a column.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }

    /// A value as it was read.
    pub fn value(&self, index: usize) -> Option<&Arg> {
        self.cells.get(index)
    }

    /// A number.
    pub fn int(&self, index: usize) -> Option<i64> {
        match self.cells.get(index)? {
            Arg::Int(value) => *value,
            Arg::Bool(value) => value.map(i64::from),
            Arg::Time(value) => value.map(|time| time.0),
            _ => None,
        }
    }

    /// A boolean.
    pub fn bool(&self, index: usize) -> Option<bool> {
        match self.cells.get(index)? {
            Arg::Bool(value) => *value,
            Arg::Int(value) => value.map(|number| number != 0),
            _ => None,
        }
    }

    /// A floating point number.
    pub fn float(&self, index: usize) -> Option<f64> {
        match self.cells.get(index)? {
            Arg::Float(value) => *value,
            Arg::Int(value) => value.map(|number| number as f64),
            _ => None,
        }
    }

    /// A text.
    pub fn text(&self, index: usize) -> Option<&str> {
        match self.cells.get(index)? {
            Arg::Text(value) => value.as_deref(),
            _ => None,
        }
    }

    /// A point in time.
    pub fn time(&self, index: usize) -> Option<Ts> {
        match self.cells.get(index)? {
            Arg::Time(value) => *value,
            Arg::Int(value) => value.map(Ts),
            _ => None,
        }
    }
}

impl<'r> FromRow<'r, SqliteRow> for Row {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let mut cells = Vec::with_capacity(row.len());
        for index in 0..row.len() {
            let value = row.try_get_raw(index)?;
            let info = value.type_info();
            let kind = if value.is_null() { "NULL" } else { info.name() };
            cells.push(match kind {
                "NULL" => Arg::Text(None),
                "INTEGER" | "BOOLEAN" => Arg::Int(row.try_get(index)?),
                "REAL" => Arg::Float(row.try_get(index)?),
                "BLOB" => Arg::Bytes(row.try_get(index)?),
                _ => Arg::Text(row.try_get(index)?),
            });
        }
        Ok(Self {
            names: row
                .columns()
                .iter()
                .map(|column| column.name().to_owned())
                .collect(),
            cells,
        })
    }
}

impl<'r> FromRow<'r, PgRow> for Row {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        let mut cells = Vec::with_capacity(row.len());
        for (index, column) in row.columns().iter().enumerate() {
            cells.push(match column.type_info().name() {
                "INT8" => Arg::Int(row.try_get(index)?),
                "INT4" => Arg::Int(row.try_get::<Option<i32>, _>(index)?.map(i64::from)),
                "BOOL" => Arg::Bool(row.try_get(index)?),
                "FLOAT8" => Arg::Float(row.try_get(index)?),
                "TIMESTAMPTZ" => Arg::Time(row.try_get(index)?),
                "BYTEA" => Arg::Bytes(row.try_get(index)?),
                _ => Arg::Text(row.try_get(index)?),
            });
        }
        Ok(Self {
            names: row
                .columns()
                .iter()
                .map(|column| column.name().to_owned())
                .collect(),
            cells,
        })
    }
}
