//! `computers/packages/mandatory/`: what must and must not be installed (8.5).

use crate::core::rules::packages::{DeploymentPackages, mandatory};
use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};
use crate::safe::store::policies;

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let db = &call.state.db;
    let attributes = call.attributes().await?;
    let deployments: Vec<DeploymentPackages> = call
        .deployments_for(&attributes.all())
        .await?
        .into_iter()
        .map(|deployment| DeploymentPackages {
            install: deployment.packages_to_install.unwrap_or_default(),
            remove: deployment.packages_to_remove.unwrap_or_default(),
        })
        .collect();
    let synchronised = attributes.synchronised;
    let policies =
        policies::for_computer(db, call.project.id, call.computer.id, &synchronised).await?;
    let always = call
        .state
        .settings
        .clients
        .fixes
        .policies_need_no_deployment;
    ok(mandatory(&deployments, &policies, &synchronised, always))
}
