//! What the server decides, as pure functions: data in, decision out.
//!
//! The numbers in the comments are sections of the protocol specification these rules come from;
//! `tests/reference/vectors/rules.json` holds their inputs and outputs.

pub mod architectures;
pub mod attribute_sets;
pub mod attribute_values;
pub mod display;
pub mod fixes;
pub mod identity;
pub mod languages;
pub mod package_names;
pub mod packages;
pub mod schedule;
pub mod slug;
pub mod source_template;
pub mod status;
pub mod tags;
pub mod targeting;

use crate::ids::AttributeId;

/// `SET-All Systems`, which every computer has (8.12).
pub const ALL_SYSTEMS: AttributeId = AttributeId(1);

#[cfg(test)]
mod vectors;
