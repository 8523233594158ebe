//! Who this computer is: hardware number, names, network, the person at it.

mod network;
mod users;
mod uuid;

pub use network::{Network, address, network};
pub use users::{User, account_name, current_user, graphical_user};
pub use uuid::hardware_uuid;

use std::time::Duration;

use crate::process::{CommandRunner, Invocation};

/// The computer's host name.
#[must_use]
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// The host name with its domain, as far as the resolver knows one.
pub async fn full_host_name(runner: &dyn CommandRunner) -> String {
    let name = host_name();
    if name.contains('.') {
        return name;
    }
    let ask = Invocation::new("hostname", ["--fqdn"]).limit(Duration::from_secs(5));
    match runner.output(&ask).await {
        Ok(answer) if answer.success() && !answer.stdout_text().trim().is_empty() => {
            answer.stdout_text().trim().to_owned()
        }
        _ => name,
    }
}
