//! `catalog/categories/`: the categories of applications.

use serde_json::{Value, json};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{NoClaims, ProjectCall};
use crate::safe::store::catalog;

pub(in crate::safe) async fn answer(call: ProjectCall, _: NoClaims) -> Reply {
    let categories = catalog::categories(&call.state.db).await?;
    let shown = categories
        .iter()
        .map(|(id, name)| json!({ "id": id, "name": name }));
    ok(shown.collect::<Vec<Value>>())
}
