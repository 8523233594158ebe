//! Everything that the domain declares.

use migasfree_server_entity::registry::{Declared, Registry, declare};

use crate::{app_catalog, audience, computers, core, hardware};

const DECLARED: Declared = Declared {
    tables: &[
        core::TABLES,
        computers::TABLES,
        hardware::TABLES,
        app_catalog::TABLES,
    ],
    entities: &[
        core::ENTITIES,
        computers::ENTITIES,
        hardware::ENTITIES,
        app_catalog::ENTITIES,
    ],
    aimed: audience::aimed,
};

/// What is declared, with its paths resolved.
#[must_use]
pub fn registry() -> &'static Registry {
    declare(&DECLARED)
}

#[cfg(test)]
mod tests {
    use super::registry;

    #[test]
    fn every_declaration_fits_the_tables() {
        assert!(!registry().resources.is_empty());
    }

    #[test]
    fn no_two_entities_share_a_route() {
        let mut routes: Vec<_> = registry()
            .resources
            .iter()
            .map(|resource| resource.entity.route)
            .collect();
        routes.sort_unstable();
        let before = routes.len();
        routes.dedup();
        assert_eq!(routes.len(), before);
    }
}
