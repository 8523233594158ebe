//! The columns and lists of one row, while it is being written.

use std::collections::BTreeMap;

use migasfree_server_db::{Arg, Row, Ts};
use serde_json::{Map, Value};

use super::{
    body::{Carried, File},
    json::Json,
    schema::Table,
};

/// A row as it is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stored {
    columns: BTreeMap<&'static str, Arg>,
    links: BTreeMap<&'static str, Vec<i64>>,
}

/// What will be written.
#[derive(Debug, Default)]
pub struct Values {
    row: Stored,
    /// Members that only the hooks understand.
    pub extra: Map<String, Value>,
    /// Files of a multipart form.
    pub files: Vec<File>,
    /// What the preparation of the write handed on.
    pub carried: Option<Carried>,
    /// What the answer to who makes the row says in place of these members, and nobody is told again.
    pub told_once: Vec<(&'static str, Json)>,
}

impl Stored {
    /// Sets a column.
    pub fn set(&mut self, column: &'static str, value: Arg) {
        self.columns.insert(column, value);
    }

    /// Sets a list.
    pub fn set_ids(&mut self, relation: &'static str, ids: Vec<i64>) {
        self.links.insert(relation, ids);
    }

    /// The value of a column.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&Arg> {
        self.columns.get(column)
    }

    /// Whether there is a value for a column, if only an empty one.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The ids of a list.
    #[must_use]
    pub fn ids(&self, relation: &str) -> Option<&[i64]> {
        self.links.get(relation).map(Vec::as_slice)
    }

    /// A text.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.columns.get(column)? {
            Arg::Text(value) => value.as_deref(),
            _ => None,
        }
    }

    /// A whole number.
    #[must_use]
    pub fn int(&self, column: &str) -> Option<i64> {
        match self.columns.get(column)? {
            Arg::Int(value) => *value,
            _ => None,
        }
    }

    /// A truth; SQLite stores it as a number.
    #[must_use]
    pub fn bool(&self, column: &str) -> Option<bool> {
        match self.columns.get(column)? {
            Arg::Bool(value) => *value,
            Arg::Int(value) => value.map(|value| value != 0),
            _ => None,
        }
    }

    /// All columns.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &Arg)> {
        self.columns.iter().map(|(name, value)| (*name, value))
    }

    /// All lists.
    pub fn links(&self) -> impl Iterator<Item = (&'static str, &[i64])> {
        self.links.iter().map(|(name, ids)| (*name, ids.as_slice()))
    }

    /// Reads the columns of a row, in the order of the table's declaration.
    #[must_use]
    pub fn of_row(table: &'static Table, row: &Row) -> Self {
        use super::schema::Type;
        let columns = table
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let value = match column.ty {
                    Type::Key(_) | Type::Int | Type::IntChoice(_) => Arg::Int(row.int(index)),
                    Type::Float => Arg::Float(row.float(index)),
                    Type::Bool => Arg::Bool(row.bool(index)),
                    Type::Time => Arg::Time(row.time(index)),
                    _ => Arg::Text(row.text(index).map(str::to_owned)),
                };
                (column.name, value)
            })
            .collect();
        Self {
            columns,
            links: BTreeMap::new(),
        }
    }

    /// As the audit record keeps it; secrets are masked.
    #[must_use]
    pub fn audited(&self, table: &'static Table) -> Value {
        let is_secret = |name: &str| table.column(name).is_some_and(|column| column.secret);
        self.members(|name, value| {
            if is_secret(name) {
                Value::from("•••")
            } else {
                plain(value)
            }
        })
    }

    /// Everything, secrets too: nothing to show to anybody.
    #[must_use]
    pub fn plain(&self) -> Value {
        self.members(|_, value| plain(value))
    }

    fn members(&self, column: impl Fn(&str, &Arg) -> Value) -> Value {
        let mut members = Map::new();
        for (name, value) in &self.columns {
            members.insert((*name).to_owned(), column(name, value));
        }
        for (name, ids) in &self.links {
            members.insert((*name).to_owned(), Value::from(ids.clone()));
        }
        Value::Object(members)
    }
}

fn plain(value: &Arg) -> Value {
    match value {
        Arg::Int(value) => Value::from(*value),
        Arg::Bool(value) => Value::from(*value),
        Arg::Float(value) => Value::from(*value),
        Arg::Text(value) => Value::from(value.clone()),
        Arg::Time(value) => Value::from(value.map(Ts::rfc3339)),
        Arg::Bytes(_) => Value::Null,
    }
}

impl std::ops::Deref for Values {
    type Target = Stored;

    fn deref(&self) -> &Stored {
        &self.row
    }
}

impl std::ops::DerefMut for Values {
    fn deref_mut(&mut self) -> &mut Stored {
        &mut self.row
    }
}

impl Values {
    /// Sets a text.
    pub fn set_text(&mut self, column: &'static str, text: impl Into<String>) {
        self.row.set(column, Arg::Text(Some(text.into())));
    }
}
