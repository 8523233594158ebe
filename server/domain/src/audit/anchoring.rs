//! Keeping where the audit ends, outside of the database.

use std::time::Duration;

use migasfree_server_audit::Anchored;
use migasfree_server_db::Result;
use migasfree_server_jobs::{Chore, JobContext, JobError, JobHandler, Period};
use serde::{Deserialize, Serialize};

use crate::services::{OfDomain as _, Services};

/// Keeping where the audit ends.
#[derive(Debug, Serialize, Deserialize)]
pub struct AnchorAudit;

impl Chore for AnchorAudit {
    const KIND: &'static str = "anchor-audit";
    const THIS: Self = Self;
    /// What is removed sooner is missed by nobody.
    const PERIOD: Period = Period::Every(Duration::from_secs(60));
}

/// Keeps it.
#[derive(Debug)]
pub struct Anchorer(pub Services);

impl JobHandler for Anchorer {
    type Job = AnchorAudit;

    async fn run(&self, _: AnchorAudit, _: JobContext) -> std::result::Result<(), JobError> {
        keep(&self.0).await?;
        Ok(())
    }
}

/// Keeps where it ended a minute ago; answers what is kept.
///
/// # Errors
/// When the database or the file cannot be used.
pub async fn keep(state: &Services) -> Result<Anchored> {
    let domain = state.domain();
    let now = state.clock.now();
    domain
        .audit_anchors
        .keep(&state.db, &domain.audit, now)
        .await
}
