//! API keys: everybody makes their own; whoever may, sees and revokes those of others.

use async_trait::async_trait;
use migasfree_server_audit::UserId;
use migasfree_server_auth::{
    AuthError, Authority, DomainId, Networks, Operator,
    api_keys::{self, Kind, NewKey},
    credentials_changed, messages as auth,
};
use migasfree_server_db::{Ts, Tx, args, sql};
use migasfree_server_entity::{
    access,
    body::Body,
    context::Context,
    entity::{Csv, Entity, Model, col, many, one},
    error::RestError,
    hooks::{Hooks, Removal},
    json::Json,
    load,
    schema::{Choice, Default, Loss, Table, choice, key, lines, link, text, time},
    value::Refused,
    values::Stored,
    visibility::Sight,
};
use serde_json::{Value, json};

use super::shapes::{DOMAIN_REF, OPERATOR_INFO, PERMISSION_INFO};
use crate::messages;

/// Keys of one account.
const MOST: i64 = 100;
const LONGEST_NAME: usize = 100;
const MOST_NETWORKS: usize = 100;

const KINDS: &[Choice<&str>] = &[("user", "User"), ("service", "Service")];

/// `auth_api_key`
pub static TABLE: Table = Table {
    name: "auth_api_key",
    columns: &[
        text("name", LONGEST_NAME),
        key("user_id", "core_userprofile"),
        choice("kind", KINDS),
        text("prefix", 12),
        text("secret_hash", 64).secret(),
        key("domain_id", "core_domain").null().bound(),
        lines("networks"),
        time("created_at").default(Default::Now),
        time("expires_at").null(),
        time("last_used_at").null(),
        text("last_used_from", 45),
    ],
    many: &[link(
        "permissions",
        "auth_api_key_permissions",
        "apikey_id",
        "permission_id",
        "auth_permission",
    )
    .losing(Loss::Told)],
    order: &["name"],
    unique: &[&["prefix"]],
    ..Table::EMPTY
};

/// API keys.
pub static API_KEYS: Entity = Entity {
    route: "api-keys",
    model: Model {
        app: "auth",
        name: "apikey",
        one: "ApiKey",
        many: "API keys",
    },
    table: &TABLE,
    operations: "LRD",
    schema: "ApiKey",
    detail: &[
        col("id"),
        col("name"),
        one("user", &OPERATOR_INFO),
        col("kind"),
        col("prefix"),
        one("domain", &DOMAIN_REF),
        many("permissions", &PERMISSION_INFO),
        col("networks"),
        col("created_at"),
        col("expires_at"),
        col("last_used_at"),
        col("last_used_from"),
    ],
    filters: &[
        "id+in",
        "name+ic",
        "user__id",
        "user__username+ic",
        "kind+in",
        "prefix",
        "domain__id",
        "expires_at:gte,lt,null",
        "last_used_at:gte,lt,null",
    ],
    search: &["name", "prefix"],
    visible: &[Sight::Author("user")],
    guarded: Some(&[]),
    csv: Csv::Columns(&[
        "id",
        "name",
        "user",
        "kind",
        "prefix",
        "domain",
        "permissions",
        "created_at",
        "expires_at",
        "last_used_at",
    ]),
    hooks: &Rules,
    ..Entity::EMPTY
};

struct Rules;

#[async_trait]
impl Hooks for Rules {
    async fn going(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        let mut authority = Authority::of(&removal.context.operator, removal.tx);
        authority.over_account(owner(removal.before)).await?;
        Ok(())
    }

    async fn deleted(&self, removal: &mut Removal<'_>) -> Result<(), RestError> {
        let auth = &removal.context.state.auth;
        credentials_changed(auth, removal.tx, owner(removal.before));
        Ok(())
    }
}

fn owner(key: &Stored) -> UserId {
    UserId(key.int("user_id").unwrap_or_default())
}

/// The operator's own keys.
///
/// # Errors
/// For a program with a key, or when the database fails.
pub async fn own(context: &Context) -> Result<Value, RestError> {
    let operator = &context.operator;
    operator.in_person()?;
    let rows: Vec<(i64,)> = context
        .state
        .db
        .all(
            "SELECT id FROM auth_api_key WHERE user_id = $1 ORDER BY name, id",
            args![operator.id],
        )
        .await?;
    let ids: Vec<i64> = rows.into_iter().map(|(id,)| id).collect();
    let rows = load::load_in_order(
        &mut context.source(),
        &context.reading(),
        &TABLE,
        API_KEYS.detail,
        &ids,
    )
    .await?;
    Ok(Json::List(rows).to_value())
}

/// Who may make keys, and take back their own: people. What else is asked of them before (a factor passed a moment
/// ago) is asked here.
fn may_make(operator: &Operator) -> Result<(), RestError> {
    Ok(operator.in_person()?)
}

/// Makes a key for the operator; the answer has it under `key`, this once.
///
/// # Errors
/// With every value that is refused; for a program with a key.
pub async fn make(context: &Context, body: &Body) -> Result<Value, RestError> {
    let operator = &context.operator;
    may_make(operator)?;
    access::proved(&context.state, operator).await?;
    let new = read(context, body)?;
    let mut tx = context.state.db.begin().await?;
    let new = NewKey {
        permissions: given(&mut tx, operator, body).await?,
        domain: domain(&mut tx, operator, body).await?,
        ..new
    };
    has_room(&mut tx, operator).await?;
    let random = &*context.state.random;
    let (id, key) = api_keys::create(&mut tx, random, operator.id, &new, context.now).await?;
    let after = json!({
        "kind": new.kind.name(),
        "domain": new.domain,
        "permissions": new.permissions,
        "networks": new.networks,
        "expires_at": new.expires_at,
    });
    context
        .note(&mut tx, &API_KEYS, "add", id, None, Some(&after))
        .await?;
    tx.commit().await?;
    let made = load::load_one(
        &mut context.source(),
        &context.reading(),
        &TABLE,
        API_KEYS.detail,
        id,
    )
    .await?;
    let mut made = made.ok_or(RestError::NoRow(API_KEYS.model.one))?.to_value();
    made["key"] = json!(key);
    Ok(made)
}

/// Takes a key of the operator's own back.
///
/// # Errors
/// When it is not there or not theirs; for a program with a key.
pub async fn revoke(context: &Context, id: i64) -> Result<(), RestError> {
    let operator = &context.operator;
    may_make(operator)?;
    let mut tx = context.state.db.begin().await?;
    let gone: Option<(String,)> = tx
        .optional(
            "DELETE FROM auth_api_key WHERE id = $1 AND user_id = $2 RETURNING name",
            args![id, operator.id],
        )
        .await?;
    let (name,) = gone.ok_or(RestError::NoRow(API_KEYS.model.one))?;
    context
        .audit(&mut tx, &API_KEYS, "delete", id, &name, None, None)
        .await?;
    credentials_changed(&context.state.auth, &mut tx, operator.id);
    tx.commit().await?;
    Ok(())
}

/// Waits for whoever closes the account at the same time: a closed one has no keys.
async fn has_room(tx: &mut Tx, operator: &Operator) -> Result<(), RestError> {
    tx.lock("core_userprofile", &[operator.id.0]).await?;
    let kept: Option<(i64,)> = tx
        .optional(
            "SELECT (SELECT count(*) FROM auth_api_key WHERE user_id = $1) FROM core_userprofile \
             WHERE id = $1 AND is_active",
            args![operator.id],
        )
        .await?;
    match kept {
        None => Err(AuthError::NotAuthenticated.into()),
        Some((kept,)) if kept >= MOST => Err(RestError::Refused(
            "too_many",
            messages::too_many_keys(MOST),
        )),
        Some(_) => Ok(()),
    }
}

/// What a key is to be, but for what has to be looked up.
fn read(context: &Context, body: &Body) -> Result<NewKey, RestError> {
    Ok(NewKey {
        name: name(body)?,
        kind: kind(body)?,
        domain: None,
        networks: networks(body)?,
        permissions: Vec::new(),
        expires_at: expires_at(body, context.now)?,
    })
}

fn name(body: &Body) -> Result<String, RestError> {
    let name = match body.get("name") {
        None => return Err(RestError::refused("name", &Refused::Missing)),
        Some(Value::String(name)) => name.trim(),
        Some(_) => return Err(RestError::refused("name", &Refused::NotAText)),
    };
    let wrong = if name.is_empty() {
        Refused::Empty
    } else if name.chars().any(char::is_control) {
        Refused::NotOneLine
    } else if name.chars().count() > LONGEST_NAME {
        Refused::TooLong(LONGEST_NAME)
    } else {
        return Ok(name.to_owned());
    };
    Err(RestError::refused("name", &wrong))
}

fn kind(body: &Body) -> Result<Kind, RestError> {
    match body.get("kind") {
        None | Some(Value::Null) => Ok(Kind::User),
        Some(Value::String(name)) => Kind::named(name)
            .ok_or_else(|| RestError::refused("kind", &Refused::NotAChoice(name.clone()))),
        Some(_) => Err(RestError::refused("kind", &Refused::NotAText)),
    }
}

/// A list of texts; none where it is not given.
fn texts<'a>(body: &'a Body, name: &str) -> Result<Vec<&'a str>, RestError> {
    let list = match body.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(RestError::refused(name, &Refused::NotAList)),
    };
    let text = |value: &'a Value| {
        let wrong = || RestError::refused(name, &Refused::NotAText);
        value.as_str().map(str::trim).ok_or_else(wrong)
    };
    list.iter().map(text).collect()
}

fn networks(body: &Body) -> Result<Vec<String>, RestError> {
    let listed = texts(body, "networks")?;
    if listed.len() > MOST_NETWORKS {
        let wrong = Refused::TooMany(MOST_NETWORKS);
        return Err(RestError::refused("networks", &wrong));
    }
    let network = |item: &&str| match item.parse::<Networks>() {
        Ok(one) if !item.is_empty() && !item.contains(',') => Ok(one.to_string()),
        _ => Err(RestError::field("networks", messages::not_a_network(*item))),
    };
    listed.iter().map(network).collect()
}

fn expires_at(body: &Body, now: Ts) -> Result<Option<Ts>, RestError> {
    let written = match body.get("expires_at") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_str().and_then(Ts::parse_rfc3339),
    };
    match written {
        Some(end) if end > now => Ok(Some(end)),
        Some(_) => Err(RestError::field("expires_at", messages::expires_later())),
        None => Err(RestError::refused("expires_at", &Refused::NotATime)),
    }
}

/// The permissions a key is given, which its owner holds.
async fn given(tx: &mut Tx, operator: &Operator, body: &Body) -> Result<Vec<i64>, RestError> {
    let wanted = texts(body, "permissions")?;
    let found: Vec<(i64, String)> = tx
        .all(
            sql!(
                "SELECT p.id, t.app_label || '.' || p.codename FROM auth_permission p \
                 JOIN content_type t ON t.id = p.content_type_id \
                 WHERE t.app_label || '.' || p.codename IN ",
                texts(1)
            ),
            args![json!(wanted).to_string()],
        )
        .await?;
    let is_known = |name: &str| found.iter().any(|(_, known)| known == name);
    let mut names = wanted.iter();
    if let Some(name) = names.find(|name| !is_known(name) || !operator.may(name)) {
        let message = auth::not_held(format!("the permission {name}"));
        return Err(RestError::field("permissions", message));
    }
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// The domain a key is limited to, which its owner is not kept out of.
async fn domain(
    tx: &mut Tx,
    operator: &Operator,
    body: &Body,
) -> Result<Option<DomainId>, RestError> {
    let id = match body.get("domain") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_i64(),
    };
    let id = id.ok_or_else(|| RestError::refused("domain", &Refused::NotANumber))?;
    let own = operator.boundary();
    let known: Option<(DomainId,)> = tx
        .optional("SELECT id FROM core_domain WHERE id = $1", args![id])
        .await?;
    match known {
        Some((domain,)) if own.is_none_or(|own| own.contains(&domain)) => Ok(Some(domain)),
        _ => Err(RestError::refused("domain", &Refused::Unknown(id))),
    }
}
