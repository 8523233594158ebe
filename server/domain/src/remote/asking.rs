//! Asking for a session: every condition in its turn, and the grant for whom all of them are met.

use std::time::Duration;

use migasfree_grant::{
    Consent, Grant, Mode, OperatorIdentity, Recording, START_WITHIN, Service, Strength,
};
use migasfree_server_db::{Ts, Tx, args};
use migasfree_server_entity::{boundary, context::Context, error::RestError, read};
use serde_json::{Value, json};

use super::{
    asked::Asked,
    computers::{self, Facts},
    limits,
    matching::{self, Policies, Policy},
    notes::{self, Named},
    presence, rights, strength, version_1, words,
};
use crate::computers::computer::COMPUTERS;
use crate::ids::ComputerId;
use crate::messages;
use crate::services::OfDomain as _;

/// Neither asked nor told.
const UNATTENDED: &str = "unattended";

/// A session that may be started.
#[derive(Debug)]
pub struct Granted {
    /// Its row.
    pub id: i64,
    /// How both ends call it.
    pub session: String,
    /// What its operator shows to start it.
    pub grant: String,
    /// Until when that has to be.
    pub expires: Ts,
}

/// Gives an operator a grant for what they ask for.
///
/// # Errors
/// Where they do not see the computer (as everywhere: there is none), lack a right, no policy lets them, a policy asks for
/// more than they said or showed, the computer cannot be reached, or there are too many sessions.
pub async fn ask(context: &Context, asked: &Asked) -> Result<Granted, RestError> {
    seen(context, asked.computer).await?;
    boundary::check(context, &mut context.source(), &COMPUTERS, asked.computer.0).await?;
    let mut uses = uses(asked);
    if let Some(right) = rights::lacking(&context.operator, &uses) {
        return Err(RestError::Forbidden(right.to_owned()));
    }
    let facts = facts(context, asked.computer).await?;
    let policy = policy(context, &facts).await?;
    let asked = permitted(context, asked, &policy, &facts)?;
    let is_unasked = policy.consent == UNATTENDED && !asked.unattended;
    if is_unasked && context.operator.may(rights::ACT_UNATTENDED) {
        uses.push(rights::ACT_UNATTENDED);
    }
    let strength = strength::of(&context.state, &context.operator).await?;
    strength::suffices(context, &policy.proof, strength).await?;
    let presence = &*context.state.domain().remote.presence;
    let certificate = presence.version_1(asked.computer);
    let is_version_1 = facts.key.is_none() && certificate.is_some();
    let key = facts.key.as_deref().or(certificate.as_deref());
    let key = key.ok_or_else(|| conflict("no_computer_key", messages::remote_no_key()))?;
    if is_version_1 {
        version_1::permits(asked.service, uses.contains(&rights::ACT_UNATTENDED))?;
    }
    let present = presence::online(presence, asked.computer);
    let present = present.ok_or_else(|| conflict("offline", messages::remote_offline()))?;
    if asked.service == Service::Screen && !present.shows_a_screen() {
        return Err(conflict("no_screen", messages::remote_no_screen()));
    }
    let wanted = Wanted {
        asked: &asked,
        policy: &policy,
        uses: &uses,
        strength,
        key,
    };
    wanted.granted(context).await
}

/// Refuses a computer that the operator does not see.
pub(super) async fn seen(context: &Context, computer: ComputerId) -> Result<(), RestError> {
    let resource = context.registry().by_route(COMPUTERS.route);
    let resource = resource.ok_or(RestError::NoRoute)?;
    read::visible(context, resource, computer.0).await
}

async fn facts(context: &Context, computer: ComputerId) -> Result<Facts, RestError> {
    let mut found = computers::facts(&context.state.db, &[computer]).await?;
    let facts = found.remove(&computer);
    let facts = facts.ok_or(RestError::NoRow(COMPUTERS.model.one))?;
    if facts.is_in_use() {
        Ok(facts)
    } else {
        Err(conflict("not_in_use", messages::remote_not_in_use()))
    }
}

async fn policy(context: &Context, facts: &Facts) -> Result<Policy, RestError> {
    let db = &context.state.db;
    let operator = context.operator.id;
    let policies = Policies::read(db).await?;
    let mut groups = matching::groups_of(db, &[operator]).await?;
    let groups = groups.remove(&operator).unwrap_or_default();
    let found = policies.of(facts, &groups).cloned();
    found.ok_or_else(|| denied("no_policy", messages::remote_no_policy()))
}

/// The rights that what is asked for takes.
fn uses(asked: &Asked) -> Vec<&'static str> {
    let needed = rights::needed(asked.service, asked.mode, &asked.account);
    let mut uses = needed.unwrap_or_default();
    if asked.unattended {
        uses.push(rights::ACT_UNATTENDED);
    }
    if asked.unrecorded {
        uses.push(rights::SKIP_RECORDING);
    }
    uses
}

/// What is asked for as the policy lets it be, with the account it is about.
fn permitted(
    context: &Context,
    asked: &Asked,
    policy: &Policy,
    facts: &Facts,
) -> Result<Asked, RestError> {
    let name = policy.name.as_str();
    if matches!(words::consent(&policy.consent, 0), Consent::Deny) {
        return Err(denied("policy", messages::remote_denied(name)));
    }
    if !policy.offers(asked.service, asked.mode) {
        let service = words::word(asked.service);
        return Err(denied(
            "policy",
            messages::remote_not_offered(name, service),
        ));
    }
    if !policy.is_open(context.now, context.zone()) {
        let (from, until) = (policy.from_time.as_str(), policy.until_time.as_str());
        let message = match from.is_empty() {
            true => messages::remote_not_today(name),
            false => messages::remote_not_now(name, from, until),
        };
        return Err(denied("outside_hours", message));
    }
    if asked.service == Service::Port && !policy.port_names().contains(&asked.port) {
        let message = messages::remote_port_unknown(name, policy.port_names().join(", "));
        return Err(RestError::field("port", message));
    }
    if policy.reason_required && asked.reason.is_empty() {
        return Err(RestError::field("reason", messages::remote_reason_needed()));
    }
    if policy.ticket_required && asked.ticket.is_empty() {
        return Err(RestError::field("ticket", messages::remote_ticket_needed()));
    }
    let account = account(asked, facts)?;
    Ok(Asked {
        account,
        ..asked.clone()
    })
}

/// Terminals and files are of somebody: of who was said, else of whoever was last seen at the computer.
fn account(asked: &Asked, facts: &Facts) -> Result<String, RestError> {
    match (asked.service, asked.mode) {
        (Service::Terminal, Mode::Administrator) => Ok(String::new()),
        (Service::Terminal | Service::Files, _) if !asked.account.is_empty() => {
            Ok(asked.account.clone())
        }
        (Service::Terminal | Service::Files, _) => match facts.person.as_str() {
            "" | rights::ROOT => Err(RestError::field(
                "account",
                messages::remote_whose_account(),
            )),
            person => Ok(person.to_owned()),
        },
        _ => Ok(String::new()),
    }
}

/// Everything a session is made of.
struct Wanted<'a> {
    asked: &'a Asked,
    policy: &'a Policy,
    uses: &'a [&'static str],
    strength: Strength,
    key: &'a str,
}

impl Wanted<'_> {
    async fn granted(&self, context: &Context) -> Result<Granted, RestError> {
        let state = &context.state;
        let remote = &state.domain().remote;
        let grant = self.grant(context);
        let expires = Ts::from_seconds(grant.expires);
        let mut tx = state.db.begin().await?;
        let who = (context.operator.id.0, self.asked.computer);
        limits::heed(remote.limits, &mut tx, who, context.now).await?;
        let id = self.keep(context, &mut tx, &grant).await?;
        let named = Named {
            id,
            uuid: grant.session.clone(),
            computer_id: grant.computer,
            operator_name: grant.operator.name.clone(),
            service: words::word(grant.service),
        };
        let details = self.told(&grant);
        let author = context.operator.author();
        notes::note(
            state,
            &mut tx,
            &named,
            ("requested", &details),
            &author,
            context.now,
        )
        .await?;
        tx.commit().await?;
        Ok(Granted {
            id,
            session: grant.session.clone(),
            grant: migasfree_grant::sign(&grant, &remote.key),
            expires,
        })
    }

    fn grant(&self, context: &Context) -> Grant {
        let Self { asked, policy, .. } = self;
        let issued = context.now.seconds();
        let is_port = asked.service == Service::Port;
        let none = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Grant {
            session: context.state.random.uuid().to_string(),
            issued,
            expires: issued + START_WITHIN,
            ends: issued + policy.max_minutes * 60,
            operator: OperatorIdentity {
                id: context.operator.id.0,
                name: context.operator.author().name,
                strength: self.strength,
            },
            computer: asked.computer.0,
            key: self.key.to_owned(),
            service: asked.service,
            mode: asked.mode,
            user: none(&asked.account),
            port: policy.port(&asked.port).filter(|_| is_port),
            switches: policy.switches(),
            consent: self.consent(),
            recording: self.recording(),
            reason: asked.reason.clone(),
            ticket: asked.ticket.clone(),
        }
    }

    fn consent(&self) -> Consent {
        words::consent(self.consent_word(), self.policy.consent_seconds)
    }

    fn recording(&self) -> Recording {
        match self.asked.unrecorded {
            true => Recording::None,
            false => words::recording(&self.policy.recording, self.asked.service),
        }
    }

    /// The word of the consent that is asked for. Who has no right to go in unasked does where nobody is there to be asked.
    fn consent_word(&self) -> &str {
        match self.policy.consent.as_str() {
            _ if self.uses.contains(&rights::ACT_UNATTENDED) => UNATTENDED,
            UNATTENDED => "ask_then_allow",
            word => word,
        }
    }

    async fn keep(&self, context: &Context, tx: &mut Tx, grant: &Grant) -> Result<i64, RestError> {
        let operator = &context.operator;
        let (credential, credential_id) = shown(operator.credential);
        let port = match grant.service {
            Service::Port => self.asked.port.as_str(),
            _ => "",
        };
        let switches = serde_json::to_string(&grant.switches).unwrap_or_default();
        let ends = context.now + Duration::from_secs(self.policy.max_minutes.unsigned_abs() * 60);
        let (id,): (i64,) = tx
            .one(
                "INSERT INTO remote_session (uuid, computer_id, operator_id, operator_name, policy_id, credential, \
                 credential_id, strength, address, computer_key, service, mode, account, port, uses, reason, ticket, \
                 consent, recording, switches, created_at, expires_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
                 $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) RETURNING id",
                args![
                    &grant.session,
                    grant.computer,
                    operator.id,
                    &grant.operator.name,
                    self.policy.id,
                    credential,
                    credential_id,
                    words::word(self.strength),
                    &operator.address,
                    self.key,
                    words::word(grant.service),
                    words::word(grant.mode),
                    &self.asked.account,
                    port,
                    self.uses.join("\n"),
                    &grant.reason,
                    &grant.ticket,
                    self.consent_word(),
                    words::word(grant.recording),
                    switches,
                    context.now,
                    Ts::from_seconds(grant.expires),
                    ends
                ],
            )
            .await?;
        Ok(id)
    }

    /// What the audit has of the request.
    fn told(&self, grant: &Grant) -> Value {
        json!({
            "computer": grant.computer,
            "service": grant.service,
            "mode": grant.mode,
            "account": &self.asked.account,
            "port": &grant.port,
            "reason": &grant.reason,
            "ticket": &grant.ticket,
            "strength": grant.operator.strength,
            "policy": &self.policy.name,
            "consent": self.consent_word(),
            "recording": grant.recording,
        })
    }
}

/// A credential as its column and the id beside it have it.
fn shown(credential: migasfree_server_auth::Credential) -> (&'static str, Option<i64>) {
    use migasfree_server_auth::Credential;
    match credential {
        Credential::Session(id) => ("session", Some(id)),
        Credential::Token(id) => ("token", Some(id)),
        Credential::Jwt(id) => ("jwt", Some(id)),
        Credential::ApiKey(id) => ("api_key", Some(id)),
        Credential::Password => ("password", None),
    }
}

fn denied(code: &'static str, message: migasfree_types::message::Message) -> RestError {
    RestError::Denied(code, message)
}

fn conflict(code: &'static str, message: migasfree_types::message::Message) -> RestError {
    RestError::Conflict(code, message)
}
