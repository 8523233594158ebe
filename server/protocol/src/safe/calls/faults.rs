//! `computers/faults/`: what the checks found.

use migasfree_server_domain::client::faults;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::ComputerCall;
use crate::safe::shapes::NewFault;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    faults: Map<String, Value>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let text = |result: &Value| result.as_str().unwrap_or_default().to_owned();
    let results: Vec<(&str, String)> = claims
        .faults
        .iter()
        .map(|(name, result)| (name.as_str(), text(result)))
        .collect();
    let found: Vec<(&str, &str)> = results
        .iter()
        .map(|(name, result)| (*name, result.as_str()))
        .collect();
    let taken = faults::take(&call.caller(), &found, Some(call.digest())).await?;
    let shown = taken.iter().map(|fault| {
        let definition = (fault.definition.id.0, fault.definition.name.as_str());
        let fault = NewFault {
            id: fault.id,
            definition,
            result: &fault.result,
            created_at: call.now,
        };
        fault.detail(&call.state.settings, &call.project, &call.computer)
    });
    ok(shown.collect::<Vec<Value>>())
}
