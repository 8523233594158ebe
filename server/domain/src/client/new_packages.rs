//! How many packages that nobody has seen a computer may bring. Kept in the database: neither a restart nor another server
//! gives it more.

use std::time::Duration;

use migasfree_server_db::{Db, Result, Ts, args};

use crate::ids::ComputerId;

const A_DAY: Duration = Duration::from_secs(86_400);
/// Days of which a computer may bring all at once: its first list, and that after an upgrade, have much that is new.
const AT_ONCE: u32 = 10;

/// Counts packages that a computer brings: all of them or, if they are too many, none. Answers whether it may bring them.
pub async fn count(
    db: &Db,
    computer: ComputerId,
    many: usize,
    per_day: u32,
    now: Ts,
) -> Result<bool> {
    if many == 0 || per_day == 0 {
        return Ok(true);
    }
    let takes = A_DAY.mul_f64(many as f64 / f64::from(per_day));
    let mut tx = db.begin().await?;
    tx.lock("client_computer", &[computer.0]).await?;
    let before: Option<(Ts,)> = tx
        .optional(
            "SELECT made_up_for_at FROM client_newpackages WHERE computer_id = $1",
            args![computer],
        )
        .await?;
    let made_up_for_at = before.map_or(now, |(at,)| at.max(now)) + takes;
    if made_up_for_at > now + A_DAY * AT_ONCE {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO client_newpackages (computer_id, made_up_for_at) VALUES ($1, $2) \
         ON CONFLICT (computer_id) DO UPDATE SET made_up_for_at = excluded.made_up_for_at",
        args![computer, made_up_for_at],
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}
