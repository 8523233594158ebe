//! How much that nobody has seen a computer may bring. Kept in the database: neither a restart nor another server gives it
//! more.

use std::time::Duration;

use migasfree_server_db::{Result, Ts, Tx, args};

use crate::ids::ComputerId;

const A_DAY: Duration = Duration::from_secs(86_400);
/// Days of which a computer may bring all at once: its first reports, and those after an upgrade, have much that is new.
const AT_ONCE: u32 = 10;

/// What a computer may be the first to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    Package,
    Attribute,
    User,
}

impl Novelty {
    const fn stored(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Attribute => "attribute",
            Self::User => "user",
        }
    }
}

/// Counts what a computer brings: all of it or, if that is too much, none. Answers whether it may bring it.
pub async fn count(
    tx: &mut Tx,
    computer: ComputerId,
    (what, many): (Novelty, usize),
    per_day: u32,
    now: Ts,
) -> Result<bool> {
    if many == 0 || per_day == 0 {
        return Ok(true);
    }
    let takes = A_DAY.mul_f64(many as f64 / f64::from(per_day));
    tx.lock("client_computer", &[computer.0]).await?;
    let before: Option<(Ts,)> = tx
        .optional(
            "SELECT made_up_for_at FROM client_novelty WHERE computer_id = $1 AND kind = $2",
            args![computer, what.stored()],
        )
        .await?;
    let made_up_for_at = before.map_or(now, |(at,)| at.max(now)) + takes;
    if made_up_for_at > now + A_DAY * AT_ONCE {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO client_novelty (computer_id, kind, made_up_for_at) VALUES ($1, $2, $3) \
         ON CONFLICT (computer_id, kind) DO UPDATE SET made_up_for_at = excluded.made_up_for_at",
        args![computer, what.stored(), made_up_for_at],
    )
    .await?;
    Ok(true)
}
