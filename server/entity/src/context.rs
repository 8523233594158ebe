//! Who calls, when, and with what at hand.

use std::sync::Arc;

use migasfree_server_audit as audit;
use migasfree_server_db::{Ts, Tx, zone::Zone};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::Value;

use super::{
    access::{Need, Operator},
    entity::Entity,
    error::RestError,
    load::{Reading, Source},
    registry::Registry,
    visibility::Viewer,
};
use crate::services::Services;

/// The surroundings of one call.
#[derive(Debug, Clone)]
pub struct Context {
    pub state: Services,
    pub operator: Arc<Operator>,
    pub now: Ts,
}

impl Context {
    /// The surroundings of a call by this operator, now.
    #[must_use]
    pub fn new(state: Services, operator: Operator) -> Self {
        let now = state.clock.now();
        Self {
            state,
            operator: Arc::new(operator),
            now,
        }
    }

    /// What is declared.
    #[must_use]
    pub fn registry(&self) -> &'static Registry {
        self.state.registry
    }

    /// The operator as who reads.
    #[must_use]
    pub fn reader(&self) -> Viewer<'_> {
        Viewer::reading(self.registry(), &self.operator)
    }

    /// The operator as who writes.
    #[must_use]
    pub fn writer(&self) -> Viewer<'_> {
        Viewer::writing(self.registry(), &self.operator)
    }

    /// The organisation's time zone.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.state.settings.time_zone
    }

    /// Today, where the organisation is.
    #[must_use]
    pub fn today(&self) -> time::Date {
        self.zone().date(self.now)
    }

    /// What made fields may use.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading {
            state: self.state.clone(),
            base: super::address::base(&self.state).into(),
            now: self.now,
            viewer: self
                .operator
                .is_limited()
                .then(|| Arc::clone(&self.operator)),
        }
    }

    /// Where to read outside of a transaction.
    #[must_use]
    pub fn source(&self) -> Source<'_> {
        Source::Db(&self.state.db)
    }

    /// Refuses who lacks a right on an entity.
    ///
    /// # Errors
    /// [`RestError::Forbidden`] naming the permission.
    pub fn allow(&self, entity: &Entity, need: Need) -> Result<(), RestError> {
        super::access::allow(&self.operator, entity, need)
    }

    /// Writes the audit record of a change of a row and announces it when the transaction commits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note(
        &self,
        tx: &mut Tx,
        entity: &'static Entity,
        action: &'static str,
        id: i64,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Result<(), RestError> {
        let text = super::save::text_of(self, tx, entity, id).await?;
        self.audit(tx, entity, action, id, &text, before, after)
            .await
    }

    /// The same for a row that may be gone, so that its text has to be given.
    ///
    /// # Errors
    /// When the database fails.
    #[expect(
        clippy::too_many_arguments,
        reason = "an audit record has that many parts"
    )]
    pub async fn audit(
        &self,
        tx: &mut Tx,
        entity: &'static Entity,
        action: &'static str,
        id: i64,
        text: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Result<(), RestError> {
        let change = audit::Change {
            action,
            entity: &entity.key(),
            object_id: Some(id),
            object_text: text,
            before,
            after,
        };
        audit::record(tx, self.now, &self.operator.author(), &change).await?;
        let event = Event::Changed {
            entity: entity.key(),
            id: Some(id),
            action: announced(action),
            at: self.now.rfc3339(),
        };
        self.state.events.send_after(tx, event);
        Ok(())
    }

    /// Writes the audit records of many changes of rows of one entity and announces them when the transaction commits:
    /// each, or that there were some where they are many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_all(
        &self,
        tx: &mut Tx,
        entity: &'static Entity,
        action: &'static str,
        notes: &[Note],
    ) -> Result<(), RestError> {
        const ANNOUNCED: usize = 20;
        let key = entity.key();
        let changes: Vec<audit::Change<'_>> = notes
            .iter()
            .map(|note| audit::Change {
                action,
                entity: &key,
                object_id: note.id,
                object_text: &note.text,
                before: note.before.as_ref(),
                after: note.after.as_ref(),
            })
            .collect();
        audit::record_all(tx, self.now, &self.operator.author(), &changes).await?;
        let ids: Vec<Option<i64>> = match notes {
            [] => Vec::new(),
            few if few.len() <= ANNOUNCED => few.iter().map(|note| note.id).collect(),
            _ => vec![None],
        };
        for id in ids {
            let event = Event::Changed {
                entity: key.clone(),
                id,
                action: announced(action),
                at: self.now.rfc3339(),
            };
            self.state.events.send_after(tx, event);
        }
        Ok(())
    }
}

/// One of many changes that are audited together.
#[derive(Debug)]
pub struct Note {
    /// The row; `None` when the record stands for many.
    pub id: Option<i64>,
    /// How the row is called.
    pub text: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

fn announced(action: &str) -> ChangeAction {
    match action {
        "add" | "copy" => ChangeAction::Add,
        "delete" => ChangeAction::Delete,
        _ => ChangeAction::Change,
    }
}
