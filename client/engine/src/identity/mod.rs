//! Who this computer is: hardware number, names, network, the person at it.

mod network;
mod system;
mod users;
mod uuid;

pub use network::{Network, networks};
pub use system::SystemIdentity;
pub use users::{User, account_name, graphical_user};
pub use uuid::hardware_uuid;

use std::net::IpAddr;

use async_trait::async_trait;

/// Who this computer is.
#[async_trait]
pub trait Identity: Send + Sync + std::fmt::Debug {
    /// Upper-case UUID of the hardware.
    fn uuid(&self) -> &str;

    /// What its organisation calls it.
    fn name(&self) -> &str;

    /// The address it reaches others from, of whatever family.
    fn address(&self) -> Option<IpAddr>;

    /// First IPv4 network.
    fn network(&self) -> Option<Network>;

    /// The host name with its domain, as far as that is known.
    async fn full_host_name(&self) -> String;

    /// The person the server is told about.
    async fn user(&self) -> User;
}

/// The computer's host name.
#[must_use]
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}
