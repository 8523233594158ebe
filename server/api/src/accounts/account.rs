//! One's own account.

use axum::Json;
use axum::extract::State;
use migasfree_server_audit::{self as audit, Change};
use migasfree_server_auth::{
    ACCOUNT, Operator, Verified, check_rules, credentials_changed, forget_password_file,
    set_password,
};
use migasfree_server_db::args;
use migasfree_server_domain::{
    core::{accounts, user_profiles::USER_PROFILES},
    services::OfDomain as _,
};
use migasfree_server_entity::{
    context::Context,
    error::RestError,
    load,
    validate::{self, Mode},
};
use serde_json::{Value, json};

use super::fields::Fields;
use crate::ApiState;
use migasfree_server_domain::messages;

/// What one may change of one's own account; everything else is ignored.
pub const OWN: [&str; 3] = ["email", "first_name", "last_name"];

/// The detail of the account as the list of operators has it, with the permissions in force besides.
async fn detail(context: &Context) -> Result<Value, RestError> {
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

/// `GET /rest-auth/user/`
pub async fn show(
    State(state): State<ApiState>,
    operator: Operator,
) -> Result<Json<Value>, RestError> {
    detail(&Context::new(state.services.clone(), operator))
        .await
        .map(Json)
}

/// `PUT` and `PATCH /rest-auth/user/`
pub async fn update(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let context = Context::new(state.services.clone(), operator);
    let mut body = fields.0;
    body.members.retain(|name, _| OWN.contains(&name.as_str()));
    let given = validate::values(
        &USER_PROFILES,
        Mode::Patch,
        body,
        context.now,
        context.zone(),
    )?;
    let operator = &context.operator;
    let mut tx = context.state.db.begin().await?;
    tx.lock("core_userprofile", &[operator.id.0]).await?;
    let names = "SELECT email, first_name, last_name FROM core_userprofile WHERE id = $1";
    let before: (String, String, String) = tx.one(names, args![operator.id]).await?;
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
    let after: (String, String, String) = tx.one(names, args![operator.id]).await?;
    if before != after {
        let (before, after) = (named(&before), named(&after));
        let change = own_change("change", operator, Some(&before), Some(&after));
        audit::record(&mut tx, context.now, &operator.author(), &change).await?;
    }
    tx.commit().await?;
    detail(&context).await.map(Json)
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

/// `POST /rest-auth/password/change/`: ends every other session and token of the account.
pub async fn change_password(
    State(state): State<ApiState>,
    operator: Operator,
    fields: Fields,
) -> Result<Json<Value>, RestError> {
    let verified =
        accounts::verify_own(&state.auth, &operator, &fields.text("old_password")).await?;
    let (first, last, email): (String, String, String) = state
        .db
        .one(
            "SELECT first_name, last_name, email FROM core_userprofile WHERE id = $1",
            args![operator.id],
        )
        .await?;
    let [new, again] = fields.required(["new_password1", "new_password2"])?;
    let mailbox = email.split('@').next().unwrap_or_default();
    let weak = check_rules(&new, &[&operator.username, &first, &last, mailbox]);
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
    store_password(&state, &operator, verified, &new).await?;
    Ok(Json(json!({"detail": "The password has been changed."})))
}

async fn store_password(
    state: &ApiState,
    operator: &Operator,
    verified: Verified,
    password: &str,
) -> Result<(), RestError> {
    let hash = state.auth.hasher.hash(password).await;
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    accounts::still_own(&mut tx, verified).await?;
    set_password(&mut tx, operator.id, hash, now, Some(operator.credential)).await?;
    let change = own_change("change_password", operator, None, None);
    audit::record(&mut tx, now, &operator.author(), &change).await?;
    credentials_changed(&state.auth, &mut tx, operator.id);
    forget_password_file(&mut tx, &state.domain().settings.data, &operator.username);
    tx.commit().await?;
    Ok(())
}
