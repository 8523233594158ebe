//! What operators' accounts offer besides their fields: tokens and passwords.

use migasfree_server_audit::UserId;
use migasfree_server_auth::{
    self as auth, Auth, AuthError, Authority, Operator, Verified, factors,
};
use migasfree_server_db::{Db, Tx, args};
use migasfree_server_entity::{
    action::{Answer, Call},
    context::Context,
    entity::Like,
    error::RestError,
    json::Json,
    load, read,
};
use migasfree_types::message::Message;
use serde_json::{Value, json};

use super::user_profiles::USER_PROFILES;
use crate::messages;
use crate::services::OfDomain as _;

/// What is told of an open session.
pub const SESSION: &[(&str, Like)] = &[
    ("id", Like::Integer),
    ("device", Like::Text),
    ("address", Like::Text),
    ("created_at", Like::Text),
    ("last_used_at", Like::Text),
    ("current", Like::Boolean),
];

/// What is told of what an account has besides its password.
pub const FACTORS: &[(&str, Like)] = &[
    ("totp", Like::Note),
    ("passkeys", Like::Integer),
    ("recovery_codes", Like::Integer),
    ("demanded", Like::Boolean),
];

/// The open sessions of an account.
///
/// # Errors
/// When the account holds more than the caller.
pub async fn sessions(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let user = UserId(call.id);
    may_act_on(context, user).await?;
    let asking = context.operator.credential;
    let sessions = auth::open_sessions(&context.state.db, user, asking, context.now).await?;
    Answer::of(&sessions)
}

/// Ends a session of an account, or signs it out everywhere where none is named.
///
/// # Errors
/// When the account holds more than the caller, or has no such session.
pub async fn sign_out(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let user = UserId(call.id);
    let mut tx = context.state.db.begin().await?;
    Authority::of(&context.operator, &mut tx)
        .over_account(user)
        .await?;
    let action = match call.body.get("session").and_then(Value::as_i64) {
        Some(session) => {
            if !auth::end_session(&mut tx, user, session).await? {
                return Err(RestError::NoRow("Session"));
            }
            "end_session"
        }
        None => {
            auth::sign_out_everywhere(&mut tx, user, None).await?;
            "end_sessions"
        }
    };
    context
        .note(&mut tx, &USER_PROFILES, action, call.id, None, None)
        .await?;
    tx.commit().await?;
    Ok(Answer::detail("Signed out."))
}

/// What an account has besides its password.
///
/// # Errors
/// When the account holds more than the caller.
pub async fn held_factors(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let user = UserId(call.id);
    may_act_on(context, user).await?;
    let held = factors::held(&context.state.auth, user).await?;
    Answer::of(&json!({
        "totp": held.totp,
        "passkeys": held.passkeys.len(),
        "recovery_codes": held.recovery_codes,
        "demanded": held.demanded,
    }))
}

/// Takes everything from an account that it has besides its password: for who has lost all of it.
///
/// # Errors
/// When the account holds more than the caller.
pub async fn forget_factors(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    context.operator.in_person()?;
    let user = UserId(call.id);
    let mut tx = context.state.db.begin().await?;
    Authority::of(&context.operator, &mut tx)
        .over_account(user)
        .await?;
    factors::forget_factors(&mut tx, user).await?;
    context
        .note(
            &mut tx,
            &USER_PROFILES,
            "forget_factors",
            call.id,
            None,
            None,
        )
        .await?;
    tx.commit().await?;
    Ok(Answer::detail(
        "The account signs in with its password alone.",
    ))
}

/// The members of the group Domain Admin.
///
/// # Errors
/// When the database fails.
pub async fn domain_admins(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    let rows: Vec<(i64,)> = context
        .state
        .db
        .all(
            "SELECT u.id FROM core_userprofile AS u JOIN auth_user_groups AS m ON m.user_id = u.id \
             JOIN auth_group AS g ON g.id = m.group_id WHERE g.name = 'Domain Admin' ORDER BY u.username",
            args![],
        )
        .await?;
    let ids = rows.into_iter().map(|(id,)| id).collect();
    let ids = read::only_visible(context, USER_PROFILES.table.name, ids).await?;
    let entity = &USER_PROFILES;
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        entity.table,
        entity.detail,
        &ids,
    )
    .await?;
    Ok(Answer::Json(Json::List(rows)))
}

async fn may_act_on(context: &Context, account: UserId) -> Result<(), RestError> {
    let mut tx = context.state.db.begin().await?;
    let mut authority = Authority::of(&context.operator, &mut tx);
    Ok(authority.over_account(account).await?)
}

/// Makes a new token; the old ones stop working. It is shown this once.
///
/// # Errors
/// When the account holds more than the caller.
pub async fn update_token(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    context.operator.in_person()?;
    context.state.auth.takes_tokens()?;
    let mut tx = context.state.db.begin().await?;
    let user = UserId(call.id);
    Authority::of(&context.operator, &mut tx)
        .over_account(user)
        .await?;
    auth::end_sign_ins(&mut tx, user, None).await?;
    let random = &*context.state.random;
    let token = auth::token::create(&mut tx, random, user, "", context.now).await?;
    context
        .note(&mut tx, &USER_PROFILES, "update_token", call.id, None, None)
        .await?;
    tx.commit().await?;
    Ok(Answer::Json(Json::Object(vec![
        (
            "detail",
            "The new token works from now on; older ones do not any more.".into(),
        ),
        ("info", token.into()),
    ])))
}

/// Gives an account another password and ends its sessions and tokens. One's own needs the old one, `old_password`.
///
/// # Errors
/// Under `password` when it is too weak or the two differ; when the account holds more than the caller.
pub async fn change_password(call: Call) -> Result<Answer, RestError> {
    let context = &call.context;
    context.operator.in_person()?;
    let user = UserId(call.id);
    may_act_on(context, user).await?;
    let mut verified = None;
    if user == context.operator.id {
        let old = call.body.text("old_password");
        verified = Some(verify_own(&context.state.auth, &context.operator, old).await?);
    }
    let password = call.body.text("password");
    let (username, mut reasons) = weaknesses(&context.state.db, user, password).await?;
    if password != call.body.text("password2") {
        reasons.push(messages::passwords_differ());
    }
    if !reasons.is_empty() {
        let fields = reasons
            .into_iter()
            .map(|reason| ("password".to_owned(), reason))
            .collect();
        return Err(RestError::fields(fields));
    }
    let hash = context.state.auth.hasher.hash(password).await;
    let mut tx = context.state.db.begin().await?;
    Authority::of(&context.operator, &mut tx)
        .over_account(user)
        .await?;
    if let Some(verified) = verified {
        still_own(&mut tx, verified).await?;
    }
    auth::set_password(&mut tx, user, hash, context.now, None).await?;
    auth::forget_password_file(&mut tx, &context.state.domain().settings.data, &username);
    context
        .note(
            &mut tx,
            &USER_PROFILES,
            "change_password",
            call.id,
            None,
            None,
        )
        .await?;
    tx.commit().await?;
    Ok(Answer::detail("The password has been changed."))
}

/// What an account is called, and why a password is too weak for it.
pub(super) async fn weaknesses(
    db: &Db,
    user: UserId,
    password: &str,
) -> Result<(String, Vec<Message>), RestError> {
    let (username, first, last, email): (String, String, String, String) = db
        .one(
            "SELECT username, first_name, last_name, email FROM core_userprofile WHERE id = $1",
            args![user],
        )
        .await?;
    let mailbox = email.split('@').next().unwrap_or_default();
    let reasons = auth::check_rules(password, &[&username, &first, &last, mailbox]);
    Ok((username, reasons))
}

/// What an account is called, for which somebody chose this password, written twice.
///
/// # Errors
/// Under the names of the fields when it is too weak, or the two differ.
pub(super) async fn chosen(
    db: &Db,
    user: UserId,
    new: &str,
    again: &str,
) -> Result<String, RestError> {
    let (username, weak) = weaknesses(db, user, new).await?;
    if !weak.is_empty() {
        let reasons = weak
            .into_iter()
            .map(|reason| ("new_password1".to_owned(), reason));
        return Err(RestError::fields(reasons.collect()));
    }
    if new != again {
        return Err(RestError::field(
            "new_password2",
            messages::passwords_differ(),
        ));
    }
    Ok(username)
}

/// Refuses whoever does not know the password that their own account has here: with one of a directory it gets none.
///
/// # Errors
/// Under `old_password`; 429 after too many wrong ones.
pub async fn verify_own(
    auth: &Auth,
    operator: &Operator,
    password: &str,
) -> Result<Verified, RestError> {
    operator.in_person()?;
    auth::verify_own(auth, operator, password)
        .await?
        .filter(Verified::has_password)
        .ok_or_else(not_current)
}

/// Refuses whoever knew the password of their own account, if it was changed meanwhile.
///
/// # Errors
/// Under `old_password`.
pub async fn still_own(tx: &mut Tx, verified: Verified) -> Result<(), RestError> {
    match verified.still(tx, None).await {
        Ok(_) => Ok(()),
        Err(AuthError::Credentials) => Err(not_current()),
        Err(other) => Err(other.into()),
    }
}

fn not_current() -> RestError {
    RestError::field("old_password", messages::not_current_password())
}
