//! What an entity does of its own around a write: rules before it, consequences after it.

use async_trait::async_trait;
use migasfree_server_db::Tx;

use super::{
    access::Operator,
    body::Body,
    context::Context,
    entity::Entity,
    error::RestError,
    json::Json,
    keeping::Users,
    values::{Stored, Values},
};

/// A row about to be written, or just written.
#[derive(Debug)]
pub struct Change<'a> {
    pub context: &'a Context,
    pub tx: &'a mut Tx,
    pub entity: &'static Entity,
    /// `None` while a new row has no id yet.
    pub id: Option<i64>,
    /// The row as it was; `None` when it is new.
    pub before: Option<&'a Stored>,
    pub values: &'a mut Values,
}

impl Change<'_> {
    /// The id; 0 before a new row has one.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id.unwrap_or_default()
    }

    /// Whether the row is new.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// The text a column will have.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&str> {
        self.values.text(column).or_else(|| {
            if self.values.has(column) {
                None
            } else {
                self.before?.text(column)
            }
        })
    }

    /// The number a column will have.
    #[must_use]
    pub fn int(&self, column: &str) -> Option<i64> {
        if self.values.has(column) {
            self.values.int(column)
        } else {
            self.before?.int(column)
        }
    }

    /// The truth a column will have.
    #[must_use]
    pub fn bool(&self, column: &str) -> Option<bool> {
        if self.values.has(column) {
            self.values.bool(column)
        } else {
            self.before?.bool(column)
        }
    }

    /// The ids a list will have.
    #[must_use]
    pub fn ids(&self, relation: &str) -> &[i64] {
        match self.values.ids(relation) {
            Some(ids) => ids,
            None => self
                .before
                .and_then(|before| before.ids(relation))
                .unwrap_or_default(),
        }
    }

    /// Whether the column gets another value than it has.
    #[must_use]
    pub fn changes(&self, column: &str) -> bool {
        self.values.has(column)
            && self
                .before
                .is_none_or(|before| before.get(column) != self.values.get(column))
    }

    /// The ids a list gains or loses.
    #[must_use]
    pub fn relinked(&self, relation: &str) -> Vec<i64> {
        let Some(after) = self.values.ids(relation) else {
            return Vec::new();
        };
        let before = self
            .before
            .and_then(|before| before.ids(relation))
            .unwrap_or_default();
        let gained = after.iter().filter(|id| !before.contains(id));
        let lost = before.iter().filter(|id| !after.contains(id));
        gained.chain(lost).copied().collect()
    }

    /// Whether the list gets other ids than it has.
    #[must_use]
    pub fn relinks(&self, relation: &str) -> bool {
        self.values.ids(relation).is_some_and(|ids| {
            self.before
                .is_none_or(|before| before.ids(relation) != Some(ids))
        })
    }
}

/// A row about to be deleted.
#[derive(Debug)]
pub struct Removal<'a> {
    pub context: &'a Context,
    pub tx: &'a mut Tx,
    pub id: i64,
    pub before: &'a Stored,
}

/// What deleting means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The row goes.
    Row,
    /// The hook did what was needed; the row stays.
    Kept,
}

/// What remains to be done after the preparation of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// The row is written as usual.
    Write,
    /// The row is written as usual, but this list is added to what it has by then.
    Adding(&'static str),
    /// A service of its own wrote the row with this id, with its audit record.
    Written(i64),
}

/// The entity's own rules. All but `prepare` happen in the transaction of the write.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Completes rows that were read with what stands in no column of theirs.
    async fn complete(&self, _context: &Context, _rows: &mut [Json]) -> Result<(), RestError> {
        Ok(())
    }

    /// Works on the body before anything is read from it, outside of the transaction: stores files.
    async fn prepare(
        &self,
        _context: &Context,
        _id: Option<i64>,
        _body: &mut Body,
    ) -> Result<Prepared, RestError> {
        Ok(Prepared::Write)
    }

    /// Whether operators may change this row without the permission; `check` limits what of it.
    fn self_service(&self, _operator: &Operator, _id: i64) -> bool {
        false
    }

    /// Checks and completes what will be written.
    async fn check(&self, _change: &mut Change<'_>) -> Result<(), RestError> {
        Ok(())
    }

    /// Follows up on what was written.
    async fn saved(&self, _change: &mut Change<'_>) -> Result<(), RestError> {
        Ok(())
    }

    /// Refuses a deletion. What is large is asked before any part of it goes, and again with the row.
    async fn going(&self, _removal: &mut Removal<'_>) -> Result<(), RestError> {
        Ok(())
    }

    /// Rows on account of which `going` refuses, by what stands for them.
    async fn holding(&self, _context: &Context, _id: i64) -> Result<Vec<Users>, RestError> {
        Ok(Vec::new())
    }

    /// Whether everything that refers to a row goes with it, so that much of it may go before it.
    fn takes_all_along(&self) -> bool {
        true
    }

    /// Decides on a deletion, before it happens.
    async fn deleting(&self, _removal: &mut Removal<'_>) -> Result<Deletion, RestError> {
        Ok(Deletion::Row)
    }

    /// Follows up on a deletion.
    async fn deleted(&self, _removal: &mut Removal<'_>) -> Result<(), RestError> {
        Ok(())
    }
}

/// No rules of its own.
#[derive(Debug)]
pub struct NoHooks;

/// The hooks of an entity without any.
pub const NO_HOOKS: NoHooks = NoHooks;

#[async_trait]
impl Hooks for NoHooks {}
