//! `packages/`: a file for a store (4.9).

use migasfree_server_domain::repository::upload::{store_file, store_package};
use serde::Deserialize;

use crate::safe::answer::Reply;
use crate::safe::call::PackagerCall;
use crate::safe::reach::Reach;
use crate::safe::uploads::{self, Names};

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Claims {
    project: String,
    store: String,
    /// Whether the sender takes the file for a package.
    #[serde(default = "yes")]
    is_package: bool,
    /// Whether to say if the store was made: version 5 does not ask.
    #[serde(default)]
    ask_new_store: bool,
}

const fn yes() -> bool {
    true
}

pub(in crate::safe) async fn answer(call: PackagerCall, claims: Claims) -> Reply {
    let reach = Reach::of(&call).await?;
    let project = uploads::project(&call, &reach, &claims.project).await?;
    let names = Names {
        store: &claims.store,
        set: None,
    };
    let state = call.state.clone();
    let (upload, new_store) = uploads::upload(call, &reach, &project, names, None).await?;
    if claims.is_package {
        store_package(&state, upload)
            .await
            .map_err(uploads::refused)?;
    } else {
        store_file(&state, upload).await.map_err(uploads::refused)?;
    }
    new_store.answer(claims.ask_new_store)
}
