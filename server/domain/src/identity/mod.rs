//! Who computers are: keys of their own, and how they come by them.
//!
//! A key is claimed by enrolling ([`enrol`]), or comes sealed with the key of a project ([`move_over`]). It is active at once
//! where something vouches for it, else it waits for an operator ([`approve`], [`reject`]). Whoever calls with one is found by
//! [`key_of`]; when that was, [`contact`] keeps.

mod arrivals;
mod asking;
mod claims;
mod computers;
pub mod contact;
mod deciding;
mod enrolling;
pub mod keys;
mod moving;
pub mod nonces;
mod rows;
mod sealed;
pub mod tokens;
pub mod turns;
mod verdict;
mod vouching;

use migasfree_server_entity::entity::Entity;

pub use arrivals::{EnrolError, Enrolled, Limit, Newcomer, Voucher, Why};
pub use asking::{Known, Standing, key_of, standing_of};
pub use claims::{KeyText, Machine};
pub use deciding::{Given, approve, reject, revoke};
pub use enrolling::enrol;
pub use moving::{Moving, clash, copied, move_over};
pub use rows::{Origin, State};
pub use sealed::{Unsealed, sealed_allowed};
pub use vouching::vouches;

/// The entities of this domain.
pub const ENTITIES: &[&Entity] = &[&tokens::ENROLMENT_TOKENS, &keys::COMPUTER_KEYS];
