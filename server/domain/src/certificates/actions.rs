//! What operators do with certificates.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use migasfree_server_audit::UserId;
use migasfree_server_auth::Authority;
use migasfree_server_authority::Reason;
use migasfree_server_db::args;
use migasfree_server_entity::{
    action::{Answer, Call},
    body::Body,
    context::Context,
    error::RestError,
    json::Json,
    load, read,
    value::Refused,
};

use super::entity::CERTIFICATES;
use super::issuing::{self, Given, Wanted};
use super::revoking;
use crate::core::user_profiles::USER_PROFILES;
use crate::ids::ComputerId;
use crate::messages;

/// Characters of the shortest password of a file with a key.
const SHORTEST_PASSWORD: usize = 8;

/// Gives a certificate to a computer or to an account.
///
/// # Errors
/// For neither or both of them, what the operator does not reach, and a request that cannot be used.
pub async fn issue(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let body = &call.body;
    let named = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    let given = match (named("computer"), named("account")) {
        (true, false) => for_computer(context, body).await?,
        (false, true) => for_account(context, body).await?,
        _ => return Err(RestError::whole(messages::certificate_for_whom())),
    };
    Ok(Answer::Json(Json::Object(given.members())))
}

async fn for_computer(context: &Context, body: &Body) -> Result<Given, RestError> {
    let id = body.id("computer")?;
    let csr = body.text("csr");
    if csr.is_empty() {
        return Err(RestError::field(
            "csr",
            messages::certificate_needs_request(),
        ));
    }
    let reached = read::only_reachable(context, "client_computer", vec![id]).await?;
    if reached.is_empty() {
        return Err(RestError::refused("computer", &Refused::Unknown(id)));
    }
    let author = context.operator.author();
    let csr = csr.to_owned();
    Ok(issuing::issue_for_computer(&context.state, &author, ComputerId(id), csr).await?)
}

async fn for_account(context: &Context, body: &Body) -> Result<Given, RestError> {
    context.operator.in_person()?;
    let account = UserId(body.id("account")?);
    let wanted = wanted(body)?;
    let seen = read::only_visible(context, USER_PROFILES.table.name, vec![account.0]).await?;
    if seen.is_empty() {
        return Err(RestError::refused("account", &Refused::Unknown(account.0)));
    }
    let mut tx = context.state.db.begin().await?;
    // Whoever has somebody's certificate is them for whoever checks it.
    Authority::of(&context.operator, &mut tx)
        .over_account(account)
        .await?;
    drop(tx);
    let author = context.operator.author();
    Ok(issuing::issue_for_account(&context.state, &author, account, wanted).await?)
}

/// How a body says it wants its certificate.
fn wanted(body: &Body) -> Result<Wanted, RestError> {
    Wanted::of(body.text("csr"), body.text("password"))
}

impl Wanted {
    /// For the key of a request; without one, in a file with this password.
    ///
    /// # Errors
    /// For a password that is too short.
    pub fn of(csr: &str, password: &str) -> Result<Self, RestError> {
        if !csr.is_empty() {
            return Ok(Self::Request(csr.to_owned()));
        }
        if password.chars().count() < SHORTEST_PASSWORD {
            return Err(RestError::field(
                "password",
                messages::certificate_needs_password(SHORTEST_PASSWORD),
            ));
        }
        Ok(Self::File(password.to_owned()))
    }
}

impl Given {
    /// As it is answered, this once.
    #[must_use]
    pub fn members(self) -> Vec<(&'static str, Json)> {
        let Self { id, issued, p12 } = self;
        let note = |text: Option<String>| text.map_or(Json::Null, Json::from);
        vec![
            ("id", Json::Int(id)),
            ("serial", issued.serial.into()),
            ("not_after", issued.not_after.rfc3339().into()),
            ("certificate", issued.certificate_pem.into()),
            ("chain", issued.chain_pem.into()),
            ("key", note(issued.key_pem)),
            ("p12", note(p12.map(|file| STANDARD.encode(file)))),
        ]
    }
}

/// Refuses to take a certificate from an account that holds more.
async fn over_owner(context: &Context, id: i64) -> Result<(), RestError> {
    let mut tx = context.state.db.begin().await?;
    let owner: Option<(Option<UserId>,)> = tx
        .optional(
            "SELECT account_id FROM certificate WHERE id = $1",
            args![id],
        )
        .await?;
    if let Some((Some(account),)) = owner {
        Authority::of(&context.operator, &mut tx)
            .over_account(account)
            .await?;
    }
    Ok(())
}

/// Takes a certificate back.
///
/// # Errors
/// For a reason that is none, one that was taken back before, and one of an account that holds more.
pub async fn revoke(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let reason = match call.body.text("reason") {
        "" => Reason::Unspecified,
        code => Reason::of(code)
            .ok_or_else(|| RestError::refused("reason", &Refused::NotAChoice(code.to_owned())))?,
    };
    over_owner(context, call.id).await?;
    let author = context.operator.author();
    revoking::revoke(&context.state, &author, call.id, reason).await?;
    load::load_one(
        &mut context.source(),
        &context.reading(),
        CERTIFICATES.table,
        CERTIFICATES.detail,
        call.id,
    )
    .await?
    .map(Answer::Json)
    .ok_or(RestError::NoRow(CERTIFICATES.model.one))
}
