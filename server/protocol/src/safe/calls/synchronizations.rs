//! `synchronizations/`: the computer is done.

use migasfree_server_db::Ts;
use migasfree_server_domain::client::{
    deployments::Candidates,
    records::{self, Synchronization},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::safe::answer::{Reply, created};
use crate::safe::call::ComputerCall;
use crate::safe::progress;
use crate::safe::validate::Fields;

const MAX_CONSUMER: usize = 50;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    start_date: Option<String>,
    consumer: Option<String>,
    pms_status_ok: Option<Value>,
}

pub(in crate::safe) async fn answer(mut call: ComputerCall<Candidates>, claims: Claims) -> Reply {
    let mut fields = Fields::default();
    let start_date = claims.start_date.as_deref().filter(|text| !text.is_empty());
    let start_date = start_date.and_then(|text| {
        let parsed = call.state.settings.clients.time_zone.parse(text);
        if parsed.is_none() {
            fields.refuse("start_date", "Datetime has wrong format.");
        }
        parsed
    });
    let consumer = claims.consumer.as_deref();
    fields.limit("consumer", consumer.unwrap_or_default(), MAX_CONSUMER);
    let pms_status_ok = flag(claims.pms_status_ok.as_ref()).unwrap_or_else(|| {
        fields.refuse("pms_status_ok", "Must be a valid boolean.");
        false
    });
    fields.check()?;

    let today = call.today();
    let candidates = std::mem::take(&mut call.beside);
    let deployments = candidates.available(call.computer.id, today);
    let record = Synchronization {
        computer: call.computer.id,
        project: call.project.id,
        user: call.computer.sync_user_id,
        start_date: start_date.map(|start| plausible(start, &call)),
        consumer,
        pms_status_ok,
        zone: &call.state.settings.clients.time_zone,
        deployments: deployments.iter().map(|deployment| deployment.id).collect(),
    };
    let mut tx = call.state.db.begin().await?;
    records::synchronization(&mut tx, &record, call.now).await?;
    tx.commit().await?;
    progress::synchronised(&call, pms_status_ok);
    created(json!({
        "computer": call.computer.id,
        "start_date": start_date,
        "consumer": claims.consumer,
        "pms_status_ok": pms_status_ok,
    }))
}

/// A clock that is ahead, or in another zone, must not put the start after the end: then the last
/// upload of attributes is the start.
fn plausible(start: Ts, call: &ComputerCall<Candidates>) -> Ts {
    if start <= call.now {
        return start;
    }
    call.computer.sync_start_date.unwrap_or(call.now)
}

/// A boolean as programs write it; missing means no.
fn flag(value: Option<&Value>) -> Option<bool> {
    match value {
        None | Some(Value::Null) => Some(false),
        Some(Value::Bool(flag)) => Some(*flag),
        Some(Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Some(Value::Number(number)) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        Some(_) => None,
    }
}
