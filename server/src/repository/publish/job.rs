//! The durable job.

use serde::Deserialize;

use super::run::{PublishError, Publisher};
use crate::db::DeploymentId;
use crate::jobs::{JobContext, JobError, JobHandler};

#[derive(Deserialize)]
struct Payload {
    deployment: DeploymentId,
}

/// Publishes the deployment named in the payload.
impl JobHandler for Publisher {
    const KIND: &'static str = "publish";

    async fn run(&self, job: JobContext) -> Result<(), JobError> {
        let payload: Payload = serde_json::from_value(job.job.payload.clone())
            .map_err(|error| JobError::Failed(format!("the job names no deployment: {error}")))?;
        self.publish(payload.deployment, Some(&job)).await?;
        Ok(())
    }
}

impl From<PublishError> for JobError {
    fn from(error: PublishError) -> Self {
        Self::Retry(error.to_string())
    }
}
