//! Everything that the domain declares.

use std::sync::OnceLock;

use migasfree_server_entity::registry::{Declared, Registry};

use crate::{
    actions, app_catalog, audience, certificates, computers, core, hardware, identity, remote,
};

/// What the product declares. A test adds to it what it needs.
#[must_use]
pub fn declared() -> Declared {
    let entities = [
        core::ENTITIES,
        computers::ENTITIES,
        hardware::ENTITIES,
        app_catalog::ENTITIES,
        identity::ENTITIES,
        certificates::ENTITIES,
        remote::ENTITIES,
        actions::ENTITIES,
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
    use std::{env, fs, path::Path};

    use migasfree_server_entity::meta::documents;

    use super::registry;

    /// Set, the file is written anew instead of being compared.
    const WRITE: &str = "MIGASFREE_WRITE_REFERENCE";

    #[test]
    fn views_are_checked_against_what_is_declared_today() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/meta.json");
        let told = documents(registry(), &|_, _| true);
        let told = serde_json::to_string_pretty(&told).expect("a document is JSON") + "\n";
        if env::var_os(WRITE).is_some() {
            fs::write(&file, &told).expect("the file can be written");
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == told,
            "{} is out of date: run this test with {WRITE}=1",
            file.display()
        );
    }

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
