//! One's own account.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::login::read_body;
use super::{AuthError, Credential, Operator, check_rules};
use crate::app::AppState;
use crate::args;
use crate::audit::{self, Change};
use crate::db::{Db, Result, Ts, UserId};

#[derive(Serialize, sqlx::FromRow)]
struct Reference {
    id: i64,
    name: String,
}

#[derive(Serialize, sqlx::FromRow)]
struct PermissionInfo {
    id: i64,
    name: String,
    codename: String,
}

#[derive(sqlx::FromRow)]
struct Account {
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    domain_id: Option<i64>,
    domain_name: Option<String>,
    scope_id: Option<i64>,
    scope_name: Option<String>,
    is_superuser: bool,
    is_staff: bool,
    is_active: bool,
    last_login: Option<Ts>,
    date_joined: Ts,
}

/// The detail of an account as `/rest-auth/user/` has it (rest-api 8.22), with the permissions in force besides.
async fn detail(db: &Db, operator: &Operator) -> Result<Value> {
    let account: Account = db
        .one(
            "SELECT u.username, u.email, u.first_name, u.last_name, d.id AS domain_id, \
             d.name AS domain_name, s.id AS scope_id, s.name AS scope_name, u.is_superuser, \
             u.is_staff, u.is_active, u.last_login, u.date_joined FROM core_userprofile u \
             LEFT JOIN core_domain d ON d.id = u.domain_preference_id \
             LEFT JOIN core_scope s ON s.id = u.scope_preference_id WHERE u.id = $1",
            args![operator.id],
        )
        .await?;
    let domains: Vec<Reference> = db
        .all(
            "SELECT d.id, d.name FROM core_domain d JOIN core_userprofile_domains l \
             ON l.domain_id = d.id WHERE l.userprofile_id = $1 ORDER BY d.name",
            args![operator.id],
        )
        .await?;
    let groups: Vec<Reference> = db
        .all(
            "SELECT g.id, g.name FROM auth_group g JOIN auth_user_groups l ON l.group_id = g.id \
             WHERE l.user_id = $1 ORDER BY g.name",
            args![operator.id],
        )
        .await?;
    let permissions: Vec<PermissionInfo> = db
        .all(
            "SELECT p.id, p.name, p.codename FROM auth_permission p \
             JOIN auth_user_user_permissions l ON l.permission_id = p.id \
             WHERE l.user_id = $1 ORDER BY p.id",
            args![operator.id],
        )
        .await?;
    let reference = |id: Option<i64>, name: Option<String>| {
        id.zip(name)
            .map(|(id, name)| json!({"id": id, "name": name}))
    };
    Ok(json!({
        "pk": operator.id,
        "id": operator.id,
        "username": account.username,
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "domain_preference": reference(account.domain_id, account.domain_name),
        "scope_preference": reference(account.scope_id, account.scope_name),
        "is_superuser": account.is_superuser,
        "is_staff": account.is_staff,
        "is_active": account.is_active,
        "last_login": account.last_login,
        "date_joined": account.date_joined,
        "domains": domains,
        "groups": groups,
        "user_permissions": permissions,
        "token": "",
        "permissions": operator.permissions(),
    }))
}

/// `GET /rest-auth/user/`
pub async fn show(
    State(state): State<AppState>,
    operator: Operator,
) -> Result<Json<Value>, AuthError> {
    Ok(Json(detail(&state.db, &operator).await?))
}

/// The fields one may change on one's own account; every other one is ignored.
#[derive(Deserialize)]
struct Names {
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

/// `PUT` and `PATCH /rest-auth/user/`
pub async fn update(
    State(state): State<AppState>,
    operator: Operator,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, AuthError> {
    let given: Names = read_body(&headers, &body)?;
    check_lengths(&given)?;
    let before = detail(&state.db, &operator).await?;
    let mut tx = state.db.begin().await?;
    tx.execute(
        "UPDATE core_userprofile SET email = COALESCE($2, email), \
         first_name = COALESCE($3, first_name), last_name = COALESCE($4, last_name) WHERE id = $1",
        args![operator.id, given.email, given.first_name, given.last_name],
    )
    .await?;
    let names: (String, String, String) = tx
        .one(
            "SELECT email, first_name, last_name FROM core_userprofile WHERE id = $1",
            args![operator.id],
        )
        .await?;
    let after = json!({"email": names.0, "first_name": names.1, "last_name": names.2});
    let before = json!({
        "email": before["email"], "first_name": before["first_name"], "last_name": before["last_name"],
    });
    let change = own_change("change", &operator, Some(&before), Some(&after));
    audit::record(&mut tx, state.clock.now(), &operator.author(), &change).await?;
    tx.commit().await?;
    Ok(Json(detail(&state.db, &operator).await?))
}

fn check_lengths(given: &Names) -> Result<(), AuthError> {
    let fields = [
        ("email", &given.email, 254),
        ("first_name", &given.first_name, 150),
        ("last_name", &given.last_name, 150),
    ];
    let refused: Vec<_> = fields
        .into_iter()
        .filter(|(_, value, limit)| {
            value
                .as_ref()
                .is_some_and(|text| text.chars().count() > *limit)
        })
        .map(|(name, _, limit)| (name, vec![format!("Use at most {limit} characters.")]))
        .collect();
    if refused.is_empty() {
        Ok(())
    } else {
        Err(AuthError::Fields(refused))
    }
}

fn own_change<'a>(
    action: &'a str,
    operator: &'a Operator,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
) -> Change<'a> {
    Change {
        action,
        entity: "core.userprofile",
        object_id: Some(operator.id.0),
        object_text: &operator.username,
        before,
        after,
    }
}

#[derive(Deserialize)]
struct NewPassword {
    #[serde(default)]
    old_password: String,
    #[serde(default)]
    new_password1: String,
    #[serde(default)]
    new_password2: String,
}

/// `POST /rest-auth/password/change/`: ends every other session and token of the account.
pub async fn change_password(
    State(state): State<AppState>,
    operator: Operator,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, AuthError> {
    let given: NewPassword = read_body(&headers, &body)?;
    state.auth.logins.check(&attempts_key(operator.id))?;
    let account: (String, String, String, String) = state
        .db
        .one(
            "SELECT password, first_name, last_name, email FROM core_userprofile WHERE id = $1",
            args![operator.id],
        )
        .await?;
    let (stored, first, last, email) = account;
    if !state
        .auth
        .hasher
        .verify(&given.old_password, Some(stored))
        .await
    {
        state.auth.logins.hit(&attempts_key(operator.id))?;
        let reason = "This is not the current password.".to_owned();
        return Err(AuthError::Fields(vec![("old_password", vec![reason])]));
    }
    let mailbox = email.split('@').next().unwrap_or_default();
    let weak = check_rules(
        &given.new_password1,
        &[&operator.username, &first, &last, mailbox],
    );
    if !weak.is_empty() {
        return Err(AuthError::Fields(vec![("new_password1", weak)]));
    }
    if given.new_password1 != given.new_password2 {
        let reason = "The two passwords differ.".to_owned();
        return Err(AuthError::Fields(vec![("new_password2", vec![reason])]));
    }
    store_password(&state, &operator, &given.new_password1).await?;
    Ok(Json(json!({"detail": "The password has been changed."})))
}

fn attempts_key(user: UserId) -> String {
    format!("password of {user}")
}

async fn store_password(
    state: &AppState,
    operator: &Operator,
    password: &str,
) -> Result<(), AuthError> {
    let hash = state.auth.hasher.hash(password).await;
    let now = state.clock.now();
    let (token, session) = match operator.credential {
        Credential::Token(id) => (id, 0),
        Credential::Session(id) => (0, id),
        Credential::Jwt | Credential::Ticket | Credential::Password => (0, 0),
    };
    let mut tx = state.db.begin().await?;
    tx.execute(
        "UPDATE core_userprofile SET password = $2, password_changed_at = $3 WHERE id = $1",
        args![operator.id, hash, now],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_token WHERE user_id = $1 AND id <> $2",
        args![operator.id, token],
    )
    .await?;
    tx.execute(
        "DELETE FROM auth_session WHERE user_id = $1 AND id <> $2",
        args![operator.id, session],
    )
    .await?;
    let change = own_change("change_password", operator, None, None);
    audit::record(&mut tx, now, &operator.author(), &change).await?;
    super::first::forget_password_file(&mut tx, &state.settings.data, &operator.username);
    tx.commit().await?;
    Ok(())
}
