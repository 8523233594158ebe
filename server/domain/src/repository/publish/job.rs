//! The durable job.

use migasfree_server_jobs::{Job, JobContext, JobError, JobHandler, Priority, Queue, Unique};
use serde::{Deserialize, Serialize};

use super::run::{PublishError, Publisher};
use crate::ids::DeploymentId;

/// Nothing but publications, however many packages they have.
const PUBLICATION: Queue = Queue {
    name: "publication",
    limit: None,
};

/// Publishing what a deployment offers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Publish {
    /// The deployment.
    pub deployment: DeploymentId,
}

impl Job for Publish {
    const KIND: &'static str = "publish";
    const QUEUE: Queue = PUBLICATION;
    const PRIORITY: Priority = Priority::High;
    const UNIQUE: Unique<Self> = Unique::By(|job| job.deployment.to_string());
}

impl JobHandler for Publisher {
    type Job = Publish;

    async fn run(&self, job: Publish, context: JobContext) -> Result<(), JobError> {
        self.publish(job.deployment, Some(&context)).await?;
        Ok(())
    }

    async fn given_up(&self, job: Publish, reason: &'static str) {
        if let Err(error) = self.fail(job.deployment, reason).await {
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
