//! Hardware trees as computers report them.

pub mod lshw;
pub mod nodes;

use migasfree_server_entity::entity::Entity;

/// The entities of this domain. Of those on one table the first stands for it.
pub const ENTITIES: &[&Entity] = &[&nodes::HARDWARE];
