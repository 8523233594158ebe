//! `catalog/categories/`: the categories of applications.

use migasfree_server_domain::client::catalog;
use serde_json::{Value, json};

use crate::safe::answer::{Reply, ok};
use crate::safe::call::{NoClaims, ProjectCall};

pub(in crate::safe) async fn answer(call: ProjectCall, _: NoClaims) -> Reply {
    let categories = catalog::categories(&call.state.db).await?;
    let shown = categories
        .iter()
        .map(|(id, name)| json!({ "id": id, "name": name }));
    ok(shown.collect::<Vec<Value>>())
}
