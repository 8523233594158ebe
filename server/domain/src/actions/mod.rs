//! Actions: what computers are to do once, and what came of it.
//!
//! An operator asks ([`ask`]), and there is one execution for each computer. Whoever reaches a computer, be it the relay or its
//! next synchronisation, takes its orders ([`claim`]), each of them once, and brings what the computer says ([`told`]). What no
//! computer takes in time expires, what none is heard of again is lost ([`sweep`]). Front ends call nothing else.

mod asked;
mod asking;
mod cancelling;
mod claiming;
mod entity;
pub mod executions;
mod hearing;
mod notes;
mod output;
mod sweeping;
mod verbs;
mod waking;
mod words;

use migasfree_server_entity::entity::Entity;

pub use asked::Asked;
pub use asking::{Asking, ask, shown};
pub use cancelling::cancel;
pub use claiming::{Claimed, claim, waiting};
pub use entity::ACTIONS;
pub use hearing::{KEPT, Told, told};
pub use output::{Output, output};
pub use sweeping::{Sweep, SweepActions, sweep};
pub use waking::find_neighbours;

/// The entities of this domain.
pub const ENTITIES: &[&Entity] = &[&entity::ACTIONS, &executions::EXECUTIONS];
