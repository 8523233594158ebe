//! A request on its way in: its head is read, it is fresh, its key is that of a computer that is let in, its signature is
//! right, and it did not come before. Only then is it carried out; whatever comes of it is signed and noted.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{MethodRouter, post};
use migasfree_native::freshness::{Freshness, WINDOW, good_until, judge};
use migasfree_native::key::PublicKey;
use migasfree_native::signature::SignatureError;
use migasfree_native::signature::request::{Claim, Target, read};
use migasfree_server_auth::{AuthError, Connection};
use migasfree_server_body::Caps;
use migasfree_server_db::Ts;
use migasfree_server_domain::client::caller::{Caller as Known, Refused as Rejected};
use migasfree_server_domain::client::{computers::Computer, projects::Project};
use migasfree_server_domain::core::rules::status::Status;
use migasfree_server_domain::identity::nonces::{self, Nonces, Noted};
use migasfree_server_domain::identity::{State as KeyState, clash, key_of, standing_of};
use migasfree_server_domain::ids::ComputerKeyId;
use migasfree_server_domain::services::OfDomain as _;
use serde::de::DeserializeOwned;

use super::body::{self, Coding, parse};
use super::denial::Denial;
use super::written::{Outcome, reads_gzip, respond};
use crate::safe::{Caller, Protocol, Refused, TooMany, method_not_allowed};
use crate::{ProtocolState, messages};

/// What all native calls share.
#[derive(Debug)]
pub(super) struct Front {
    /// Limits and what repeats, whichever protocol it comes by.
    protocol: Arc<Protocol>,
    /// Requests of computers that are let in.
    known: Nonces,
    /// Those of anybody: they fill no memory but their own.
    strangers: Nonces,
}

impl Front {
    pub(super) fn new(protocol: Arc<Protocol>, now: Ts) -> Self {
        Self {
            protocol,
            known: Nonces::new(now),
            strangers: Nonces::new(now),
        }
    }
}

/// A request whose head can be read. Nothing of it is true yet.
pub(super) struct Signed {
    pub(super) state: ProtocolState,
    pub(super) connection: Connection,
    pub(super) caller: Arc<Caller>,
    pub(super) now: Ts,
    front: Arc<Front>,
    claim: Claim,
    request: Request,
}

/// A call of a computer that is known by the key that signed it.
pub(super) struct Calling {
    pub(super) state: ProtocolState,
    pub(super) computer: Computer,
    pub(super) project: Project,
    /// The key that it is known by.
    pub(super) key: PublicKey,
    pub(super) key_id: ComputerKeyId,
    /// What is kept of the turns of that key.
    pub(super) turns: String,
    /// Where the request came from.
    pub(super) connection: Connection,
    pub(super) now: Ts,
}

impl Calling {
    /// The computer as the domain is told of it.
    pub(super) fn caller(&self) -> Known<'_> {
        Known {
            state: &self.state.services,
            computer: &self.computer,
            project: &self.project,
            address: self.connection.client,
            now: self.now,
        }
    }
}

/// What is asked by a computer that need not be known: 405 for everything but `POST`.
pub(super) fn posted<F, Fut>(run: F) -> MethodRouter<ProtocolState>
where
    F: Fn(Signed) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    let handler = move |State(state): State<ProtocolState>,
                        Extension(front): Extension<Arc<Front>>,
                        connection: Connection,
                        request: Request| {
        let run = run.clone();
        async move {
            let caller = Arc::new(Caller::default());
            let path = request.uri().path().to_owned();
            let gzip = reads_gzip(request.headers());
            let (signature, outcome) = match head(&state, &request) {
                Err(error) => (None, Err(unreadable(&error))),
                Ok(claim) => {
                    let signature = claim.signature;
                    let signed = Signed {
                        connection,
                        caller: Arc::clone(&caller),
                        now: state.clock.now(),
                        state: state.clone(),
                        front: Arc::clone(&front),
                        claim,
                        request,
                    };
                    let outcome = match front.protocol.hit(&state, connection) {
                        Ok(()) => run(signed).await,
                        Err(exceeded) => {
                            let seconds = exceeded.retry_after;
                            Err(throttled(&AuthError::from(exceeded), seconds))
                        }
                    };
                    (Some(signature), outcome)
                }
            };
            let written = match outcome {
                Ok(written) => written,
                Err(denial) => {
                    // Of what nobody signed there is nothing to say but that it came.
                    if signature.is_some() {
                        note(
                            &state,
                            &front,
                            (path.as_str(), &*caller, connection),
                            &denial,
                        )
                        .await;
                    }
                    denial.written()
                }
            };
            respond(&state, signature.as_ref(), gzip, written)
        }
    };
    post(handler)
        .fallback(method_not_allowed)
        .layer(DefaultBodyLimit::disable())
}

/// A call of a known computer.
pub(super) fn known<B, F, Fut>(run: F) -> MethodRouter<ProtocolState>
where
    B: DeserializeOwned + Send + 'static,
    F: Fn(Calling, B) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    posted(move |signed: Signed| {
        let run = run.clone();
        async move {
            let coding = Coding::of(signed.request.headers())?;
            let caps = signed.state.settings.sealed_caps(0);
            let (calling, body) = signed.admit(caps).await?;
            let said = parse(&body, coding, caps)?;
            run(calling, said).await
        }
    })
}

fn head(state: &ProtocolState, request: &Request) -> Result<Claim, SignatureError> {
    let target = Target::of(request.method(), request.uri());
    let server = state.native.public().thumbprint();
    read(&target, request.headers(), server)
}

fn unreadable(error: &SignatureError) -> Denial {
    let message = match error {
        SignatureError::OtherServer => messages::request_of_other_server(),
        other => messages::request_not_signed(other.to_string()),
    };
    Denial::said(StatusCode::UNAUTHORIZED, message)
}

/// What the sign-in says of too many tries.
pub(super) fn throttled(error: &AuthError, seconds: u64) -> Denial {
    Denial::later(StatusCode::TOO_MANY_REQUESTS, error.message(), seconds)
}

async fn note(
    state: &ProtocolState,
    front: &Front,
    (path, caller, connection): (&str, &Caller, Connection),
    denial: &Denial,
) {
    let Some(reason) = denial.reason() else {
        return;
    };
    let refused = Refused {
        call: path.strip_prefix("/api/").unwrap_or(path),
        caller,
        connection,
        status: denial.status,
        reason,
    };
    refused.note(state, &front.protocol.repeats).await;
}

/// A key as it was found, and the computer that is known by it.
struct Holder {
    key: ComputerKeyId,
    public_key: String,
    state: Option<KeyState>,
    turns: String,
    computer: Option<(Computer, Project)>,
}

impl Signed {
    pub(super) fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The body of a request by whoever has the key that it names, which nobody need know. `key` finds it in the body.
    pub(super) async fn by_its_own_key(
        self,
        caps: Caps,
        key: impl FnOnce(&[u8]) -> Result<PublicKey, Denial>,
    ) -> Result<Bytes, Denial> {
        fresh(&self.claim, self.now)?;
        let body = body::read(self.request, caps).await?;
        let key = key(&body)?;
        self.claim.verify(&key, &body).map_err(|_| forged())?;
        once(&self.front.strangers, &self.state, &self.claim, self.now).await?;
        Ok(body)
    }

    /// The call and its body, if it is by a computer that is let in.
    async fn admit(self, caps: Caps) -> Result<(Calling, Bytes), Denial> {
        let Self {
            state,
            connection,
            caller,
            now,
            front,
            claim,
            request,
        } = self;
        fresh(&claim, now)?;
        let holder = holder(&state, &claim).await?;
        if let Some((computer, project)) = &holder.computer {
            let _ = caller.project.set(project.name.clone());
            let _ = caller.who.set(format!("CID-{}", computer.id));
        }
        let key = PublicKey::from_base64url(&holder.public_key).map_err(Denial::internal)?;
        let body = body::read(request, caps).await?;
        claim.verify(&key, &body).map_err(|_| forged())?;
        if let Some(denial) = ended(holder.state) {
            if holder.state == Some(KeyState::Replaced) {
                clash(&state.services, holder.key, &connection.client.to_string()).await?;
            }
            return Err(denial);
        }
        let (computer, project) = holder.computer.ok_or_else(pending)?;
        if computer.status() == Status::Unsubscribed {
            return Err(Denial::from(Rejected::Unsubscribed));
        }
        let rate = state.settings.computer_calls_per_minute;
        let bucket = &front.protocol.computers;
        bucket
            .take(computer.id, rate, now)
            .map_err(|seconds| Denial::too_many(TooMany::Calls, seconds))?;
        once(&front.known, &state, &claim, now).await?;
        let contacts = &state.domain().contacts;
        contacts.note(&state.db, holder.key, connection.client.to_string(), now);
        let calling = Calling {
            state,
            computer,
            project,
            key,
            key_id: holder.key,
            turns: holder.turns,
            connection,
            now,
        };
        Ok((calling, body))
    }
}

async fn holder(state: &ProtocolState, claim: &Claim) -> Result<Holder, Denial> {
    let thumbprint = claim.key.to_string();
    if let Some(known) = key_of(&state.db, &thumbprint).await? {
        return Ok(Holder {
            key: known.id,
            public_key: known.public_key,
            state: known.state,
            turns: known.turns,
            computer: Some((known.computer, known.project)),
        });
    }
    match standing_of(&state.db, &thumbprint).await? {
        Some(standing) => Ok(Holder {
            key: standing.id,
            public_key: standing.public_key,
            state: standing.state,
            turns: String::new(),
            computer: None,
        }),
        None => {
            let message = messages::key_unknown();
            Err(Denial::said(StatusCode::UNAUTHORIZED, message))
        }
    }
}

/// Why a key is not good, if it is not.
fn ended(state: Option<KeyState>) -> Option<Denial> {
    let message = match state {
        Some(KeyState::Active) => return None,
        Some(KeyState::Pending) => return Some(pending()),
        Some(KeyState::Replaced) => messages::key_replaced(),
        Some(KeyState::Rejected) => messages::key_rejected(),
        Some(KeyState::Revoked) | None => messages::key_revoked(),
    };
    Some(Denial::said(StatusCode::FORBIDDEN, message))
}

fn pending() -> Denial {
    Denial::said(StatusCode::FORBIDDEN, messages::key_pending())
}

fn forged() -> Denial {
    Denial::said(StatusCode::UNAUTHORIZED, messages::request_forged())
}

/// Refuses what was not made just now, with how far the clocks are apart: the answer is signed, so a computer may go by it.
fn fresh(claim: &Claim, now: Ts) -> Result<(), Denial> {
    let here = || now.plain();
    let message = match judge(claim.created, now.seconds(), WINDOW) {
        Freshness::Fresh => return Ok(()),
        Freshness::Stale { by } => messages::request_of_past(by.as_secs(), here()),
        Freshness::Ahead { by } => messages::request_of_future(by.as_secs(), here()),
    };
    Err(Denial::said(StatusCode::UNAUTHORIZED, message))
}

/// Refuses a request that came before, to whichever server of the database.
async fn once(
    nonces: &Nonces,
    state: &ProtocolState,
    claim: &Claim,
    now: Ts,
) -> Result<(), Denial> {
    let key = claim.key.to_string();
    let request = nonces::Request {
        key: &key,
        nonce: claim.nonce.to_bytes(),
        created: claim.created,
        good_until: good_until(claim.created, WINDOW),
    };
    let busy = StatusCode::SERVICE_UNAVAILABLE;
    match nonces.note(&state.db, request, now).await? {
        Noted::New => Ok(()),
        Noted::Again => Err(Denial::said(
            StatusCode::CONFLICT,
            messages::request_repeated(),
        )),
        Noted::MayBeAgain => Err(Denial::later(busy, messages::server_just_started(), 1)),
        Noted::Full => Err(Denial::later(
            busy,
            messages::too_many_computers_at_once(),
            10,
        )),
    }
}
