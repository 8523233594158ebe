//! What administrators are told when a publication ended.

use migasfree_server_db::Result;
use migasfree_types::message::Message;

use super::snapshot::Deployment;
use crate::{computers::notifications::notify, messages, services::Services};

/// The repository is published; `remark` names what is not in it.
pub(super) async fn published(
    state: &Services,
    deployment: &Deployment,
    packages: usize,
    remark: Option<Message>,
) {
    let packages = match packages {
        1 => messages::one_package(),
        count => messages::some_packages(count),
    };
    let Deployment {
        name, project_name, ..
    } = deployment;
    let message = match remark {
        None => messages::repository_published(name, project_name, packages),
        Some(remark) => {
            messages::repository_published_without(name, project_name, packages, remark)
        }
    };
    note(state, &message).await;
}

/// It is not.
pub(super) async fn failed(state: &Services, deployment: &Deployment, reason: Message) {
    let Deployment {
        name, project_name, ..
    } = deployment;
    let message = messages::repository_not_published(name, project_name, reason);
    note(state, &message).await;
}

/// A note that cannot be written is no reason to publish again.
async fn note(state: &Services, message: &Message) {
    if let Err(error) = write(state, message).await {
        tracing::warn!(%error, note = %message, "cannot write a notification");
    }
}

async fn write(state: &Services, message: &Message) -> Result<()> {
    let mut tx = state.db.begin().await?;
    notify(&mut tx, message, state.clock.now()).await?;
    tx.commit().await
}
