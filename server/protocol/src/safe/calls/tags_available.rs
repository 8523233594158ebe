//! `computers/tags/available/`: the tags the computer may have, by property.

use migasfree_server_domain::client::tags;
use serde_json::{Map, Value};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{ComputerCall, NoClaims};

pub(in crate::safe) async fn answer(call: ComputerCall, _: NoClaims) -> Reply {
    let offered = tags::offered(&call.state.db, call.computer.id, call.project.id).await?;
    let mut by_property: Map<String, Value> = Map::new();
    for tag in offered {
        let list = by_property
            .entry(tag.property)
            .or_insert_with(|| Value::from(Vec::<Value>::new()));
        if let Value::Array(list) = list {
            list.push(Value::from(format!("{}-{}", tag.prefix, tag.value)));
        }
    }
    ok(by_property)
}
