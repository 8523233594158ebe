//! The native protocol, as a computer with a key of its own speaks it.

mod certificates;
mod enrolment;
mod moving;
pub mod peer;
mod refusals;
mod requests;
mod synchronization;
mod turns;

pub use enrolment::enrolled;
