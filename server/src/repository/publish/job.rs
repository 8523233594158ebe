//! The durable job.

use serde::Deserialize;

use super::run::{PublishError, publish};
use crate::app::AppState;
use crate::db::DeploymentId;
use crate::jobs::{JobContext, JobError, JobHandler};

/// Publishes the deployment named in the payload.
#[derive(Debug)]
pub struct PublishJob(pub AppState);

#[derive(Deserialize)]
struct Payload {
    deployment: DeploymentId,
}

impl JobHandler for PublishJob {
    const KIND: &'static str = "publish";

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let payload: Payload = serde_json::from_value(job.job.payload.clone())
            .map_err(|error| JobError::Failed(format!("the job names no deployment: {error}")))?;
        publish(&self.0, payload.deployment, Some(&job)).await?;
        Ok(())
    }
}

impl From<PublishError> for JobError {
    fn from(error: PublishError) -> Self {
        Self::Retry(error.to_string())
    }
}
