//! `catalogue/requests/…`: what people at the computer ask to be allowed to install.

use axum::http::StatusCode;
use migasfree_native::requests::{AppWanted, Nothing, RequestChosen};
use migasfree_server_domain::client::{requests, validate::given};
use migasfree_server_domain::ids::{ApplicationId, ApplicationRequestId};

use crate::native::arrival::Calling;
use crate::native::written::{Outcome, ok, with};

pub(in crate::native) async fn ask(call: Calling, wanted: AppWanted) -> Outcome {
    let app = ApplicationId(wanted.app.0.into());
    let person = given(Some(&wanted.person)).or(call.computer.user_name.as_deref());
    let person = person.unwrap_or_default();
    let asked = requests::ask(&call.caller(), app, person, &wanted.justification).await?;
    match asked {
        (request, true) => with(StatusCode::CREATED, &request),
        (request, false) => ok(&request),
    }
}

pub(in crate::native) async fn list(call: Calling, _: Nothing) -> Outcome {
    ok(&requests::of(&call.state.db, call.computer.id).await?)
}

pub(in crate::native) async fn withdraw(call: Calling, chosen: RequestChosen) -> Outcome {
    let request = ApplicationRequestId(chosen.request);
    ok(&requests::take_back(&call.caller(), request).await?)
}
