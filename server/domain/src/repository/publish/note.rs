//! What administrators are told when a publication ended.

use migasfree_server_db::Result;

use super::snapshot::Deployment;
use crate::{computers::notifications::notify, services::Services};

/// The repository is published; `remark` names what is not in it.
pub(super) async fn published(
    state: &Services,
    deployment: &Deployment,
    packages: usize,
    remark: &str,
) {
    let packages = match packages {
        1 => "1 package".to_owned(),
        count => format!("{count} packages"),
    };
    let remark = match remark {
        "" => String::new(),
        remark => format!("; {remark}"),
    };
    let outcome = format!("is published with {packages}{remark}");
    note(state, deployment, &outcome).await;
}

/// It is not.
pub(super) async fn failed(state: &Services, deployment: &Deployment, reason: &str) {
    note(state, deployment, &format!("was not published: {reason}")).await;
}

/// A note that cannot be written is no reason to publish again.
async fn note(state: &Services, deployment: &Deployment, outcome: &str) {
    let Deployment {
        name, project_name, ..
    } = deployment;
    let text = format!("Repository {name} of project {project_name} {outcome}");
    if let Err(error) = write(state, &text).await {
        tracing::warn!(%error, text, "cannot write a notification");
    }
}

async fn write(state: &Services, text: &str) -> Result<()> {
    let mut tx = state.db.begin().await?;
    notify(&mut tx, text, state.clock.now()).await?;
    tx.commit().await
}
