//! The durable job.

use migasfree_server_jobs::{Job, JobContext, JobError, JobHandler};
use serde::Deserialize;

use super::run::{PublishError, Publisher};
use crate::ids::DeploymentId;

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

    async fn given_up(&self, job: Job, reason: &'static str) {
        let Ok(payload) = serde_json::from_value::<Payload>(job.payload) else {
            return;
        };
        if let Err(error) = self.fail(payload.deployment, reason).await {
            tracing::error!(%error, "cannot tell that a publication was given up");
        }
    }
}

impl From<PublishError> for JobError {
    fn from(error: PublishError) -> Self {
        match error {
            // The same packages make the same indexes.
            PublishError::Unreadable(_) => Self::Failed(error.to_string()),
            error => Self::Retry(error.to_string()),
        }
    }
}
