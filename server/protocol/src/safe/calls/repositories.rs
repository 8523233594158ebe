//! `computers/repositories/`: where the computer gets packages from.

use migasfree_server_domain::{
    client::deployments::Candidates,
    core::rules::source_template::{Origin, Source, source_template},
    services::OfDomain as _,
};
use migasfree_server_repository::system::is_word;
use serde_json::{Value, json};

use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

/// Only what is served: a source of which nothing comes, or nothing yet, makes package managers fail.
pub(in crate::safe) async fn answer(call: ComputerCall<Candidates>, _: NoClaims) -> Reply {
    let today = call.today();
    let systems = &call.state.domain().systems;
    let system = systems
        .named(&call.project.pms)
        .map_err(|error| Refusal::Internal(error.to_string()))?;
    if system.format().is_none() {
        return ok(Vec::<Value>::new());
    }
    let port = call.state.settings.unusual_port;
    let deployments = call.beside.available(call.computer.id, today);
    let served = deployments.iter().filter(|deployment| {
        let is_good = is_word(&deployment.slug) && is_word(&call.project.slug);
        if !is_good {
            tracing::error!(
                deployment = deployment.name,
                "the deployment has a slug that cannot be written into sources: rename it"
            );
        }
        deployment.source == "I" && deployment.is_published() && is_good
    });
    let shown = served.map(|deployment| {
        let source = Source {
            project: &call.project.slug,
            slug: &deployment.slug,
            origin: Origin::Internal,
        };
        json!({ "name": deployment.slug, "source_template": source_template(&**system, &source, port) })
    });
    ok(shown.collect::<Vec<Value>>())
}
