//! The REST API: what holds for every entity, and what is special to some.

mod conformance;
mod organisation;

pub use organisation::Organisation;
