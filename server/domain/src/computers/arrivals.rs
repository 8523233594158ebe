//! What came and went with each list a computer reported, kept beside the lists.

use migasfree_server_db::{Result, Ts, Tx, args};

use super::packages_history::FACTOR;
use crate::ids::ComputerId;

const BEFORE: &str = "UPDATE client_softwaresnapshot AS s SET before_id = (SELECT o.inventory_id \
    FROM client_softwaresnapshot AS o WHERE o.computer_id = s.computer_id \
    AND (o.installed_at, o.id) < (s.installed_at, s.id) \
    ORDER BY o.installed_at DESC, o.id DESC LIMIT 1) \
    WHERE s.computer_id = $1 AND s.installed_at >= $2";
/// Answers of each list whether something went with it.
const CAME: &str = "UPDATE client_softwaresnapshot SET came_count = (SELECT COUNT(*) \
    FROM software_inventory_package AS p WHERE p.inventory_id = client_softwaresnapshot.inventory_id \
    AND NOT EXISTS (SELECT 1 FROM software_inventory_package AS q \
    WHERE q.inventory_id = client_softwaresnapshot.before_id AND q.package_id = p.package_id)) \
    WHERE computer_id = $1 AND installed_at >= $2 \
    RETURNING EXISTS (SELECT 1 FROM software_inventory_package AS g \
    WHERE g.inventory_id = client_softwaresnapshot.before_id AND NOT EXISTS (\
    SELECT 1 FROM software_inventory_package AS p \
    WHERE p.inventory_id = client_softwaresnapshot.inventory_id AND p.package_id = g.package_id))";
/// What went with a list came with the last one before it that brought it.
const WENT: &str = "INSERT INTO client_packageremoval \
    (id, snapshot_id, computer_id, package_id, install_date, uninstall_date) \
    SELECT s.id * CAST($3 AS bigint) + g.package_id, s.id, s.computer_id, g.package_id, s.installed_at, n.installed_at \
    FROM client_softwaresnapshot AS n \
    JOIN software_inventory_package AS g ON g.inventory_id = n.before_id \
    JOIN client_softwaresnapshot AS s ON s.id = (SELECT c.id FROM client_softwaresnapshot AS c \
    WHERE c.computer_id = n.computer_id AND (c.installed_at, c.id) < (n.installed_at, n.id) \
    AND EXISTS (SELECT 1 FROM software_inventory_package AS p \
    WHERE p.inventory_id = c.inventory_id AND p.package_id = g.package_id) \
    AND NOT EXISTS (SELECT 1 FROM software_inventory_package AS q \
    WHERE q.inventory_id = c.before_id AND q.package_id = g.package_id) \
    ORDER BY c.installed_at DESC, c.id DESC LIMIT 1) \
    WHERE n.computer_id = $1 AND n.installed_at >= $2 AND NOT EXISTS (\
    SELECT 1 FROM software_inventory_package AS o \
    WHERE o.inventory_id = n.inventory_id AND o.package_id = g.package_id) \
    ON CONFLICT (snapshot_id, package_id) DO NOTHING";
const FORGET: &str =
    "DELETE FROM client_packageremoval WHERE computer_id = $1 AND uninstall_date >= $2";

/// Compares the lists of a computer since `since` with the ones before them. To be called whenever lists were added.
///
/// # Errors
/// When the database fails.
pub async fn compare(tx: &mut Tx, computer: ComputerId, since: Ts) -> Result<()> {
    tx.execute(BEFORE, args![computer, since]).await?;
    let lists: Vec<(bool,)> = tx.all(CAME, args![computer, since]).await?;
    if lists.contains(&(true,)) {
        tx.execute(WENT, args![computer, since, FACTOR]).await?;
    }
    Ok(())
}

/// The same after lists since `since` were taken away.
///
/// # Errors
/// When the database fails.
pub async fn compare_again(tx: &mut Tx, computer: ComputerId, since: Ts) -> Result<()> {
    tx.execute(FORGET, args![computer, since]).await?;
    compare(tx, computer, since).await
}
