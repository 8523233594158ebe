//! `catalog/apps/available/`: the applications offered to the computer.

use migasfree_server_domain::{
    client::{
        catalog::{self, Filter},
        validate::given,
    },
    core::rules::source_template::MEDIA,
};
use serde::Deserialize;
use serde_json::Value;

use crate::safe::answer::{Reply, ok};
use crate::safe::call::ComputerCall;

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    category: Option<Value>,
    level: Option<String>,
    q: Option<String>,
}

pub(in crate::safe) async fn answer(call: ComputerCall, claims: Claims) -> Reply {
    let category = claims.category.and_then(|category| match category {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    });
    let filter = Filter {
        application: None,
        category,
        level: given(claims.level.as_deref()),
        text: given(claims.q.as_deref()),
    };
    let project = (call.project.id, call.project.name.as_str());
    let media = format!("{}{MEDIA}", call.state.settings.base);
    let db = &call.state.db;
    ok(catalog::applications(db, call.computer.id, project, &filter, &media).await?)
}
