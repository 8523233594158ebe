//! What goes with a row: the keys that the database itself follows.

use std::collections::HashMap;

use super::{Db, Result, Sql};
use crate::{args, sql};

/// Rows of a table that go with the row they point at.
#[derive(Debug)]
pub struct Cascade {
    /// The table.
    pub child: String,
    /// Its column that points.
    pub column: String,
    /// Its primary key.
    pub key: Vec<String>,
}

/// All of them, by the table that is pointed at.
#[derive(Debug)]
pub struct Cascades(HashMap<String, Vec<Cascade>>);

const CASCADES: Sql = sql!(pair(
    "SELECT f.\"table\", m.name, f.\"from\" FROM sqlite_master AS m \
             JOIN pragma_foreign_key_list(m.name) AS f \
             WHERE m.type = 'table' AND f.on_delete = 'CASCADE' ORDER BY 1, 2, 3",
    "SELECT CAST(p.relname AS text), CAST(c.relname AS text), CAST(a.attname AS text) \
               FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid \
               JOIN pg_class AS p ON p.oid = k.confrelid \
               JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] \
               WHERE k.contype = 'f' AND k.confdeltype = 'c' \
               AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) ORDER BY 1, 2, 3",
));

const KEYS: Sql = sql!(pair(
    "SELECT m.name, i.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS i \
             WHERE m.type = 'table' AND i.pk > 0 ORDER BY m.name, i.pk",
    "SELECT CAST(c.relname AS text), CAST(a.attname AS text) FROM pg_constraint AS k \
               JOIN pg_class AS c ON c.oid = k.conrelid \
               JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey) \
               WHERE k.contype = 'p' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
               ORDER BY 1, array_position(k.conkey, a.attnum)",
));

impl Cascades {
    /// Reads them from the schema.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(db: &Db) -> Result<Self> {
        let columns: Vec<(String, String)> = db.all(KEYS, args![]).await?;
        let mut keys: HashMap<String, Vec<String>> = HashMap::new();
        for (table, column) in columns {
            keys.entry(table).or_default().push(column);
        }
        let rows: Vec<(String, String, String)> = db.all(CASCADES, args![]).await?;
        let mut cascades: HashMap<String, Vec<Cascade>> = HashMap::new();
        for (parent, child, column) in rows {
            // A tree goes with its root.
            let Some(key) = keys.get(&child).filter(|_| child != parent) else {
                continue;
            };
            let key = key.clone();
            cascades
                .entry(parent)
                .or_default()
                .push(Cascade { child, column, key });
        }
        Ok(Self(cascades))
    }

    /// What goes with rows of a table.
    pub fn with(&self, table: &str) -> &[Cascade] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }
}
