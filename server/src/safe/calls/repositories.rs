//! `computers/repositories/`: where the computer gets packages from.

use serde_json::{Value, json};

use crate::core::rules::source_template::{Origin, Source, source_template};
use crate::safe::answer::{Refusal, Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let pms = call
        .project
        .pms()
        .map_err(|error| Refusal::Internal(error.to_string()))?;
    let port = call.state.settings.unusual_port();
    let deployments = call.deployments().await?;
    let shown = deployments.iter().map(|deployment| {
        let origin = match deployment.source.as_str() {
            "E" => Origin::External {
                options: deployment.options.as_deref(),
                suite: deployment.suite.as_deref(),
                components: deployment.components.as_deref(),
            },
            _ => Origin::Internal,
        };
        let source = Source {
            project: &call.project.slug,
            slug: &deployment.slug,
            origin,
        };
        json!({ "name": deployment.slug, "source_template": source_template(pms, &source, port) })
    });
    ok(shown.collect::<Vec<Value>>())
}
