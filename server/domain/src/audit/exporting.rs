//! Sending the audit to whom the settings name.

use std::time::Duration;

use futures_util::future::join_all;
use migasfree_server_audit::export::{Receiver, follow};
use migasfree_server_jobs::{
    Job, JobContext, JobError, JobHandler, Period, Priority, Queue, Unique,
};
use serde::{Deserialize, Serialize};

use crate::services::Services;

/// Sending what was not sent yet.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportAudit;

impl Job for ExportAudit {
    const KIND: &'static str = "export-audit";
    /// Whoever receives it may be slow.
    const QUEUE: Queue = Queue {
        name: "audit",
        limit: Some(1),
    };
    const PRIORITY: Priority = Priority::Low;
    const UNIQUE: Unique<Self> = Unique::OfKind;
    const KEPT_DAYS: Option<u32> = Some(1);
    const PERIOD: Option<(Period, Self)> = Some((Period::Every(Duration::from_secs(60)), Self));
}

/// Sends it.
#[derive(Debug)]
pub struct Exporter {
    services: Services,
    receivers: Vec<Receiver>,
}

impl Exporter {
    /// To all of these.
    #[must_use]
    pub const fn new(services: Services, receivers: Vec<Receiver>) -> Self {
        Self {
            services,
            receivers,
        }
    }
}

impl JobHandler for Exporter {
    type Job = ExportAudit;

    /// Nobody waits for another who does not take it.
    async fn run(&self, _: ExportAudit, _: JobContext) -> Result<(), JobError> {
        let Self {
            services,
            receivers,
        } = self;
        let now = services.clock.now();
        let all = receivers
            .iter()
            .map(|receiver| follow(&services.db, receiver, now));
        let failed: Vec<String> = join_all(all)
            .await
            .into_iter()
            .filter_map(Result::err)
            .map(|error| error.to_string())
            .collect();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(JobError::Retry(failed.join("; ")))
        }
    }
}
