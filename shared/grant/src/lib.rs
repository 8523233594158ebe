#![doc = include_str!("../README.md")]

mod grant;
#[cfg(feature = "keys")]
pub mod hello;
pub mod order;
#[cfg(feature = "keys")]
mod signed;

pub use grant::{Consent, Grant, Mode, OperatorIdentity, Recording, Service, Strength, Switches};
#[cfg(feature = "keys")]
pub use signed::{GrantError, MAX_LENGTH, sign, verify};

/// How many seconds after it was issued a session has to be started.
pub const START_WITHIN: i64 = 60;

/// How far, in seconds, the clocks of server and computer may be apart.
pub const CLOCKS_APART: i64 = 60;
