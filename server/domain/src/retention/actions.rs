//! Actions whose time was over long ago, with what came of them.

use migasfree_server_db::{Result, Sql, args, json_ids, sql};

use super::{A_DAY, BATCH, PAUSE};
use crate::services::{OfDomain as _, Services};

/// One that computers may still take stays, however long ago it was asked for.
const OLD: &str = "SELECT id FROM core_action WHERE created_at < $1 AND expires_at < $1 ORDER BY created_at LIMIT $2";

/// There may be thousands of an action, each with its output.
const REMOVE_EXECUTIONS: Sql = sql!(
    "DELETE FROM core_execution WHERE id IN (SELECT e.id FROM core_execution AS e WHERE e.action_id IN ",
    ids(1),
    " LIMIT $2)"
);

const REMOVE: Sql = sql!("DELETE FROM core_action WHERE id IN ", ids(1));

/// Removes those that are older than the settings keep them; answers how many went.
pub(super) async fn clean(state: &Services) -> Result<u64> {
    let days = state.domain().settings.keep.actions;
    if days == 0 {
        return Ok(0);
    }
    let before = state.clock.now() - A_DAY * days;
    let mut all = 0;
    loop {
        let ids: Vec<(i64,)> = state.db.all(OLD, args![before, BATCH]).await?;
        if ids.is_empty() {
            return Ok(all);
        }
        let listed = json_ids(ids.iter().map(|(id,)| *id));
        loop {
            let some = args![listed.clone(), BATCH];
            let removed = state.db.execute(REMOVE_EXECUTIONS, some).await?;
            if removed < BATCH.unsigned_abs() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        all += state.db.execute(REMOVE, args![listed]).await?;
        tokio::time::sleep(PAUSE).await;
    }
}
