//! `computers/faults/`: what the checks found.

use migasfree_server_domain::client::faults;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::ComputerCall;
use crate::safe::shapes::NewFault;
use crate::safe::validate::{few, without_middle};

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    faults: Map<String, Value>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let limit = call.state.settings.reported_names;
    few("faults", claims.faults.len(), limit)?;
    let found: Vec<(&str, &str)> = claims
        .faults
        .iter()
        .filter_map(|(name, result)| Some((name.as_str(), result.as_str()?)))
        .filter(|(_, result)| !result.is_empty())
        .collect();
    if found.is_empty() {
        return ok(Vec::<Value>::new());
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let named = faults::named(&call.state.db, &names).await?;
    let limit = call.state.settings.report_text;
    let results: Vec<_> = named
        .iter()
        .filter_map(|definition| {
            let (_, result) = found.iter().find(|(name, _)| *name == definition.name)?;
            Some((definition, without_middle(result, limit)))
        })
        .collect();
    let rows: Vec<_> = results
        .iter()
        .map(|(definition, result)| (definition.id, &**result))
        .collect();
    let mut tx = call.state.db.begin().await?;
    call.use_up(&mut tx).await?;
    let (computer, project) = (call.computer.id, call.project.id);
    let kept = call.state.settings.keep.reports_per_computer;
    let ids = faults::record(&mut tx, computer, project, &rows, kept, call.now).await?;
    tx.commit().await?;
    let shown = results.iter().zip(ids).map(|((definition, result), id)| {
        let definition = (definition.id.0, definition.name.as_str());
        let fault = NewFault {
            id,
            definition,
            result,
            created_at: call.now,
        };
        fault.detail(&call.state.settings, &call.project, &call.computer)
    });
    ok(shown.collect::<Vec<Value>>())
}
