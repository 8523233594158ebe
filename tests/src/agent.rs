//! An authentication agent of polkit, as a desktop has one, whose person dismisses every prompt or none.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use zbus::message::Header;
use zbus::{Connection, OwnedVariant, interface};
use zbus_polkit::policykit1::{AuthorityProxy, Subject};

const PATH: &str = "/org/migasfree/test/agent";

/// What was asked, in order: the action's id and the message a person would have read.
#[derive(Clone, Debug, Default)]
pub struct Prompts(Arc<Mutex<Vec<(String, String)>>>, Arc<AtomicUsize>);

impl Prompts {
    /// The prompts so far.
    pub fn seen(&self) -> Vec<(String, String)> {
        self.0.lock().map(|seen| seen.clone()).unwrap_or_default()
    }

    /// How many prompts polkit closed.
    #[must_use]
    pub fn closed(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

struct Agent {
    prompts: Prompts,
    /// Whether the person closes a prompt, or lets it stand.
    dismisses: bool,
}

#[derive(Debug, zbus::DBusError)]
#[zbus(prefix = "org.freedesktop.PolicyKit1.Error")]
enum AgentError {
    Cancelled(String),
}

#[interface(name = "org.freedesktop.PolicyKit1.AuthenticationAgent")]
impl Agent {
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    async fn begin_authentication(
        &self,
        action: String,
        message: String,
        _icon: String,
        _details: HashMap<String, String>,
        _cookie: String,
        _identities: Vec<(String, HashMap<String, OwnedVariant>)>,
        #[zbus(header)] _header: Header<'_>,
    ) -> Result<(), AgentError> {
        if let Ok(mut seen) = self.prompts.0.lock() {
            seen.push((action, message));
        }
        if !self.dismisses {
            std::future::pending::<()>().await;
        }
        Err(AgentError::Cancelled("dismissed".to_owned()))
    }

    fn cancel_authentication(&self, _cookie: String) {
        self.prompts.1.fetch_add(1, Ordering::SeqCst);
    }
}

/// Answers the prompts that a process causes until the connection is closed. Of another user's process only root may.
///
/// # Errors
/// When polkit does not take the agent.
pub async fn dismiss_prompts_of(bus: &Connection, process: u32) -> Result<Prompts> {
    register(bus, process, true).await
}

/// Shows the prompts that a process causes, and lets them stand.
///
/// # Errors
/// When polkit does not take the agent.
pub async fn leave_prompts_of(bus: &Connection, process: u32) -> Result<Prompts> {
    register(bus, process, false).await
}

async fn register(bus: &Connection, process: u32, dismisses: bool) -> Result<Prompts> {
    let prompts = Prompts::default();
    bus.object_server()
        .at(
            PATH,
            Agent {
                prompts: prompts.clone(),
                dismisses,
            },
        )
        .await?;
    AuthorityProxy::new(bus)
        .await?
        .register_authentication_agent(
            &Subject::new_for_pid(process, None, None)?,
            "en_GB.UTF-8",
            PATH,
        )
        .await?;
    Ok(prompts)
}
