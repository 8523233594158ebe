//! One's own account: what everybody may look at and change without a right.

use migasfree_server_audit::{self as audit, Change};
use migasfree_server_auth::{
    ACCOUNT, Operator, Verified, credentials_changed, forget_password_file, set_password,
    tell_of_address,
};
use migasfree_server_db::args;
use migasfree_server_entity::{
    access,
    body::Body,
    context::Context,
    error::RestError,
    load,
    validate::{self, Mode},
};
use serde_json::{Value, json};

use super::{
    accounts::{chosen, still_own},
    user_profiles::USER_PROFILES,
};
use crate::services::OfDomain as _;

/// What one may change of one's own account; everything else is ignored.
pub const OWN: [&str; 3] = ["email", "first_name", "last_name"];

const NAMES: &str = "SELECT email, first_name, last_name FROM core_userprofile WHERE id = $1";

/// The account as the list of operators has it, with the permissions in force besides.
///
/// # Errors
/// When it is gone or the database fails.
pub async fn detail(context: &Context) -> Result<Value, RestError> {
    let entity = &USER_PROFILES;
    let operator = &context.operator;
    let account = load::load_one(
        &mut context.source(),
        &context.reading(),
        entity.table,
        entity.detail,
        operator.id.0,
    )
    .await?
    .ok_or(RestError::NoRow(entity.model.one))?;
    let mut account = account.to_value();
    account["permissions"] = json!(operator.permissions());
    Ok(account)
}

/// Changes what is given of [`OWN`].
///
/// # Errors
/// With every value that is refused, or when the database fails.
pub async fn change(context: &Context, mut body: Body) -> Result<(), RestError> {
    context.operator.in_person()?;
    body.members.retain(|name, _| OWN.contains(&name.as_str()));
    let given = validate::values(
        &USER_PROFILES,
        Mode::Patch,
        body,
        context.now,
        context.zone(),
    )?;
    let operator = &context.operator;
    prove_for_address(context, given.text("email")).await?;
    let mut tx = context.state.db.begin().await?;
    tx.lock("core_userprofile", &[operator.id.0]).await?;
    let before: (String, String, String) = tx.one(NAMES, args![operator.id]).await?;
    tx.execute(
        "UPDATE core_userprofile SET email = COALESCE($2, email), \
         first_name = COALESCE($3, first_name), last_name = COALESCE($4, last_name) WHERE id = $1",
        args![
            operator.id,
            given.text("email"),
            given.text("first_name"),
            given.text("last_name")
        ],
    )
    .await?;
    let after: (String, String, String) = tx.one(NAMES, args![operator.id]).await?;
    if before.0 != after.0 {
        tell_of_address(&context.state.auth, &mut tx, operator.id, &before.0).await?;
    }
    if before != after {
        let (before, after) = (named(&before), named(&after));
        let change = own_change("change", operator, Some(&before), Some(&after));
        audit::record(&mut tx, context.now, &operator.author(), &change).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Links to choose a password go to the address: neither an open session nor a program changes it.
async fn prove_for_address(context: &Context, given: Option<&str>) -> Result<(), RestError> {
    let (email, ..): (String, String, String) = context
        .state
        .db
        .one(NAMES, args![context.operator.id])
        .await?;
    match given.is_some_and(|given| given != email) {
        true => {
            context.state.auth.changes_address(&context.operator)?;
            access::proved(&context.state, &context.operator).await
        }
        false => Ok(()),
    }
}

fn named((email, first_name, last_name): &(String, String, String)) -> Value {
    json!({"email": email, "first_name": first_name, "last_name": last_name})
}

fn own_change<'a>(
    action: &'a str,
    operator: &'a Operator,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
) -> Change<'a> {
    Change {
        action,
        entity: ACCOUNT,
        object_id: Some(operator.id.0),
        object_text: &operator.username,
        before,
        after,
    }
}

/// Gives it another password, written twice; every other session and token of the account ends.
///
/// # Errors
/// When it is too weak, the two differ, or the old one was changed meanwhile.
pub async fn change_password(
    context: &Context,
    verified: Verified,
    [new, again]: [String; 2],
) -> Result<(), RestError> {
    let operator = &context.operator;
    chosen(&context.state.db, operator.id, &new, &again).await?;
    let auth = &context.state.auth;
    let hash = auth.hasher.hash(&new).await;
    let mut tx = context.state.db.begin().await?;
    still_own(&mut tx, verified).await?;
    let kept = Some(operator.credential);
    set_password(&mut tx, operator.id, hash, context.now, kept).await?;
    let change = own_change("change_password", operator, None, None);
    audit::record(&mut tx, context.now, &operator.author(), &change).await?;
    credentials_changed(auth, &mut tx, operator.id);
    let data = &context.state.domain().settings.data;
    forget_password_file(&mut tx, data, &operator.username);
    tx.commit().await?;
    Ok(())
}
