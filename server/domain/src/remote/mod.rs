//! Remote support: who may do what on which computer, and what was done.
//!
//! An operator asks ([`ask`]) and gets a grant, which the relay presents ([`start`]) to the computer; what that answers is told
//! by [`accept`] or [`refuse`], what happens by [`event`], and the end by [`end`]. All the while [`may_go_on`] says which of the
//! sessions that live have lost what they were allowed by. Front ends call nothing else.

mod access;
pub(crate) mod asked;
mod asking;
mod computers;
mod ending;
mod limits;
mod living;
mod matching;
mod notes;
pub mod policies;
mod policy_rules;
mod ports;
mod presence;
mod recordings;
mod refused;
pub mod rights;
mod service;
pub mod sessions;
mod starting;
pub(crate) mod strength;
pub mod version_1;
mod watching;
mod window;
pub(crate) mod words;

use migasfree_server_entity::entity::Entity;

pub use access::{RELAY, access_to, reachable};
pub use asked::Asked;
pub use asking::{Granted, ask};
pub use ending::{End, end, end_by_operator};
pub use limits::Limits;
pub use living::{Acceptance, Accepted, Resumed, accept, detach, event, refuse, resume};
pub(crate) use ports::USUAL as USUAL_PORTS;
pub use presence::{Nobody, Presence, Present};
pub use recordings::{NoVault, Played, Recorded, Vault, clean, play, recorded};
pub use refused::{Refused, Why};
pub use service::Remote;
pub use starting::{Started, start};
pub use watching::{Stopped, may_go_on};

/// The entities of this domain.
pub const ENTITIES: &[&Entity] = &[&policies::REMOTE_POLICIES, &sessions::REMOTE_SESSIONS];
