//! `computers/packages/mandatory/`: what must and must not be installed (8.5).

use migasfree_server_domain::{
    client::policies::Deciding,
    core::rules::packages::{DeploymentPackages, mandatory},
};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(mut call: ComputerCall<Deciding>, _: NoClaims) -> Reply {
    let today = call.today();
    let synchronised = std::mem::take(&mut call.beside.attributes.synchronised);
    let deployments: Vec<DeploymentPackages> = call
        .beside
        .deployments(call.computer.id, today)
        .into_iter()
        .map(|deployment| DeploymentPackages {
            install: deployment.packages_to_install.unwrap_or_default(),
            remove: deployment.packages_to_remove.unwrap_or_default(),
        })
        .collect();
    let always = call
        .state
        .settings
        .clients
        .fixes
        .policies_need_no_deployment;
    let policies = call.beside.policies();
    ok(mandatory(&deployments, &policies, &synchronised, always))
}
