//! This computer as its system knows it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{Identity, Network, User, host_name, network, users};
use crate::process::{CommandRunner, Invocation};

/// The [`Identity`] of the system this program runs on.
#[derive(Debug)]
pub struct SystemIdentity {
    uuid: String,
    name: String,
    runner: Arc<dyn CommandRunner>,
}

impl SystemIdentity {
    /// `uuid` in upper case; `name` as the settings have it.
    #[must_use]
    pub fn new(uuid: String, name: String, runner: Arc<dyn CommandRunner>) -> Self {
        Self { uuid, name, runner }
    }
}

#[async_trait]
impl Identity for SystemIdentity {
    fn uuid(&self) -> &str {
        &self.uuid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn address(&self) -> Option<IpAddr> {
        network::address()
    }

    fn network(&self) -> Option<Network> {
        network::network()
    }

    async fn full_host_name(&self) -> String {
        let name = host_name();
        if name.contains('.') {
            return name;
        }
        let ask = Invocation::new("hostname", ["--fqdn"]).limit(Duration::from_secs(5));
        match self.runner.output(&ask).await {
            Ok(answer) if answer.success() && !answer.stdout_text().trim().is_empty() => {
                answer.stdout_text().trim().to_owned()
            }
            _ => name,
        }
    }

    async fn user(&self) -> User {
        users::current_user(&*self.runner).await
    }
}
