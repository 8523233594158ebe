//! `catalog/requests/…`: what people at the computer ask to be allowed to install. An addition of
//! ours: a server without it answers 404, so that nothing here does.

use axum::http::StatusCode;
use migasfree_server_domain::{
    app_catalog::application_requests::{APPLICATION_REQUESTS, PERSON_LIMIT, TEXT_LIMIT},
    client::{
        catalog::{self, Filter},
        requests::{self, NewRequest},
    },
    core::rules::source_template::MEDIA,
    ids::{ApplicationId, ApplicationRequestId},
};
use migasfree_types::events::ChangeAction;
use serde::Deserialize;

use crate::safe::answer::{Refusal, Reply, created, ok};
use crate::safe::call::{ComputerCall, NoClaims};
use crate::safe::progress;
use crate::safe::validate::{Fields, given};

/// Requests of one computer that wait for a decision.
const MAX_PENDING: i64 = 200;

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
    let new = NewRequest {
        application: claims.app,
        computer: call.computer.id,
        person: person.unwrap_or_default(),
        justification: justification.trim(),
    };
    let mut fields = Fields::default();
    fields.limit("person", new.person, PERSON_LIMIT);
    fields.limit("justification", new.justification, TEXT_LIMIT);
    fields.check()?;
    check_application(&call, claims.app).await?;

    let mut tx = call.state.db.begin().await?;
    // Those that are pending are counted by one request of the computer at a time.
    tx.lock("client_computer", &[call.computer.id.0]).await?;
    if let Some(pending) = requests::pending(&mut tx, &new).await? {
        return ok(pending);
    }
    if requests::count_pending(&mut tx, new.computer).await? >= MAX_PENDING {
        return Err(refused("Too many requests of this computer are pending"));
    }
    let request = requests::add(&mut tx, &new, call.now).await?;
    tx.commit().await?;
    changed(&call, request.id, ChangeAction::Add);
    created(request)
}

/// Only what is offered to the computer and needs an administrator there can be asked for.
async fn check_application(call: &ComputerCall, application: ApplicationId) -> Result<(), Refusal> {
    let project = (call.project.id, call.project.name.as_str());
    let filter = Filter {
        application: Some(application),
        ..Filter::default()
    };
    let db = &call.state.db;
    let offered = catalog::applications(db, call.computer.id, project, &filter, MEDIA).await?;
    match offered.first() {
        None => Err(refused("Application not in the catalogue of this computer")),
        Some(offered) if offered["level"]["id"] != "A" => {
            Err(refused("Application needs no administrator"))
        }
        Some(_) => Ok(()),
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
    let computer = call.computer.id;
    let mut tx = call.state.db.begin().await?;
    if let Some(withdrawn) = requests::withdraw(&mut tx, computer, claims.id).await? {
        tx.commit().await?;
        changed(&call, withdrawn.id, ChangeAction::Change);
        return ok(withdrawn);
    }
    match requests::by_id(&mut tx, computer, claims.id).await? {
        Some(request) => ok(request),
        None => Err(refused("This computer made no such request")),
    }
}

fn changed(call: &ComputerCall, request: ApplicationRequestId, action: ChangeAction) {
    let entity = APPLICATION_REQUESTS.key();
    progress::changed(&call.state, &entity, request.0, action);
}

fn refused(text: &str) -> Refusal {
    Refusal::text(StatusCode::BAD_REQUEST, text)
}
