//! Forgetting jobs that ended.

use std::time::Duration;

use migasfree_server_db::{Result, args};
use serde::{Deserialize, Serialize};

use super::{Chore, Handlers, Job, JobContext, JobError, JobHandler, Jobs};

/// Rows of one statement: SQLite has one writer, and others wait for it.
const BATCH: i64 = 500;
/// Between two statements others write.
const PAUSE: Duration = Duration::from_millis(20);
const A_DAY: Duration = Duration::from_secs(86_400);

/// Forgetting ended jobs after their time.
#[derive(Debug, Serialize, Deserialize)]
struct ForgetJobs;

impl Chore for ForgetJobs {
    const KIND: &'static str = "forget-jobs";
    const THIS: Self = Self;
}

/// Forgets them.
struct Forgetter {
    jobs: Jobs,
    /// Days after which all are forgotten; 0 keeps them for ever.
    days: u32,
    /// The kinds that are forgotten sooner.
    sooner: Vec<(&'static str, u32)>,
}

impl JobHandler for Forgetter {
    type Job = ForgetJobs;

    async fn run(&self, _: ForgetJobs, _: JobContext) -> Result<(), JobError> {
        let mut forgotten = 0;
        if self.days > 0 {
            forgotten += self.jobs.forget(None, self.days).await?;
        }
        for &(kind, days) in &self.sooner {
            forgotten += self.jobs.forget(Some(kind), days).await?;
        }
        tracing::debug!(forgotten, "ended jobs forgotten");
        Ok(())
    }
}

impl Handlers {
    /// Adds what forgets ended jobs of every kind after so many days, those of the kinds added until now sooner where
    /// these say so; 0 keeps the others for ever.
    #[must_use]
    pub fn forgetting(self, jobs: &Jobs, days: u32) -> Self {
        let kept = self.kinds().map(|kind| (kind.name, kind.kept_days));
        let kept = kept.chain([(<ForgetJobs as Job>::KIND, ForgetJobs::KEPT_DAYS)]);
        let sooner = kept
            .filter_map(|(kind, days)| Some((kind, days?)))
            .collect();
        self.with(Forgetter {
            jobs: jobs.clone(),
            days,
            sooner,
        })
    }
}

impl Jobs {
    /// Forgets jobs, of one kind or all, that ended so many days ago; answers how many.
    async fn forget(&self, kind: Option<&str>, days: u32) -> Result<u64> {
        let before = self.clock.now() - A_DAY * days;
        let mut all = 0;
        loop {
            let forgotten = self
                .db
                .execute(
                    "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE finished_at < $1 \
                     AND kind = COALESCE($2, kind) ORDER BY finished_at LIMIT $3)",
                    args![before, kind, BATCH],
                )
                .await?;
            all += forgotten;
            if forgotten < BATCH as u64 {
                return Ok(all);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
