//! Tells administrators what computers change.

use migasfree_types::events::{ChangeAction, Event};

use crate::ProtocolState;

/// Something computers may do changed what administrators see.
pub(crate) fn changed(state: &ProtocolState, entity: &str, id: i64, action: ChangeAction) {
    let at = state.clock.now().rfc3339();
    state.events.send(Event::Changed {
        entity: entity.to_owned(),
        id: Some(id),
        action,
        at,
    });
}
