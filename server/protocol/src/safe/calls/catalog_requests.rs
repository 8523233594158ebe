//! `catalog/requests/…`: what people at the computer ask to be allowed to install. An addition of
//! ours: a server without it answers 404, so that nothing here does.

use migasfree_server_domain::{
    client::{requests, validate::given},
    ids::{ApplicationId, ApplicationRequestId},
};
use serde::Deserialize;

use crate::safe::answer::{Reply, created, ok};
use crate::safe::call::{ComputerCall, NoClaims};

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Wanted {
    app: ApplicationId,
    /// The account at the computer; the last one that synchronised when it is missing.
    person: Option<String>,
    justification: Option<String>,
}

/// `catalog/requests/`: who asks again gets the request that is pending.
pub(in crate::safe) async fn ask(call: ComputerCall, claims: Wanted) -> Reply {
    let person = given(claims.person.as_deref()).or(call.computer.user_name.as_deref());
    let justification = claims.justification.unwrap_or_default();
    let person = person.unwrap_or_default();
    let asked = requests::ask(&call.caller(), claims.app, person, &justification).await?;
    match asked {
        (request, true) => created(request),
        (request, false) => ok(request),
    }
}

/// `catalog/requests/list/`: the requests of the computer, newest first.
pub(in crate::safe) async fn list(call: ComputerCall, _: NoClaims) -> Reply {
    ok(requests::of(&call.state.db, call.computer.id).await?)
}

#[derive(Debug, Deserialize)]
pub(in crate::safe) struct Unwanted {
    id: ApplicationRequestId,
}

/// `catalog/requests/withdraw/`: what is decided stays as it is.
pub(in crate::safe) async fn withdraw(call: ComputerCall, claims: Unwanted) -> Reply {
    ok(requests::take_back(&call.caller(), claims.id).await?)
}
