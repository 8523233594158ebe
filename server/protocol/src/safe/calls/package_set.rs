//! `packages/set/`: a package for a set (4.9).

use migasfree_server_domain::repository::upload::store_package;
use serde::Deserialize;

use crate::safe::answer::{Refusal, Reply};
use crate::safe::call::PackagerCall;
use crate::safe::reach::Reach;
use crate::safe::uploads::{self, Names};

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    project: String,
    store: String,
    /// A path at the sender's; its last component names the set.
    packageset: String,
    /// Folder inside the store.
    path: Option<String>,
    /// Whether to say if the store was made: version 5 does not ask.
    #[serde(default)]
    ask_new_store: bool,
}

pub(in crate::safe) async fn answer(call: PackagerCall, claims: Claims) -> Reply {
    let set = uploads::last_component(&claims.packageset);
    if set.is_empty() {
        return Err(Refusal::malformed_claims());
    }
    let reach = Reach::of(&call).await?;
    let project = uploads::project(&call, &reach, &claims.project).await?;
    let names = Names {
        store: &claims.store,
        set: Some(set),
    };
    let state = call.state.clone();
    let (upload, new_store) = uploads::upload(call, &reach, &project, names, claims.path).await?;
    store_package(&state, upload)
        .await
        .map_err(uploads::refused)?;
    new_store.answer(claims.ask_new_store)
}
