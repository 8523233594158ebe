//! Where computers get packages from.

use migasfree_server_repository::system::{UnknownSystem, is_word};
use migasfree_types::computer;

use super::{caller::Caller, deployments::Deployment};
use crate::core::rules::source_template::{Origin, Source, source_template};
use crate::services::OfDomain as _;

/// Only what is served: a source of which nothing comes, or nothing yet, makes package managers fail. `port` is that of
/// the server where the protocol implies another one.
///
/// # Errors
/// When the project has a package system that there is not.
pub fn told(
    caller: &Caller<'_>,
    deployments: &[Deployment],
    port: Option<u16>,
) -> Result<Vec<computer::Repository>, UnknownSystem> {
    let project = caller.project;
    let system = caller.state.domain().systems.named(&project.pms)?;
    if system.format().is_none() {
        return Ok(Vec::new());
    }
    let served = deployments.iter().filter(|deployment| {
        let is_good = is_word(&deployment.slug) && is_word(&project.slug);
        if !is_good {
            tracing::error!(
                deployment = deployment.name,
                "the deployment has a slug that cannot be written into sources: rename it"
            );
        }
        deployment.source == "I" && deployment.is_published() && is_good
    });
    Ok(served
        .map(|deployment| {
            let source = Source {
                project: &project.slug,
                slug: &deployment.slug,
                origin: Origin::Internal,
            };
            computer::Repository {
                name: deployment.slug.clone(),
                source_template: source_template(&**system, &source, port),
            }
        })
        .collect())
}
