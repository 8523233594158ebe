//! The catalogue: applications, categories and policies.

use crate::rest::{entity::Entity, schema::Table};

/// The tables of this domain.
pub const TABLES: &[&Table] = &[];

/// The entities of this domain. Of those on one table the first stands for it.
pub const ENTITIES: &[&Entity] = &[];
