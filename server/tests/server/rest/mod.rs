//! The REST API: what holds for every entity, and what is special to some.

mod access;
mod actions;
mod added;
mod at_once;
mod conformance;
mod contract;
mod deleting;
mod described;
mod domains;
mod domains_asked;
mod domains_beyond;
mod fleet;
mod heard;
mod history;
mod lists;
mod losses;
mod meta;
mod one_more;
mod one_more_aimed;
mod one_more_report;
mod organisation;
mod problems;
mod requests;
mod rights;
pub mod rights_endpoints;
mod rights_powers;
mod writes;

pub use organisation::Organisation;
