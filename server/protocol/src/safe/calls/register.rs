//! `computers/`: registers a computer, or welcomes it back (4.1).

use axum::http::StatusCode;
use migasfree_server_audit::{self as audit, Author, Change};
use migasfree_server_auth::{AuthError, Operator, by_password};
use migasfree_server_db as db;
use migasfree_server_domain::{
    client::{
        attributes,
        computers::{self, Computer},
        identity::{self, Claimed, NewComputer},
        projects,
        validate::{Fields, MAX_HOST_NAME, cut, given},
    },
    core::rules::{identity::canonical, status::Status},
    identity::vouches,
    ids::ComputerId,
    messages as domain_messages,
};
use migasfree_types::events::ChangeAction;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::messages;
use crate::safe::answer::{Answer, Refusal, Reply, TooMany, created, ok};
use crate::safe::call::ProjectCall;
use crate::safe::finding::{find, find_alone};
use crate::safe::progress;
use crate::safe::shapes::Shape as _;

const MAX_UUID: usize = 36;

#[derive(Debug, Deserialize)]
struct Claims {
    uuid: String,
    name: String,
    /// Has to be there, and may be nothing.
    #[serde(deserialize_with = "Option::deserialize")]
    ip_address: Option<String>,
    username: String,
    password: String,
}

pub(in crate::safe) async fn answer(mut call: ProjectCall<Claimed>, claims: Value) -> Reply {
    let mut claims: Claims = serde_json::from_value(claims).map_err(|_| Refusal::invalid_data())?;
    claims.name = cut(&claims.name, MAX_HOST_NAME);
    let operator = operator(&call, &claims).await?;
    match find(&mut call, &claims.uuid, &claims.name).await? {
        Some(known) => welcome_back(&call, known.id, &claims.uuid, operator.as_ref()).await,
        None => match register(&call, &claims, operator.as_ref()).await? {
            Registered::Now(answer) => Ok(answer),
            Registered::Before(id) => {
                welcome_back(&call, id, &claims.uuid, operator.as_ref()).await
            }
        },
    }
}

/// What became of a registration.
enum Registered {
    Now(Answer),
    /// Another call of the same computer was faster.
    Before(ComputerId),
}

/// Who vouches for the computer; wrong credentials vouch for nothing.
async fn operator(
    call: &ProjectCall<Claimed>,
    claims: &Claims,
) -> Result<Option<Operator>, Refusal> {
    if claims.username.is_empty() {
        return Ok(None);
    }
    match by_password(
        &call.state.auth,
        call.connection,
        &claims.username,
        &claims.password,
    )
    .await
    {
        Ok((operator, _)) => Ok(Some(operator)),
        Err(AuthError::Database(error)) => Err(error.into()),
        Err(AuthError::TooMany(seconds)) => Err(Refusal::TooMany(TooMany::SignIns, seconds)),
        Err(AuthError::TooManyGuesses(seconds)) => {
            Err(Refusal::TooMany(TooMany::WrongPasswords, seconds))
        }
        Err(_) => Ok(None),
    }
}

/// Whoever gave credentials, if their word is good for the computer.
async fn vouching<'a>(
    call: &ProjectCall<Claimed>,
    operator: Option<&'a Operator>,
    computer: Option<ComputerId>,
) -> Result<Option<&'a Operator>, Refusal> {
    let Some(operator) = operator else {
        return Ok(None);
    };
    let is_good = vouches(&call.state.db, operator, call.project.id, computer).await?;
    Ok(is_good.then_some(operator))
}

/// Whether a computer may join the project.
fn may_join(call: &ProjectCall<Claimed>, operator: Option<&Operator>) -> Result<(), Refusal> {
    if call.project.auto_register_computers || operator.is_some() {
        return Ok(());
    }
    Err(not_registered())
}

/// Whether a computer may leave the project it is in: anybody may have the key of another one, and say to be it there.
/// Its name and its network cards tell who it is only within its project.
async fn may_leave(
    call: &ProjectCall<Claimed>,
    before: &Computer,
    uuid: &str,
    operator: Option<&Operator>,
) -> Result<(), Refusal> {
    if operator.is_some() {
        return Ok(());
    }
    let is_same = identity::is_same_uuid(before.uuid.as_deref(), uuid);
    if is_same && projects::is_open(&call.state.db, before.project_id).await? {
        return Ok(());
    }
    Err(not_registered())
}

fn not_registered() -> Refusal {
    Refusal::Said(
        StatusCode::UNAUTHORIZED,
        messages::computer_not_registrable(),
    )
}

async fn welcome_back(
    call: &ProjectCall<Claimed>,
    id: ComputerId,
    uuid: &str,
    operator: Option<&Operator>,
) -> Reply {
    let before = known(call, id).await?;
    call.certificate.check(&before)?;
    let operator = vouching(call, operator, Some(id)).await?;
    // A retired computer comes back only when somebody who may add it vouches for it.
    if before.status() == Status::Unsubscribed && operator.is_none() {
        return Err(Refusal::Said(
            StatusCode::FORBIDDEN,
            domain_messages::computer_retired(),
        ));
    }
    let moves = before.project_id != call.project.id;
    if moves {
        may_join(call, operator)?;
        may_leave(call, &before, uuid, operator).await?;
    }
    let usual = &call.state.settings.default_computer_status;
    let revives = before.status != *usual;
    if moves || revives {
        let mut tx = call.state.db.begin().await?;
        tx.lock("client_computer", &[id.0]).await?;
        if !identity::is_still(&mut tx, id, before.project_id, &before.status).await? {
            // What was decided above was decided about another state.
            return Err(db::Error::Busy.into());
        }
        if moves {
            identity::migrate(&mut tx, id, call.project.id, call.now).await?;
        }
        if revives {
            identity::set_status(&mut tx, id, usual, call.now).await?;
        }
        let then = json!({ "project": before.project_id, "status": before.status });
        let now = json!({
            "project": call.project.id,
            "status": if revives { usual } else { &before.status },
        });
        let name = format!("CID-{id}");
        let change = Change {
            action: "change",
            entity: "client.computer",
            object_id: Some(id.0),
            object_text: &name,
            before: Some(&then),
            after: Some(&now),
        };
        audit::record(&mut tx, call.now, &author(call, id, operator), &change).await?;
        tx.commit().await?;
        progress::changed(&call.state, "client.computer", id.0, ChangeAction::Change);
    }
    let computer = known(call, id).await?;
    let tags = attributes::tags(&call.state.db, id).await?;
    ok(computer.detail(&call.state.settings, &call.project, &tags))
}

async fn known(call: &ProjectCall<Claimed>, id: ComputerId) -> Result<Computer, Refusal> {
    let computer = computers::by_id(&call.state.db, id).await?;
    computer.ok_or_else(|| Refusal::no_such("Computer"))
}

fn author(call: &ProjectCall<Claimed>, id: ComputerId, operator: Option<&Operator>) -> Author {
    match operator {
        Some(operator) => operator.author(),
        None => Author {
            user: None,
            name: format!("CID-{id}"),
            address: call.connection.client.to_string(),
        },
    }
}

async fn register(
    call: &ProjectCall<Claimed>,
    claims: &Claims,
    operator: Option<&Operator>,
) -> Result<Registered, Refusal> {
    let operator = vouching(call, operator, None).await?;
    may_join(call, operator)?;
    let ip_address = given(claims.ip_address.as_deref());
    check(claims, ip_address)?;
    if operator.is_none() {
        let (connection, project) = (call.connection, call.project.id);
        let newcomers = &call.state.newcomers;
        let counted = newcomers.count(&call.state.settings, connection, project, call.now);
        if let Err((what, seconds)) = counted {
            call.forget().await?;
            return Err(Refusal::TooMany(what, seconds));
        }
    }
    let address = call.connection.client.to_string();
    let settings = &call.state.settings.clients;
    let uuid = (!settings.is_filler(&claims.uuid)).then(|| canonical(&claims.uuid));
    let new = NewComputer {
        uuid: uuid.as_deref(),
        name: &claims.name,
        status: &call.state.settings.default_computer_status,
        project: call.project.id,
        ip_address,
        forwarded_ip_address: Some(&address),
    };
    let mut tx = call.state.db.begin().await?;
    if let Some(known) = find_alone(&mut tx, call, &claims.uuid, &claims.name).await? {
        return Ok(Registered::Before(known.id));
    }
    let author = operator.map(Operator::author);
    let domain = &call.state.settings.domain;
    let (id, data) = identity::register(&mut tx, domain, &new, author.as_ref(), call.now)
        .await
        .map_err(|error| match error {
            db::Error::Unique { .. } => {
                let mut fields = Fields::default();
                fields.refuse("uuid", "computer with this uuid already exists.");
                fields
                    .check()
                    .err()
                    .map_or_else(Refusal::malformed_claims, Refusal::from)
            }
            other => other.into(),
        })?;
    tx.commit().await?;
    progress::changed(&call.state, "client.computer", id.0, ChangeAction::Add);
    Ok(Registered::Now(created(data)?))
}

fn check(claims: &Claims, ip_address: Option<&str>) -> Result<(), Refusal> {
    let mut fields = Fields::default();
    fields.limit("uuid", &canonical(&claims.uuid), MAX_UUID);
    fields.address("ip_address", ip_address);
    fields.filled("name", &claims.name);
    fields.one_line("name", &claims.name);
    fields.filled("uuid", &claims.uuid);
    Ok(fields.check()?)
}
