//! Computers and what happens on them.

pub mod computer;

use crate::rest::{entity::Entity, schema::Table};

/// The tables of this domain.
pub const TABLES: &[&Table] = &[
    &computer::TABLE,
    &computer::INVENTORY_TABLE,
    &computer::USER_TABLE,
];

/// The entities of this domain. Of those on one table the first stands for it.
pub const ENTITIES: &[&Entity] = &[];
