//! Orders of actions: taken to the agents that are there, and what these say of them.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use migasfree_tunnel::message::{Control, ExecutionState};
use migasfree_types::events::Event;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::sessions::Trouble;
use crate::state::Relay;

/// Orders are looked for this often, also where nobody here was told of one: their time may have come.
const EVERY: Duration = Duration::from_secs(5);
/// Who asks for one action may ask for more.
const MOMENT: Duration = Duration::from_millis(100);
/// What an agent may say that was not taken down yet.
pub(crate) const UNHEARD: usize = 256;
/// What is added when an operator asks for an action.
const ACTION: &str = "remote.action";

/// An order for a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its execution.
    pub execution: String,
    /// Signed.
    pub order: String,
}

/// What an agent says of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// The execution.
    pub execution: String,
    /// How far it is.
    pub state: ExecutionState,
    /// With which status a program ended.
    pub exit: Option<i32>,
    /// What came out.
    pub output: Option<String>,
    /// How many times it was told of before.
    pub sequence: u32,
}

/// Who knows what computers are to do.
#[async_trait]
pub trait Orders: Debug + Send + Sync + 'static {
    /// The computers for which there are orders now.
    async fn waiting(&self) -> Result<Vec<i64>, Trouble>;

    /// The orders of a computer, each of which is given away once.
    async fn claim(&self, computer: i64) -> Result<Vec<Handed>, Trouble>;

    /// A computer says how far an execution is. What is not its own is not taken.
    async fn told(&self, computer: i64, acting: &Acting) -> Result<(), Trouble>;
}

/// Takes orders to agents until the server stops.
pub(crate) async fn deliver(relay: Relay) {
    let mut events = relay.events.listen();
    let mut rounds = interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            event = events.recv() => match event {
                Ok(event) if !concerns(&event) => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {
                    sleep(MOMENT).await;
                    events = events.resubscribe();
                }
                Err(RecvError::Closed) => return,
            },
            () = relay.stop.cancelled() => return,
        }
        if relay.registry.len() > 0 {
            look(&relay).await;
        }
    }
}

fn concerns(event: &Event) -> bool {
    event.changes(ACTION) || matches!(event, Event::Resync)
}

async fn look(relay: &Relay) {
    match relay.orders.waiting().await {
        Ok(waiting) => {
            for computer in waiting {
                hand(relay, computer).await;
            }
        }
        Err(error) => tracing::warn!(%error, "which orders wait is not known"),
    }
}

/// Gives an agent what waits for its computer, where it is there.
pub(crate) async fn hand(relay: &Relay, computer: i64) {
    let Some(agent) = relay.registry.agent(computer) else {
        return;
    };
    // An order is given away once: where it would go nowhere, it waits for the next connection.
    if relay.stop.is_cancelled() || agent.outbox.is_closed() {
        return;
    }
    match relay.orders.claim(computer).await {
        Ok(orders) => {
            for Handed { execution, order } in orders {
                agent.outbox.control(&Control::Act { execution, order });
            }
        }
        Err(error) => tracing::warn!(%error, computer, "orders cannot be taken to a computer"),
    }
}

/// Takes down what an agent says, one after the other, until it is gone.
pub(crate) async fn hear(relay: Relay, computer: i64, mut said: mpsc::Receiver<Acting>) {
    while let Some(acting) = said.recv().await {
        if let Err(error) = relay.orders.told(computer, &acting).await {
            let execution = acting.execution;
            tracing::warn!(%error, computer, execution, "what a computer says of an action is not taken down");
        }
    }
}
