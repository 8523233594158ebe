//! `enrolment/`: a computer asks to be known by its key.

use std::net::IpAddr;
use std::sync::OnceLock;

use axum::http::StatusCode;
use migasfree_native::enrolment::{
    Credentials, Enrolled, EnrolmentAnswer, EnrolmentRequest, Previous,
};
use migasfree_native::key::PublicKey;
use migasfree_server_auth::{AuthError, Connection, Operator, by_password};
use migasfree_server_db as db;
use migasfree_server_domain::client::caller::{Caller as Known, Refused as Rejected};
use migasfree_server_domain::client::validate::{MAX_HOST_NAME, cut, given};
use migasfree_server_domain::client::{attributes, computers, projects, tags};
use migasfree_server_domain::core::rules::identity::canonical;
use migasfree_server_domain::identity::{
    self, EnrolError, KeyText, Machine, Newcomer, State, Voucher, Why,
};
use migasfree_server_domain::ids::{ComputerId, ProjectId};
use migasfree_types::computer;

use crate::native::arrival::{Signed, throttled};
use crate::native::body::{Coding, parse};
use crate::native::denial::Denial;
use crate::native::written::{Outcome, ok, with};
use crate::public::projects::{self as brought, Enrolment};
use crate::safe::TooMany;
use crate::{ProtocolState, messages};

const MAX_UUID: usize = 36;
const MAX_FQDN: usize = 255;
const MAX_HARDWARE: usize = 255;
/// Seconds after which a computer that waits asks again.
const ASK_AGAIN: u64 = 60;

pub(in crate::native) async fn answer(signed: Signed) -> Outcome {
    let (state, connection) = (signed.state.clone(), signed.connection);
    let (caller, now) = (signed.caller.clone(), signed.now);
    let coding = Coding::of(signed.headers())?;
    let caps = state.settings.anonymous.caps;
    let read = |body: &[u8]| parse::<EnrolmentRequest>(body, coding, caps);
    let body = signed
        .by_its_own_key(caps, |body| Ok(read(body)?.public_key))
        .await?;
    let wanted = read(&body)?;
    let _ = caller.who.set(cut(&wanted.identity.name, MAX_HOST_NAME));
    if let Some(project) = &wanted.project {
        let _ = caller.project.set(project.clone());
    }
    let arrival = Arrival {
        state: &state,
        connection,
        wanted: &wanted,
    };
    let enrolled = arrival.enrol(now).await;
    let enrolled = enrolled.map_err(Denial::of_enrolment)?;
    match (enrolled.state, enrolled.computer) {
        (State::Active, Some(computer)) => {
            arrival.tag(computer, enrolled.project, now).await?;
            ok(&welcome(&state, computer, enrolled.project).await?)
        }
        _ => with(StatusCode::ACCEPTED, &waiting()),
    }
}

/// What a computer is told that is known by its key from now on.
pub(crate) async fn welcome(
    state: &ProtocolState,
    computer: ComputerId,
    project: ProjectId,
) -> db::Result<EnrolmentAnswer> {
    let name = computers::by_id(&state.db, computer).await?;
    let name = name.and_then(|computer| computer.name).unwrap_or_default();
    Ok(EnrolmentAnswer::Enrolled(Enrolled {
        computer: computer::ComputerId(computer.0),
        name,
        project: projects::name_of(&state.db, project).await?,
        server_key: *state.native.public(),
        features: state.settings.features(),
    }))
}

/// What a computer is told about which somebody has to decide.
pub(crate) const fn waiting() -> EnrolmentAnswer {
    EnrolmentAnswer::Pending {
        retry_after: ASK_AGAIN,
    }
}

/// A computer at the door, which proved to have its key.
struct Arrival<'a> {
    state: &'a ProtocolState,
    connection: Connection,
    wanted: &'a EnrolmentRequest,
}

impl Arrival<'_> {
    async fn enrol(&self, now: db::Ts) -> Result<identity::Enrolled, Denial> {
        let wanted = self.wanted;
        let identity = &wanted.identity;
        let name = cut(&identity.name, MAX_HOST_NAME);
        let uuid = canonical(&identity.uuid);
        let ip_address = given(Some(&identity.ip_address));
        check(&name, &uuid, ip_address)?;
        let operator = self.operator().await?;
        let project = self.project(operator.as_ref()).await?;
        let before = self.before().await?;
        let key = key_text(&wanted.public_key);
        let key = key.ok_or_else(|| Denial::internal("a key is not written as it is stored"))?;
        let (fqdn, hardware) = (
            cut(&identity.fqdn, MAX_FQDN),
            cut(&wanted.architecture, MAX_HARDWARE),
        );
        let newcomer = Newcomer {
            key: &key,
            project,
            machine: Machine {
                uuid: &uuid,
                name: &name,
                fqdn: &fqdn,
                ip_address,
                hardware: &hardware,
            },
            before: before.as_deref(),
            address: self.connection.client,
        };
        let token = self.token();
        let voucher = voucher(operator.as_ref(), token.as_deref());
        let refused: OnceLock<TooMany> = OnceLock::new();
        let limit = |project| {
            let newcomers = &self.state.newcomers;
            let counted = newcomers.count(&self.state.settings, self.connection, project, now);
            counted.map_err(|(what, seconds)| {
                let _ = refused.set(what);
                seconds
            })
        };
        let enrolled = identity::enrol(&self.state.services, &newcomer, voucher, &limit).await;
        enrolled.map_err(|error| match error {
            EnrolError::Refused(why) => denied(&why),
            EnrolError::TooMany(seconds) => {
                let what = refused.get().copied().unwrap_or(TooMany::NewOfAddress);
                Denial::too_many(what, seconds)
            }
            EnrolError::Database(error) => error.into(),
        })
    }

    /// Gives the computer the tags it asks for, beside those it has. Some that are none do not keep it out.
    async fn tag(&self, id: ComputerId, project: ProjectId, now: db::Ts) -> Result<(), Denial> {
        let wanted = &self.wanted.tags;
        if wanted.is_empty() {
            return Ok(());
        }
        let db = &self.state.db;
        let name = projects::name_of(db, project).await?;
        let found = computers::beside_project::<()>(db, id, &name).await?;
        let Some((computer, project, ())) = found else {
            return Ok(());
        };
        let caller = Known {
            state: &self.state.services,
            computer: &computer,
            project: &project,
            address: self.connection.client,
            now,
        };
        let mut all = tags::assigned(&attributes::tags(db, id).await?);
        all.extend(wanted.iter().cloned());
        match tags::choose(&caller, &all).await {
            Err(Rejected::Said(message)) => {
                let (computer, reason) = (id.0, message.text);
                tracing::warn!(computer, reason, "tags are not given");
                Ok(())
            }
            other => Ok(other.map(drop)?),
        }
    }

    /// As the token's maker was shown it, but for the key of this server.
    fn token(&self) -> Option<String> {
        let token = self.wanted.token.as_ref();
        token.map(|secret| format!("mfe_{secret}"))
    }

    /// Who vouches for the computer. Wrong credentials are refused, and counted as those of any sign-in.
    async fn operator(&self) -> Result<Option<Operator>, Denial> {
        let Some(Credentials { username, password }) = &self.wanted.operator else {
            return Ok(None);
        };
        let found = by_password(&self.state.auth, self.connection, username, password).await;
        let operator = match found {
            Ok((operator, _)) => operator,
            Err(AuthError::Database(error)) => return Err(error.into()),
            Err(AuthError::TooMany(seconds)) => {
                return Err(Denial::too_many(TooMany::SignIns, seconds));
            }
            Err(AuthError::TooManyGuesses(seconds)) => {
                return Err(Denial::too_many(TooMany::WrongPasswords, seconds));
            }
            Err(other) => return Err(Denial::said(StatusCode::FORBIDDEN, other.message())),
        };
        if operator.may("client.add_computer") {
            return Ok(Some(operator));
        }
        let message = AuthError::Forbidden("client.add_computer").message();
        Err(Denial::said(StatusCode::FORBIDDEN, message))
    }

    /// The project it asks for; made for it where that may be. A token says itself which one it is for.
    async fn project(&self, operator: Option<&Operator>) -> Result<Option<ProjectId>, Denial> {
        let wanted = self.wanted;
        let Some(name) = given(wanted.project.as_deref()) else {
            return Ok(None);
        };
        let db = &self.state.db;
        if let Some(project) = projects::by_name(db, name).await? {
            return Ok(Some(project.id));
        }
        if wanted.token.is_some() {
            return Err(denied(&Why::NoProject));
        }
        let enrolment = Enrolment {
            project: name,
            platform: given(wanted.platform.as_deref()).unwrap_or("Linux"),
            pms: &wanted.pms,
            architecture: &wanted.architecture,
        };
        let made = brought::enrol(self.state, self.connection, operator, &enrolment).await;
        made.map_err(|error| match error {
            brought::EnrolError::Invalid(message) => Denial::said(StatusCode::FORBIDDEN, message),
            brought::EnrolError::Forbidden => denied(&Why::NoProject),
            brought::EnrolError::TooMany(exceeded) => {
                let seconds = exceeded.retry_after;
                throttled(&AuthError::from(exceeded), seconds)
            }
            brought::EnrolError::Database(error) => error.into(),
        })?;
        let project = projects::by_name(db, name).await?;
        Ok(project.map(|project| project.id))
    }

    /// The thumbprint of the key it had, if that one vouches for the new one.
    async fn before(&self) -> Result<Option<String>, Denial> {
        let Some(Previous { key, .. }) = &self.wanted.previous else {
            return Ok(None);
        };
        let thumbprint = key.to_string();
        let standing = identity::standing_of(&self.state.db, &thumbprint).await?;
        let old = standing.and_then(|old| PublicKey::from_base64url(&old.public_key).ok());
        let server = self.state.native.public().thumbprint();
        let vouches = |old: &PublicKey| {
            let previous = self.wanted.previous.as_ref();
            previous.is_some_and(|said| said.is_by(old, &self.wanted.public_key, server))
        };
        Ok(old.filter(vouches).map(|_| thumbprint))
    }
}

fn voucher<'a>(operator: Option<&'a Operator>, token: Option<&'a str>) -> Voucher<'a> {
    match (operator, token) {
        (Some(operator), _) => Voucher::Operator(operator),
        (None, Some(token)) => Voucher::Token(token),
        (None, None) => Voucher::Nothing,
    }
}

/// A key as the domain keeps it.
pub(crate) fn key_text(key: &PublicKey) -> Option<KeyText> {
    KeyText::new(&key.to_base64url(), &key.thumbprint().to_string())
}

fn denied(why: &Why) -> Denial {
    Denial::said(StatusCode::FORBIDDEN, why.message())
}

fn check(name: &str, uuid: &str, ip_address: Option<&str>) -> Result<(), Denial> {
    let is_good = !name.trim().is_empty()
        && !name.contains(char::is_control)
        && !uuid.trim().is_empty()
        && uuid.chars().count() <= MAX_UUID
        && ip_address.is_none_or(|address| address.parse::<IpAddr>().is_ok());
    if is_good {
        return Ok(());
    }
    let message = messages::identity_malformed(MAX_UUID);
    Err(Denial::said(StatusCode::FORBIDDEN, message))
}
