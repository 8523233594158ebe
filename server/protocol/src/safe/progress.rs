//! Tells administrators what computers are doing.

use migasfree_server_db::Ts;
use migasfree_server_domain::client::{computers::Computer, projects::Project};
use migasfree_types::events::{ChangeAction, Event, EventComputer, EventProject};
use migasfree_types::message::Message;

use super::call::ComputerCall;
use super::shapes::search_fields;
use crate::ProtocolState;

/// The computer is doing something.
pub(super) fn tell(
    state: &ProtocolState,
    computer: &Computer,
    project: &Project,
    doing: Message,
    now: Ts,
) {
    let computer = shown(state, computer, project);
    state.events.send(Event::Progress {
        computer,
        doing,
        at: now.rfc3339(),
    });
}

/// The computer finished a synchronisation.
pub(super) fn synchronised<B>(call: &ComputerCall<B>, pms_status_ok: bool) {
    let computer = shown(&call.state, &call.computer, &call.project);
    let at = call.now.rfc3339();
    call.state.events.send(Event::Synchronization {
        computer,
        pms_status_ok,
        at,
    });
}

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

fn shown(state: &ProtocolState, computer: &Computer, project: &Project) -> EventComputer {
    EventComputer {
        id: computer.id.0,
        name: computer.name.clone().unwrap_or_default(),
        text: computer.display_name(&search_fields(&state.settings)),
        project: EventProject {
            id: project.id.0,
            name: project.name.clone(),
        },
    }
}
