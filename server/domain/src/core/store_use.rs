//! What keeps a store: deployments offer its packages.

use crate::messages;
use migasfree_server_entity::keeping::{Kept, Use};

/// Its packages and sets move with their files; deployments go on offering them.
pub static KEPT: Kept = Kept {
    uses: &[
        Use {
            route: "deployments",
            in_force: "SELECT id FROM core_deployment AS d WHERE d.enabled AND (d.id IN (\
                SELECT a.deployment_id FROM core_deployment_available_packages AS a \
                JOIN core_package AS k ON k.id = a.package_id WHERE k.store_id = $1) OR d.id IN (\
                SELECT s.deployment_id FROM core_deployment_available_package_sets AS s \
                JOIN core_packageset AS p ON p.id = s.packageset_id WHERE p.store_id = $1) OR d.id IN (\
                SELECT s.deployment_id FROM core_deployment_available_package_sets AS s \
                JOIN core_packageset_packages AS m ON m.packageset_id = s.packageset_id \
                JOIN core_package AS k ON k.id = m.package_id WHERE k.store_id = $1)) ORDER BY d.name, d.id",
            all: "SELECT id FROM core_deployment AS d WHERE d.id IN (\
                SELECT a.deployment_id FROM core_deployment_available_packages AS a \
                JOIN core_package AS k ON k.id = a.package_id WHERE k.store_id = $1) OR d.id IN (\
                SELECT s.deployment_id FROM core_deployment_available_package_sets AS s \
                JOIN core_packageset AS p ON p.id = s.packageset_id WHERE p.store_id = $1) OR d.id IN (\
                SELECT s.deployment_id FROM core_deployment_available_package_sets AS s \
                JOIN core_packageset_packages AS m ON m.packageset_id = s.packageset_id \
                JOIN core_package AS k ON k.id = m.package_id WHERE k.store_id = $1) ORDER BY d.id",
            moving: &[],
        },
        Use {
            route: "packages",
            in_force: "",
            all: "SELECT id FROM core_package WHERE store_id = $1 ORDER BY id",
            moving: &[
                "UPDATE store_file SET store_id = $2 WHERE store_id = $1 AND (package_id IS NOT NULL \
                 OR path NOT IN (SELECT o.path FROM store_file AS o WHERE o.store_id = $2))",
                "UPDATE core_package SET store_id = $2 WHERE store_id = $1",
            ],
        },
        Use {
            route: "package-sets",
            in_force: "",
            all: "SELECT id FROM core_packageset WHERE store_id = $1 ORDER BY id",
            moving: &["UPDATE core_packageset SET store_id = $2 WHERE store_id = $1"],
        },
    ],
    same: Some(("project_id", messages::replacement_of_other_project)),
    undetachable: None,
    into_replacement: false,
};
