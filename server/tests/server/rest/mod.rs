//! The REST API: what holds for every entity, and what is special to some.

mod actions;
mod conformance;
mod contract;
mod lists;
mod organisation;
mod requests;
mod rights;
mod writes;

pub use organisation::Organisation;
