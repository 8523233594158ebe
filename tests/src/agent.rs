//! An authentication agent of polkit, as a desktop has one, whose person dismisses every prompt.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use zbus::message::Header;
use zbus::{Connection, OwnedVariant, interface};
use zbus_polkit::policykit1::{AuthorityProxy, Subject};

const PATH: &str = "/org/migasfree/test/agent";

/// What was asked, in order: the action's id and the message a person would have read.
#[derive(Clone, Debug, Default)]
pub struct Prompts(Arc<Mutex<Vec<(String, String)>>>);

impl Prompts {
    /// The prompts so far.
    pub fn seen(&self) -> Vec<(String, String)> {
        self.0.lock().map(|seen| seen.clone()).unwrap_or_default()
    }
}

struct Dismissing(Prompts);

#[derive(Debug, zbus::DBusError)]
#[zbus(prefix = "org.freedesktop.PolicyKit1.Error")]
enum AgentError {
    Cancelled(String),
}

#[interface(name = "org.freedesktop.PolicyKit1.AuthenticationAgent")]
impl Dismissing {
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    fn begin_authentication(
        &self,
        action: String,
        message: String,
        _icon: String,
        _details: HashMap<String, String>,
        _cookie: String,
        _identities: Vec<(String, HashMap<String, OwnedVariant>)>,
        #[zbus(header)] _header: Header<'_>,
    ) -> Result<(), AgentError> {
        if let Ok(mut seen) = self.0.0.lock() {
            seen.push((action, message));
        }
        Err(AgentError::Cancelled("dismissed".to_owned()))
    }

    fn cancel_authentication(&self, _cookie: String) {}
}

/// Answers the prompts that a process causes until the connection is closed. Of another user's process only root may.
///
/// # Errors
/// When polkit does not take the agent.
pub async fn dismiss_prompts_of(bus: &Connection, process: u32) -> Result<Prompts> {
    let prompts = Prompts::default();
    bus.object_server()
        .at(PATH, Dismissing(prompts.clone()))
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
