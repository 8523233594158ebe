//! Orders of the server, which go to the daemon, and what it tells of them, which goes to the relay.
//!
//! Nothing of it is kept here: while there is no relay, what the daemon tells waits with the daemon.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use migasfree_dbus::RemoteProxy;
use migasfree_grant::order::verify;
use migasfree_native::key::PublicKey;
use migasfree_tunnel::message::{Control, ExecutionState};
use tokio::sync::mpsc::UnboundedSender;

use crate::clock::{Clock as _, SystemClock};

/// The way of orders and of what becomes of them.
#[derive(Debug, Clone)]
pub(super) struct Actions {
    daemon: RemoteProxy<'static>,
    say: UnboundedSender<Control>,
    is_connected: Arc<AtomicBool>,
}

impl Actions {
    pub(super) fn new(daemon: RemoteProxy<'static>, say: UnboundedSender<Control>) -> Self {
        Self {
            daemon,
            say,
            is_connected: Arc::default(),
        }
    }

    /// There is a relay: what waits is told.
    pub(super) fn connected(&self) {
        self.is_connected.store(true, Ordering::SeqCst);
        self.ask_again();
    }

    /// There is none: what is told waits with the daemon.
    pub(super) fn disconnected(&self) {
        self.is_connected.store(false, Ordering::SeqCst);
    }

    /// Has the daemon tell what waits, where that can be passed on.
    pub(super) fn ask_again(&self) {
        if !self.is_connected.load(Ordering::SeqCst) {
            return;
        }
        let daemon = self.daemon.clone();
        tokio::spawn(async move {
            if let Err(error) = daemon.tell_actions().await {
                tracing::debug!(%error, "the daemon does not tell of orders");
            }
        });
    }

    /// Gives an order to the daemon. What is none, or what that does not take, is refused: nothing of it was done.
    pub(super) async fn act(&self, server: Option<PublicKey>, execution: String, order: &str) {
        let refused = match check(server, &execution, order) {
            Ok(()) => match self.daemon.act(order).await {
                Err(error) if error.code().is_some() => Some(error.message().text),
                // Nobody knows what became of it.
                Err(error) => {
                    tracing::warn!(%error, "the daemon does not answer");
                    None
                }
                Ok(()) => None,
            },
            Err(said) => Some(said),
        };
        if let Some(said) = refused {
            tracing::info!(execution, said, "an order is not taken");
            self.pass_on(Control::Acting {
                execution,
                state: ExecutionState::Refused,
                exit: None,
                output: Some(said),
                sequence: 0,
            });
        }
    }

    /// Passes on how far an order is, by the word of the daemon.
    pub(super) fn told(
        &self,
        (execution, state, exit): (&str, &str, i32),
        output: &str,
        sequence: u32,
    ) {
        let Ok(state) = serde_json::from_value(state.into()) else {
            return;
        };
        self.pass_on(Control::Acting {
            execution: execution.to_owned(),
            state,
            exit: (exit >= 0).then_some(exit),
            output: (!output.is_empty()).then(|| output.to_owned()),
            sequence,
        });
    }

    fn pass_on(&self, control: Control) {
        if self.is_connected.load(Ordering::SeqCst) {
            // The other end lives as long as the agent.
            let _ = self.say.send(control);
        }
    }
}

/// What is no order of the server never reaches the daemon.
fn check(server: Option<PublicKey>, execution: &str, order: &str) -> Result<(), String> {
    let server = server.ok_or("the key of the server is not known")?;
    let now = SystemClock.now().unix_timestamp();
    let order = verify(order, &server, now).map_err(|error| error.to_string())?;
    if order.execution == execution {
        return Ok(());
    }
    Err("the order is for another execution".to_owned())
}
