//! Work that comes back by itself.

use std::time::Duration;

use migasfree_server_db::{Result, Ts, args};

use super::claim::LEASE;
use super::{Handlers, Jobs};

/// When work is due again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// So often.
    Every(Duration),
    /// Each day at this hour and minute, UTC.
    Daily(u32, u32),
}

/// The clocks of servers with one database may differ as much.
const TOLERATED: Duration = Duration::from_secs(60);

impl Period {
    /// Every hour.
    pub const HOURLY: Self = Self::Every(Duration::from_secs(3600));

    /// The first time after `now`.
    pub fn next(self, now: Ts) -> Ts {
        match self {
            Self::Every(interval) => now + interval,
            Self::Daily(hour, minute) => {
                let at = Duration::from_secs(u64::from(hour * 3600 + minute * 60));
                let today = now.day_start() + at;
                if today > now {
                    today
                } else {
                    today + Duration::from_secs(86_400)
                }
            }
        }
    }

    /// No time that was noted until `now` is later, unless the clock was set back meanwhile.
    fn latest(self, now: Ts) -> Ts {
        let interval = match self {
            Self::Every(interval) => interval,
            Self::Daily(..) => Duration::from_secs(86_400),
        };
        now + interval + TOLERATED
    }
}

impl Jobs {
    /// Queues the periodic work that is due. Of several servers one does it.
    pub(super) async fn queue_due(&self, handlers: &Handlers) -> Result<()> {
        self.bring_forward().await?;
        for entry in handlers.all() {
            let Some((period, job)) = entry.handler.periodic()? else {
                continue;
            };
            let now = self.clock.now();
            let next = period.next(now);
            let mut tx = self.db.begin().await?;
            tx.execute(
                "INSERT INTO job_schedule (kind, next_run_at) VALUES ($1, $2) \
                 ON CONFLICT (kind) DO NOTHING",
                args![job.kind, next],
            )
            .await?;
            let due = tx
                .execute(
                    "UPDATE job_schedule SET next_run_at = $2 \
                     WHERE kind = $1 AND (next_run_at <= $3 OR next_run_at > $4)",
                    args![job.kind, next, now, period.latest(now)],
                )
                .await?;
            if due > 0 {
                self.put(&mut tx, &job).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Makes work due that was queued or taken while the clock was ahead, and would wait until it gets there again.
    async fn bring_forward(&self) -> Result<()> {
        let now = self.clock.now();
        let latest = now + TOLERATED;
        self.db
            .execute(
                "UPDATE job SET due_at = $1, \
                 created_at = CASE WHEN created_at > $1 THEN $1 ELSE created_at END \
                 WHERE finished_at IS NULL AND due_at > $1 \
                 AND (created_at > $2 OR (state = 'running' AND due_at > $3))",
                args![now, latest, latest + LEASE],
            )
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daily_work_is_due_at_its_hour() {
        let day = Ts::from_seconds(86_400 * 20_000);
        let at = |hours: u64| day + Duration::from_secs(hours * 3600);
        assert_eq!(Period::Daily(3, 0).next(at(2)), at(3));
        assert_eq!(Period::Daily(3, 0).next(at(3)), at(27));
        assert_eq!(Period::HOURLY.next(at(2)), at(3));
    }
}
