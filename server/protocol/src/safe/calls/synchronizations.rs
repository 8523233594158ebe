//! `synchronizations/`: the computer is done.

use migasfree_server_domain::client::{
    deployments::Candidates,
    records::{self, MAX_CONSUMER},
    validate::Fields,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::safe::answer::{Reply, created};
use crate::safe::call::ComputerCall;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    start_date: Option<String>,
    consumer: Option<String>,
    pms_status_ok: Option<Value>,
}

pub(in crate::safe) async fn answer(call: ComputerCall<Candidates>, claims: Claims) -> Reply {
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

    let (call, candidates) = call.apart();
    let caller = call.caller();
    let said = (start_date, consumer);
    records::take_synchronization(&caller, candidates, said, pms_status_ok).await?;
    created(json!({
        "computer": call.computer.id,
        "start_date": start_date,
        "consumer": claims.consumer,
        "pms_status_ok": pms_status_ok,
    }))
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
