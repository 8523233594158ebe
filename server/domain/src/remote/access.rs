//! Which computers can be reached, and what an operator may do there.

use migasfree_grant::{Consent, Mode, Service};
use migasfree_server_db::{args, json_ids, sql};
use migasfree_server_entity::{
    context::Context,
    entity::{Field, col, one},
    error::RestError,
    json::Json,
    load,
    page::Wanted,
    params::Params,
    read, value,
};
use migasfree_types::message::Message;
use sea_query::Order;
use serde_json::{Value, json};

use super::{
    asking,
    computers::{self, Facts},
    matching::{self, Policies, Policy},
    presence::Present,
    rights, words,
};
use crate::computers::computer::{COMPUTERS, TABLE};
use crate::core::shapes::{COMPUTER_TEXT, DESKTOP_USER_INFO};
use crate::ids::ComputerId;
use crate::messages;
use crate::services::OfDomain as _;
use crate::sight::PRODUCTIVE;

/// Where operators connect, below the address of the server.
pub const RELAY: &str = "/api/native/1/relay/session/";

/// What there is to be done with a computer.
const WAYS: [(Service, Mode); 8] = [
    (Service::Terminal, Mode::User),
    (Service::Terminal, Mode::Administrator),
    (Service::Screen, Mode::View),
    (Service::Screen, Mode::Control),
    (Service::Files, Mode::Read),
    (Service::Files, Mode::Write),
    (Service::Files, Mode::ReadWrite),
    (Service::Port, Mode::Control),
];

/// Whether a computer is there, what it offers, and what the operator may do with it.
///
/// # Errors
/// Without the right to see that, and for a computer that is not seen.
pub async fn access_to(context: &Context, computer: ComputerId) -> Result<Value, RestError> {
    may_look(context)?;
    asking::seen(context, computer).await?;
    let state = &context.state;
    let mut found = computers::facts(&state.db, &[computer]).await?;
    let facts = found.remove(&computer).unwrap_or_default();
    let present = state.domain().remote.presence.of(&[computer]);
    let present = present.into_iter().next().flatten();
    let policy = policy(context, &facts).await?;
    let certificate = state.domain().remote.presence.version_1(computer);
    let is_version_1 = facts.key.is_none() && certificate.is_some();
    let mut told = presence(context, computer, present.as_ref()).await?;
    if let Value::Object(members) = &mut told {
        let objection = objection(context, &facts, policy.as_ref(), is_version_1);
        let ways = match (&objection, &policy) {
            (None, Some(policy)) => ways(context, policy, is_version_1),
            _ => Vec::new(),
        };
        members.insert("may".to_owned(), ways.into());
        members.insert("policy".to_owned(), json!(policy.as_ref().map(conditions)));
        members.insert("refused".to_owned(), json!(objection));
    }
    Ok(told)
}

fn may_look(context: &Context) -> Result<(), RestError> {
    match context.operator.may(rights::VIEW_PRESENCE) {
        true => Ok(()),
        false => Err(RestError::Forbidden(rights::VIEW_PRESENCE.to_owned())),
    }
}

async fn policy(context: &Context, facts: &Facts) -> Result<Option<Policy>, RestError> {
    let (db, operator) = (&context.state.db, context.operator.id);
    let mut groups = matching::groups_of(db, &[operator]).await?;
    let groups = groups.remove(&operator).unwrap_or_default();
    let policies = Policies::read(db).await?;
    Ok(policies.of(facts, &groups).cloned())
}

/// As version 5 tells it, with more beside.
async fn presence(
    context: &Context,
    computer: ComputerId,
    present: Option<&Present>,
) -> Result<Value, RestError> {
    const NAMED: &[Field] = &[COMPUTER_TEXT];
    let reading = context.reading();
    let row = load::load_one(&mut context.source(), &reading, &TABLE, NAMED, computer.0).await?;
    let row = row.ok_or(RestError::NoRow(COMPUTERS.model.one))?;
    let is_online = present.is_some_and(|present| present.online);
    // `https` becomes `wss`.
    let relay = context.state.settings.base.replacen("http", "ws", 1);
    Ok(json!({
        "id": computer,
        "name": row.get("__str__").as_text(),
        "status": if is_online { "online" } else { "offline" },
        "mode": "tcp_tunnel",
        "relay": format!("{relay}{RELAY}"),
        "server_ip": present.map(|present| present.address.as_str()),
        "services": present.map_or(&[][..], |present| present.services.as_slice()),
        "last_seen": present.map(|present| present.last_seen),
        "rdp_certificate": present.and_then(rdp_certificate),
    }))
}

/// SHA-256 of the certificate that its RDP service shows, as its agent found it.
fn rdp_certificate(present: &Present) -> Option<&str> {
    let mut services = present.services.iter();
    services.find_map(|service| service.strip_prefix("rdp_certificate "))
}

/// What keeps everybody out.
fn objection(
    context: &Context,
    facts: &Facts,
    policy: Option<&Policy>,
    is_version_1: bool,
) -> Option<Message> {
    if !facts.is_in_use() {
        return Some(messages::remote_not_in_use());
    }
    let Some(policy) = policy else {
        return Some(messages::remote_no_policy());
    };
    if matches!(words::consent(&policy.consent, 0), Consent::Deny) {
        return Some(messages::remote_denied(policy.name.as_str()));
    }
    if !policy.is_open(context.now, context.zone()) {
        return Some(messages::remote_not_today(policy.name.as_str()));
    }
    (facts.key.is_none() && !is_version_1).then(messages::remote_no_key)
}

fn ways(context: &Context, policy: &Policy, is_version_1: bool) -> Vec<Value> {
    let may = |service, mode| {
        let needed = rights::needed(service, mode, "");
        needed.is_some_and(|needed| rights::lacking(&context.operator, &needed).is_none())
    };
    WAYS.into_iter()
        .filter(|(service, _)| !is_version_1 || *service == Service::Port)
        .filter(|(service, mode)| policy.offers(*service, *mode) && may(*service, *mode))
        .map(|(service, mode)| json!({"service": service, "mode": mode}))
        .collect()
}

/// What a policy asks of whoever goes in.
fn conditions(policy: &Policy) -> Value {
    json!({
        "id": policy.id,
        "name": &policy.name,
        "consent": &policy.consent,
        "recording": &policy.recording,
        "ports": policy.port_names(),
        "reason_required": policy.reason_required,
        "ticket_required": policy.ticket_required,
        "proof": &policy.proof,
        "max_minutes": policy.max_minutes,
        "files_in": policy.switches().files_in,
        "files_out": policy.switches().files_out,
    })
}

const LISTED: &[Field] = &[
    col("id"),
    COMPUTER_TEXT,
    one("sync_user", &DESKTOP_USER_INFO),
    col("ip_address"),
];

/// A page of the computers an operator sees, with who is there.
///
/// # Errors
/// Without the right to see that, and for a page that is not there.
pub async fn reachable(
    context: &Context,
    asked: &Params,
    address: &str,
) -> Result<Json, RestError> {
    may_look(context)?;
    let wanted = Wanted::read(asked)?;
    let ids = found(context, asked.get("search")).await?;
    let computers: Vec<ComputerId> = ids.iter().copied().map(ComputerId).collect();
    let presence = context.state.domain().remote.presence.of(&computers);
    let online = asked.get("online").and_then(value::truth);
    let mut rows: Vec<(i64, Option<Present>)> = ids.into_iter().zip(presence).collect();
    rows.retain(|(_, present)| {
        let is_online = present.as_ref().is_some_and(|present| present.online);
        online.is_none_or(|online| online == is_online)
    });
    let count = rows.len() as u64;
    let page = wanted.of(count)?;
    let offset = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let shown: Vec<(i64, Option<Present>)> = rows.into_iter().skip(offset).take(size).collect();
    let results = told(context, shown).await?;
    Ok(read::envelope(count, page, address, asked, results))
}

/// The computers in use that the operator sees and that what was typed means, by name.
async fn found(context: &Context, search: Option<&str>) -> Result<Vec<i64>, RestError> {
    let resource = context.registry().by_route(COMPUTERS.route);
    let resource = resource.ok_or(RestError::NoRoute)?;
    let status = PRODUCTIVE.join(",");
    let params = Params::of(&[
        ("search", search),
        ("status__in", Some(&status)),
        ("page", Some("1")),
    ]);
    let mut rows = read::selected(context, resource, &params).await?;
    let row = migasfree_server_entity::path::ROW;
    rows.column((row, "id"))
        .order_by((row, "name"), Order::Asc)
        .order_by((row, "id"), Order::Asc);
    let ids: Vec<(i64,)> = context.state.db.all_query(&rows).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

async fn told(
    context: &Context,
    shown: Vec<(i64, Option<Present>)>,
) -> Result<Vec<Json>, RestError> {
    let ids: Vec<i64> = shown.iter().map(|(id, _)| *id).collect();
    let seen = last_seen(context, &ids).await?;
    let reading = context.reading();
    let rows = load::load_in_order(&mut context.source(), &reading, &TABLE, LISTED, &ids).await?;
    let results = rows.iter().zip(shown).map(|(row, (id, present))| {
        let present = present.as_ref();
        let address = present.map(|present| present.address.as_str());
        let address = address.filter(|address| !address.is_empty());
        let known = seen.iter().find(|(computer, _)| *computer == id);
        let last = present.map(|present| present.last_seen);
        let last = last.or_else(|| known.and_then(|(_, at)| *at));
        let services = present.map_or_else(Vec::new, |present| present.services.clone());
        Json::Object(vec![
            ("computer", id.into()),
            ("name", row.get("__str__").clone()),
            ("user", row.get("sync_user").get("__str__").clone()),
            (
                "address",
                address.map_or_else(|| row.get("ip_address").clone(), Json::text),
            ),
            ("online", present.is_some_and(|one| one.online).into()),
            (
                "last_seen",
                last.map(migasfree_server_db::Ts::rfc3339).into(),
            ),
            ("services", services.into()),
        ])
    });
    Ok(results.collect())
}

/// When the keys of some computers were used last.
async fn last_seen(
    context: &Context,
    ids: &[i64],
) -> Result<Vec<(i64, Option<migasfree_server_db::Ts>)>, RestError> {
    let rows = context
        .state
        .db
        .all(
            sql!(
                "SELECT computer_id, last_used_at FROM client_computerkey WHERE state = 'active' AND computer_id IN ",
                ids(1)
            ),
            args![json_ids(ids.iter().copied())],
        )
        .await?;
    Ok(rows)
}
