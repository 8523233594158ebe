//! What came with each list a computer reported, kept beside the list.

use migasfree_server_db::{Result, Ts, Tx, args};

use crate::ids::ComputerId;

const BEFORE: &str = "UPDATE client_softwaresnapshot AS s SET before_id = (SELECT o.inventory_id \
    FROM client_softwaresnapshot AS o WHERE o.computer_id = s.computer_id \
    AND (o.installed_at, o.id) < (s.installed_at, s.id) \
    ORDER BY o.installed_at DESC, o.id DESC LIMIT 1) \
    WHERE s.computer_id = $1 AND s.installed_at >= $2";
const CAME: &str = "UPDATE client_softwaresnapshot AS s SET came_count = (SELECT COUNT(*) \
    FROM software_inventory_package AS p WHERE p.inventory_id = s.inventory_id AND NOT EXISTS (\
    SELECT 1 FROM software_inventory_package AS q WHERE q.inventory_id = s.before_id \
    AND q.package_id = p.package_id)) WHERE s.computer_id = $1 AND s.installed_at >= $2";

/// Compares the lists of a computer since `since` with the ones before them. To be called whenever lists were added or
/// taken away.
///
/// # Errors
/// When the database fails.
pub async fn compare(tx: &mut Tx, computer: ComputerId, since: Ts) -> Result<()> {
    for sql in [BEFORE, CAME] {
        tx.execute(sql, args![computer, since]).await?;
    }
    Ok(())
}
