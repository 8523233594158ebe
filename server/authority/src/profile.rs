//! What a certificate says.

use std::net::IpAddr;
use std::time::Duration;

/// What a certificate says of its holder; a request decides none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Whose it is.
    pub subject: Subject,
    /// The same as those who check it look for it.
    pub names: Vec<Name>,
    /// What it is good for.
    pub usage: Usage,
    /// How long it is valid, unless its authority ends before.
    pub lifetime: Duration,
    /// Where the list of those that were taken back can be had.
    pub revocation_list: Option<String>,
}

/// Whose a certificate is. What is empty is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// `O`
    pub organization: String,
    /// `OU`
    pub unit: String,
    /// `CN`
    pub common_name: String,
}

/// A name of the holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// Of a host.
    Host(String),
    /// A network address.
    Address(IpAddr),
    /// Of a mailbox.
    Mailbox(String),
    /// Any other identity.
    Uri(String),
}

/// What a certificate is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Saying who one is to a server.
    Client,
    /// Being a server.
    Server,
}
