//! Everything that the domain declares.

use std::sync::OnceLock;

use migasfree_server_entity::registry::{Declared, Registry};

use crate::{app_catalog, audience, computers, core, hardware};

/// What the product declares. A test adds to it what it needs.
#[must_use]
pub fn declared() -> Declared {
    let entities = [
        core::ENTITIES,
        computers::ENTITIES,
        hardware::ENTITIES,
        app_catalog::ENTITIES,
    ];
    Declared {
        entities: entities.concat(),
        tables: vec![
            &core::groups::CONTENT_TYPE_TABLE,
            &computers::computer::INVENTORY_TABLE,
        ],
        aimed: audience::aimed,
    }
}

/// What the product declares, with its paths resolved: what a server is started with.
#[must_use]
pub fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY
        .get_or_init(|| Registry::build(&declared()).expect("a test resolves every declaration"))
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
