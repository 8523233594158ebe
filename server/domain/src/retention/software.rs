//! Software lists that nobody has any more, and packages known from such lists alone.

use migasfree_server_db::{Result, Sql, Ts, args, json_ids, sql};

use super::{A_DAY, PAUSE};
use crate::{
    computers::packages_history::FACTOR,
    services::{OfDomain as _, Services},
};

/// Rows looked at in one statement.
const BATCH: i64 = 500;
/// Lists removed in one: each has some thousand packages.
const LISTS: i64 = 10;

/// The list a computer had when the time to keep begins stays: the history goes on from it.
const OLD_SNAPSHOTS: &str = "SELECT s.id, s.computer_id FROM client_softwaresnapshot AS s \
    WHERE s.installed_at < $1 AND EXISTS (SELECT 1 FROM client_softwaresnapshot AS n \
    WHERE n.computer_id = s.computer_id AND n.installed_at < $1 \
    AND (n.installed_at, n.id) > (s.installed_at, s.id)) ORDER BY s.installed_at, s.id LIMIT $2";
/// What went after the first list that is left, and came before it, came with it from now on.
const MOVE_REMOVALS: Sql = sql!(
    "UPDATE client_packageremoval AS r SET id = f.id * CAST($2 AS bigint) + r.package_id, snapshot_id = f.id, \
     install_date = f.installed_at FROM client_softwaresnapshot AS f WHERE r.snapshot_id IN ",
    ids(1),
    " AND f.id = (SELECT o.id FROM client_softwaresnapshot AS o WHERE o.computer_id = r.computer_id \
     AND o.id NOT IN ",
    ids(1),
    " ORDER BY o.installed_at, o.id LIMIT 1) AND r.uninstall_date > f.installed_at"
);
const REMOVE_SNAPSHOTS: Sql = sql!("DELETE FROM client_softwaresnapshot WHERE id IN ", ids(1));
/// With the first list that is left all its packages came.
const FIRST_SNAPSHOTS: Sql = sql!(
    "UPDATE client_softwaresnapshot AS s SET before_id = NULL, came_count = (SELECT i.package_count \
     FROM software_inventory AS i WHERE i.id = s.inventory_id) WHERE s.computer_id IN ",
    ids(1),
    " AND NOT EXISTS (SELECT 1 FROM client_softwaresnapshot AS o WHERE o.computer_id = s.computer_id \
     AND (o.installed_at, o.id) < (s.installed_at, s.id))"
);

/// What nothing refers to any more, and how it is removed. What may come to refer to it meanwhile is waited for.
struct Unused {
    table: &'static str,
    /// The first `$2` behind `$1`.
    some: &'static str,
    /// Those of `$1` that are still unused.
    remove: Sql,
    batch: i64,
}

macro_rules! unused {
    ($table:literal, $batch:expr, $unused:literal) => {
        Unused {
            table: $table,
            some: concat!(
                "SELECT u.id FROM ",
                $table,
                " AS u WHERE u.id > $1 AND ",
                $unused,
                " ORDER BY u.id LIMIT $2"
            ),
            remove: sql!(
                "DELETE FROM ",
                $table,
                " AS u WHERE u.id IN ",
                ids(1),
                " AND ",
                $unused
            ),
            batch: $batch,
        }
    };
}

/// Lists before the packages on them.
const UNUSED: [Unused; 2] = [
    unused!(
        "software_inventory",
        LISTS,
        "NOT EXISTS (SELECT 1 FROM client_computer AS c WHERE c.software_inventory_id = u.id) \
         AND NOT EXISTS (SELECT 1 FROM client_softwaresnapshot AS s WHERE s.inventory_id = u.id) \
         AND NOT EXISTS (SELECT 1 FROM client_softwaresnapshot AS s WHERE s.before_id = u.id)"
    ),
    unused!(
        "core_package",
        BATCH,
        "+u.store_id IS NULL \
         AND NOT EXISTS (SELECT 1 FROM software_inventory_package AS l WHERE l.package_id = u.id) \
         AND NOT EXISTS (SELECT 1 FROM core_packageset_packages AS m WHERE m.package_id = u.id) \
         AND NOT EXISTS (SELECT 1 FROM core_deployment_available_packages AS a WHERE a.package_id = u.id) \
         AND NOT EXISTS (SELECT 1 FROM store_file AS f WHERE f.package_id = u.id)"
    ),
];

/// Shortens histories as the settings say, then removes the lists and packages that only they had; answers how many rows.
pub(super) async fn clean(state: &Services) -> Result<u64> {
    let days = state.domain().settings.keep.software_history;
    let mut all = 0;
    if days > 0 {
        all += shorten(state, state.clock.now() - A_DAY * days).await?;
    }
    for unused in &UNUSED {
        all += unused.clean(state).await?;
    }
    Ok(all)
}

async fn shorten(state: &Services, before: Ts) -> Result<u64> {
    let mut all = 0;
    loop {
        let old: Vec<(i64, i64)> = state.db.all(OLD_SNAPSHOTS, args![before, BATCH]).await?;
        if old.is_empty() {
            return Ok(all);
        }
        let mut tx = state.db.begin().await?;
        let snapshots = json_ids(old.iter().map(|(id, _)| *id));
        tx.execute(MOVE_REMOVALS, args![&snapshots, FACTOR]).await?;
        all += tx.execute(REMOVE_SNAPSHOTS, args![snapshots]).await?;
        let mut computers: Vec<i64> = old.iter().map(|(_, computer)| *computer).collect();
        computers.sort_unstable();
        computers.dedup();
        tx.execute(FIRST_SNAPSHOTS, args![json_ids(computers)])
            .await?;
        tx.commit().await?;
        tokio::time::sleep(PAUSE).await;
    }
}

impl Unused {
    async fn clean(&self, state: &Services) -> Result<u64> {
        let mut last = 0;
        let mut all = 0;
        loop {
            let ids: Vec<(i64,)> = state.db.all(self.some, args![last, self.batch]).await?;
            let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
            let Some(end) = ids.last() else {
                return Ok(all);
            };
            last = *end;
            let mut tx = state.db.begin().await?;
            tx.lock_whole(self.table, "id", &ids).await?;
            let removed = tx.execute(self.remove, args![json_ids(ids)]).await?;
            tx.commit().await?;
            tracing::debug!(table = self.table, removed, "unused rows removed");
            all += removed;
            tokio::time::sleep(PAUSE).await;
        }
    }
}
