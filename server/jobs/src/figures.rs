//! Figures for Prometheus. How many jobs ended, and how long they took, is counted where they run.

use migasfree_server_db::{Result, args, sql};
use serde_json::json;

use super::{Handlers, JobState, Jobs};

#[derive(Debug, sqlx::FromRow)]
struct Length {
    kind: String,
    queued: i64,
    running: i64,
}

impl Jobs {
    /// Tells how many jobs of each kind wait and run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_lengths(&self, handlers: &Handlers) -> Result<()> {
        let names: Vec<_> = handlers.kinds().map(|kind| kind.name).collect();
        let lengths: Vec<Length> = self
            .db
            .all(
                sql!(
                    "SELECT k.text AS kind, \
                     COUNT(CASE WHEN j.state = 'queued' THEN 1 END) AS queued, \
                     COUNT(CASE WHEN j.state = 'running' THEN 1 END) AS running FROM ",
                    texts(1),
                    " AS k LEFT JOIN job j ON j.kind = k.text AND j.finished_at IS NULL \
                     GROUP BY k.text"
                ),
                args![json!(names).to_string()],
            )
            .await?;
        for length in lengths {
            let Some(entry) = handlers.find(&length.kind) else {
                continue;
            };
            let states = [
                (JobState::Queued, length.queued),
                (JobState::Running, length.running),
            ];
            for (state, count) in states {
                metrics::gauge!(
                    "migasfree_jobs_unfinished",
                    "queue" => entry.kind.queue.name,
                    "kind" => entry.kind.name,
                    "state" => state.name(),
                )
                .set(count as f64);
            }
        }
        Ok(())
    }
}
