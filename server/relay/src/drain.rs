//! When the server stops: everybody is told to come back, and not all at once.

use crate::failures;
use crate::state::Relay;

/// Agents that come back in one second.
const IN_A_SECOND: usize = 200;

/// Waits until the server stops, and sends everybody away.
pub(crate) async fn drain(relay: Relay) {
    relay.stop.cancelled().await;
    for session in relay.all() {
        session.leave_off();
    }
    let mut agents = relay.registry.all();
    // Somebody waits for these.
    agents.sort_by_key(|agent| agent.sessions().is_empty());
    for (index, agent) in agents.into_iter().enumerate() {
        let after = u32::try_from(1 + index / IN_A_SECOND).unwrap_or(u32::MAX);
        agent.outbox.go_away(failures::draining(), Some(after));
        agent.outbox.close();
    }
}
