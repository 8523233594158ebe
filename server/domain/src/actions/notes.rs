//! What becomes of executions, in the chain of the audit and for whoever looks at them.

use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_db::{Result, Ts, Tx};
use migasfree_types::events::{ChangeAction, Event};
use serde_json::Value;

use super::executions::EXECUTIONS;
use crate::services::Services;

/// An execution as the audit names it, whatever becomes of its computer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Named {
    pub(super) id: i64,
    pub(super) uuid: String,
    pub(super) computer_id: i64,
    pub(super) verb: String,
    pub(super) operator_name: String,
}

impl Named {
    fn text(&self) -> String {
        format!(
            "CID-{}, {}, {} ({})",
            self.computer_id, self.verb, self.operator_name, self.uuid
        )
    }
}

/// Notes what became of an execution, when the transaction commits.
pub(super) async fn note(
    state: &Services,
    tx: &mut Tx,
    execution: &Named,
    (what, details): (&str, &Value),
    author: &Author,
    now: Ts,
) -> Result<()> {
    let entity = EXECUTIONS.key();
    let change = Change {
        action: what,
        entity: &entity,
        object_id: Some(execution.id),
        object_text: &execution.text(),
        before: None,
        after: Some(details),
    };
    audit::record(tx, now, author, &change).await?;
    announce(state, tx, Some(execution.id), now);
    Ok(())
}

/// Tells the console that an execution is not what it was; or some, where they are many.
pub(super) fn announce(state: &Services, tx: &mut Tx, execution: Option<i64>, now: Ts) {
    let event = Event::Changed {
        entity: EXECUTIONS.key(),
        id: execution,
        action: ChangeAction::Change,
        at: now.rfc3339(),
    };
    state.events.send_after(tx, event);
}

/// A computer, as the author of what it says.
pub(super) fn computer(id: i64) -> Author {
    Author {
        user: None,
        name: format!("CID-{id}"),
        address: String::new(),
    }
}
