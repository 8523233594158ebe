//! The one way every sealed call goes: open, identify, read the claims, handle, seal.
//!
//! A call is a function from a context and typed claims to a [`Reply`]; what it may rely on
//! depends on who calls: [`computer`], [`project`] or [`packager`].

mod letter;

use std::sync::{Arc, OnceLock};

use axum::extract::{Extension, Multipart, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Json, extract::DefaultBodyLimit};
use migasfree_envelope::{OpenError, PrivateKey};
use migasfree_server_audit::Author;
use migasfree_server_auth::{AuthError, Connection};
use migasfree_server_body::{Verdict, pace::Known};
use migasfree_server_db::{self as db, Ts, Tx};
use migasfree_server_domain::{
    client::{
        computers::{self, Computer},
        deployments::{self, Deployment},
        gathered::{BesideComputer, BesideProject},
        projects::Project,
    },
    core::rules::{status::Status, targeting::Attributes},
};
use migasfree_server_files::Spooled;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::Date;

use self::letter::Letter;
use super::answer::{Answer, Refusal, Reply, plain};
use super::body::{self, Texts};
use super::keys::Owner;
use super::membership::{self, Signer};
use super::packagers;
use super::progress;
use super::protocol::{Peer, Protocol};
use super::refusals::{Caller, Reason, Refused};
use super::replays::Seen;
use crate::{AsItIs, ProtocolState};

const TOO_MANY: &str = "The computer calls too often";

/// What a call does when a message comes that came before, to whichever call: nothing in it says
/// which one it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It only reads: answered again.
    Harmless,
    /// It sets what the next one sets anyway: refused for an hour.
    Refused,
    /// It adds something, or speaks for a person: refused for good, by all servers of the database, also when the
    /// first one was refused.
    Never,
}

/// A call by some computer of a project, with what it needs beside that.
pub(super) struct ProjectCall<B = ()> {
    pub(super) state: ProtocolState,
    pub(super) project: Project,
    pub(super) beside: B,
    pub(super) certificate: Certificate,
    /// Where the request came from.
    pub(super) connection: Connection,
    pub(super) now: Ts,
}

/// A call by a known computer of the project that signed it, with what it needs beside them.
pub(super) struct ComputerCall<B = ()> {
    pub(super) state: ProtocolState,
    pub(super) project: Project,
    pub(super) computer: Computer,
    pub(super) beside: B,
    /// Where the request came from.
    pub(super) connection: Connection,
    pub(super) now: Ts,
    message: Seen,
}

/// A call by a packager, maybe with a file.
pub(super) struct PackagerCall {
    pub(super) state: ProtocolState,
    pub(super) file: Option<Upload>,
    /// Who signed it.
    pub(super) author: Author,
}

/// A file that came with a call.
pub(super) struct Upload {
    /// Last component of the name it had at the sender's.
    pub(super) name: String,
    pub(super) content: Spooled,
}

impl<B> ComputerCall<B> {
    /// The day in the organisation's time zone.
    pub(super) fn today(&self) -> Date {
        self.state.settings.clients.time_zone.date(self.now)
    }
}

impl<B: BesideComputer> ComputerCall<B> {
    /// Reads everything as it is now.
    pub(super) async fn read_again(&mut self) -> Result<(), Refusal> {
        let (id, project) = (self.computer.id, &self.project.name);
        let found = computers::beside_project(&self.state.db, id, project).await?;
        let found = found.ok_or_else(|| Refusal::no_such("Computer"))?;
        (self.computer, self.project, self.beside) = found;
        match self.computer.status() {
            Status::Unsubscribed => Err(unsubscribed()),
            _ => Ok(()),
        }
    }
}

impl ComputerCall {
    /// The deployments that apply to the computer.
    pub(super) async fn deployments(&self) -> db::Result<Vec<Deployment>> {
        let (project, computer) = (&self.project.name, self.computer.id);
        deployments::of_computer(&self.state.db, project, computer, self.today()).await
    }

    /// The deployments that apply to the computer with exactly these attributes.
    pub(super) async fn deployments_for(
        &self,
        attributes: &Attributes,
    ) -> db::Result<Vec<Deployment>> {
        let (project, computer) = (&self.project.name, self.computer.id);
        let db = &self.state.db;
        deployments::available(db, project, computer, attributes, self.today()).await
    }

    /// Uses the message up together with what is done because of it.
    pub(super) async fn use_up(&self, tx: &mut Tx) -> Result<(), Refusal> {
        match self.message.use_up_in(tx, self.now).await? {
            true => Ok(()),
            false => Err(Refusal::already_received()),
        }
    }

    /// Refuses a computer that was unsubscribed or deleted since the call came in. Its row is to be locked before.
    pub(super) async fn still_served(&self, tx: &mut Tx) -> Result<(), Refusal> {
        match computers::status(tx, self.computer.id).await? {
            Some(Status::Unsubscribed) => Err(unsubscribed()),
            Some(_) => Ok(()),
            None => Err(Refusal::no_such("Computer")),
        }
    }
}

/// What a computer is told that was unsubscribed.
pub(super) fn unsubscribed() -> Refusal {
    Refusal::text(StatusCode::FORBIDDEN, "Unsubscribed computer")
}

/// Claims of calls that need nothing but the computer.
#[derive(Debug, Deserialize)]
pub(super) struct NoClaims {}

/// The keys and services of one exchange.
struct Exchange {
    state: ProtocolState,
    protocol: Arc<Protocol>,
    server: Arc<PrivateKey>,
    /// Known from the start, or by the signature.
    peer: OnceLock<Peer>,
}

impl Exchange {
    /// With the computers of a project.
    async fn begin(
        state: ProtocolState,
        protocol: Arc<Protocol>,
        peer: Owner<'_>,
    ) -> Result<Self, Refusal> {
        let peer = Peer::Project(state.keys.get(peer).await?);
        let exchange = Self::with_somebody(state, protocol).await?;
        let _ = exchange.peer.set(peer);
        Ok(exchange)
    }

    /// With whoever signed the message that comes.
    async fn with_somebody(state: ProtocolState, protocol: Arc<Protocol>) -> Result<Self, Refusal> {
        Ok(Self {
            server: state.keys.get(Owner::Server).await?,
            state,
            protocol,
            peer: OnceLock::new(),
        })
    }

    async fn open(&self, message: &str, repeat: Repeat) -> Result<Value, Refusal> {
        let seen = Seen::of(message);
        let peer = self.peer.get().ok_or_else(Refusal::invalid_data)?;
        let claims = self.protocol.open(message, &self.server, peer).await?;
        let claims = claims.map_err(|error| unreadable(&error))?;
        self.accept(seen, claims, repeat).await
    }

    /// Opens a message of some packager; answers who that is, too.
    async fn open_upload(
        &self,
        message: String,
        connection: Connection,
        repeat: Repeat,
    ) -> Result<(Value, Author), Refusal> {
        let seen = Seen::of(&message);
        let letter = self.protocol.decipher(message, &self.server).await?;
        let letter = letter.map_err(|error| unreadable(&error))?;
        let (claims, packager) =
            packagers::identify(&self.state, &self.protocol, connection, letter).await?;
        let _ = self.peer.set(Peer::Public(packager.key));
        Ok((self.accept(seen, claims, repeat).await?, packager.author))
    }

    async fn accept(
        &self,
        seen: Seen,
        mut claims: Value,
        repeat: Repeat,
    ) -> Result<Value, Refusal> {
        let now = self.state.clock.now();
        let is_new = self.protocol.replays.is_new(seen, now);
        let accepted = match repeat {
            Repeat::Harmless => true,
            Repeat::Refused => is_new,
            Repeat::Never => is_new && seen.use_up(&self.state.db, now).await?,
        };
        if !accepted {
            return Err(Refusal::already_received());
        }
        if !claims.is_object() {
            return Err(Refusal::malformed_claims());
        }
        body::remove_nul(&mut claims);
        Ok(claims)
    }

    /// Seals an answer or refusal.
    async fn finish(self, reply: Reply) -> Response {
        let mut retry_after = None;
        let (status, data, reason) = match reply {
            Ok(Answer { status, data }) => (status, data, None),
            // That there is nothing is an answer, too.
            Err(Refusal::Sealed(StatusCode::NOT_FOUND, data)) => {
                (StatusCode::NOT_FOUND, data, None)
            }
            Err(Refusal::Sealed(status, data)) => {
                let reason = Reason::of(&data);
                (status, data, Some(reason))
            }
            Err(Refusal::TooMany(seconds)) => {
                retry_after = Some(seconds);
                let data = Value::from(TOO_MANY);
                let reason = Reason::of(&data);
                (StatusCode::TOO_MANY_REQUESTS, data, Some(reason))
            }
            Err(other) => return unsealed(other),
        };
        let Some(peer) = self.peer.get() else {
            // Nobody is known whom it could be sealed for.
            return unsealed(Refusal::Sealed(status, data));
        };
        match self.protocol.seal(data, &self.server, peer).await {
            Ok(msg) => {
                let answer = (status, Json(json!({ "msg": msg }))).into_response();
                refused(to_be_retried(answer, retry_after), reason)
            }
            Err(stopping) => unsealed(stopping.into()),
        }
    }
}

/// Why a message cannot be used, told alike for everything that keeps it from being deciphered.
pub(super) fn unreadable(error: &OpenError) -> Refusal {
    match error {
        OpenError::Undecipherable => Refusal::invalid_data(),
        OpenError::InvalidSignature | OpenError::PayloadMismatch => {
            Refusal::text(StatusCode::BAD_REQUEST, "Invalid Signature")
        }
    }
}

/// A refusal that is told in the clear.
pub(crate) fn unsealed(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Plain(StatusCode::SERVICE_UNAVAILABLE, detail) => {
            plain(StatusCode::SERVICE_UNAVAILABLE, &detail)
        }
        Refusal::Plain(status, detail) => {
            let reason = Reason::of(&Value::from(detail.as_str()));
            refused(plain(status, &detail), Some(reason))
        }
        Refusal::Sealed(status, data) => {
            let answer = plain(status, data.as_str().unwrap_or_default());
            refused(answer, Some(Reason::of(&data)))
        }
        Refusal::TooMany(seconds) => {
            let answer = plain(StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
            let reason = Reason::of(&Value::from(TOO_MANY));
            refused(to_be_retried(answer, Some(seconds)), Some(reason))
        }
        Refusal::Internal(cause) => {
            tracing::error!(cause, "a call failed");
            let detail = "The server failed; its log says why.";
            plain(StatusCode::INTERNAL_SERVER_ERROR, detail)
        }
    }
}

fn to_be_retried(mut answer: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        let headers = answer.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Marks an answer that refuses.
fn refused(mut answer: Response, reason: Option<Reason>) -> Response {
    if let Some(reason) = reason {
        answer.extensions_mut().insert(reason);
    }
    answer
}

/// A request as it came in.
struct Arrival {
    state: ProtocolState,
    protocol: Arc<Protocol>,
    connection: Connection,
    certificate: Certificate,
    caller: Arc<Caller>,
    request: Request,
}

/// 405 for everything but `POST`.
fn posted<F, Fut>(run: F) -> MethodRouter<ProtocolState>
where
    F: Fn(Arrival) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send + 'static,
{
    let handler = move |State(state): State<ProtocolState>,
                        Extension(protocol): Extension<Arc<Protocol>>,
                        connection: Connection,
                        request: Request| {
        let run = run.clone();
        async move {
            let caller = Arc::new(Caller::default());
            let call = request.uri().path().to_owned();
            let mut response = if let Err(exceeded) = protocol.hit(&state, connection) {
                let answer = AuthError::from(exceeded).into_response();
                refused(answer, Some(Reason::of(&Value::from("Too many requests"))))
            } else {
                let certificate = Certificate::of(&request);
                let arrival = Arrival {
                    state: state.clone(),
                    protocol: Arc::clone(&protocol),
                    connection,
                    certificate,
                    caller: Arc::clone(&caller),
                    request,
                };
                run(arrival).await
            };
            if let Some(reason) = response.extensions_mut().remove::<Reason>() {
                let refused = Refused {
                    call: call.strip_prefix("/api/v1/safe/").unwrap_or(&call),
                    caller: &caller,
                    connection,
                    status: response.status(),
                    reason,
                };
                refused.note(&state, &protocol.repeats).await;
            }
            // Sealed texts do not compress, and compressing secrets together with what others choose
            // tells about them.
            response.extensions_mut().insert(AsItIs);
            response
        }
    };
    post(handler)
        .fallback(method_not_allowed)
        .layer(DefaultBodyLimit::disable())
}

/// `{"detail": …}` for a method that a path does not take.
pub(crate) async fn method_not_allowed(method: Method) -> Response {
    plain(
        StatusCode::METHOD_NOT_ALLOWED,
        &format!("Method \"{method}\" not allowed."),
    )
}

fn claims<C: DeserializeOwned>(claims: Value) -> Result<C, Refusal> {
    serde_json::from_value(claims).map_err(|_| Refusal::malformed_claims())
}

/// A call for computers of a project, known or not.
pub(super) fn project<C, B, F, Fut>(repeat: Repeat, answer: F) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    B: BesideProject,
    F: Fn(ProjectCall<B>, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    posted(move |arrival: Arrival| {
        let answer = answer.clone();
        async move {
            let Arrival {
                state,
                protocol,
                connection,
                certificate,
                caller,
                request,
            } = arrival;
            let mut letter = match Letter::receive(state, protocol, request).await {
                Ok(letter) => letter,
                Err(refusal) => return unsealed(refusal),
            };
            let _ = caller.project.set(letter.project.clone());
            let opened = letter.open(repeat).await;
            let exchange = letter.exchange;
            let signer = Signer {
                name: &letter.project,
                slug: &letter.slug,
            };
            let reply = async {
                let raw = opened?;
                caller.claims(&raw);
                let state = exchange.state.clone();
                let slugs = &exchange.protocol.slugs;
                let (project, beside) = membership::signing(&state.db, slugs, signer, &raw).await?;
                let now = state.clock.now();
                let call = ProjectCall {
                    state,
                    project,
                    beside,
                    certificate,
                    connection,
                    now,
                };
                answer(call, claims(raw)?).await
            };
            let reply = reply.await;
            exchange.finish(reply).await
        }
    })
}

/// A call for a known computer, whose number is the claim `id`. `doing` is what administrators
/// see the computer doing meanwhile.
pub(super) fn computer<C, B, F, Fut>(
    repeat: Repeat,
    doing: &'static str,
    answer: F,
) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    B: BesideComputer,
    F: Fn(ComputerCall<B>, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    known_computer(repeat, "id", Some(doing), answer)
}

/// A call about what is offered to a known computer, whose number is the claim `cid`.
pub(super) fn catalogue<C, B, F, Fut>(repeat: Repeat, answer: F) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    B: BesideComputer,
    F: Fn(ComputerCall<B>, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    known_computer(repeat, "cid", None, answer)
}

fn known_computer<C, B, F, Fut>(
    repeat: Repeat,
    claim: &'static str,
    doing: Option<&'static str>,
    answer: F,
) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    B: BesideComputer,
    F: Fn(ComputerCall<B>, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    posted(move |arrival: Arrival| {
        let answer = answer.clone();
        async move {
            let Arrival {
                state,
                protocol,
                connection,
                certificate,
                caller,
                request,
            } = arrival;
            let mut letter = match Letter::receive(state, protocol, request).await {
                Ok(letter) => letter,
                Err(refusal) => return unsealed(refusal),
            };
            let _ = caller.project.set(letter.project.clone());
            let message = letter.seen();
            // Used up for good only by a known computer, within its rate.
            let opening = match repeat {
                Repeat::Never => Repeat::Refused,
                other => other,
            };
            let opened = letter.open(opening).await;
            let exchange = letter.exchange;
            let signer = Signer {
                name: &letter.project,
                slug: &letter.slug,
            };
            let reply = async {
                let raw = opened?;
                caller.claims(&raw);
                let state = exchange.state.clone();
                let slugs = &exchange.protocol.slugs;
                let (computer, project, beside) =
                    membership::computer(&state.db, slugs, signer, &raw, claim).await?;
                certificate.check(&computer)?;
                let now = state.clock.now();
                let rate = state.settings.computer_calls_per_minute;
                let bucket = &exchange.protocol.computers;
                bucket
                    .take(computer.id, rate, now)
                    .map_err(Refusal::TooMany)?;
                if repeat == Repeat::Never && !message.use_up(&state.db, now).await? {
                    return Err(Refusal::already_received());
                }
                let claims = claims(raw)?;
                if let Some(doing) = doing {
                    progress::tell(&state, &computer, &project, doing, now);
                }
                answer(
                    ComputerCall {
                        state,
                        project,
                        computer,
                        beside,
                        connection,
                        now,
                        message,
                    },
                    claims,
                )
                .await
            };
            let reply = reply.await;
            exchange.finish(reply).await
        }
    })
}

/// The subject of the client certificate, as a proxy passes it on (5.6).
pub(super) struct Certificate(Option<String>);

impl Certificate {
    fn of(request: &Request) -> Self {
        let subject = request.headers().get("x-ssl-client-cn");
        let subject = subject.and_then(|subject| subject.to_str().ok());
        Self(
            subject
                .map(str::to_owned)
                .filter(|subject| !subject.is_empty()),
        )
    }

    pub(super) fn check(&self, computer: &Computer) -> Result<(), Refusal> {
        let Some(subject) = &self.0 else {
            return Ok(());
        };
        let name = subject
            .split("/CN=")
            .nth(1)
            .and_then(|name| name.rsplit_once('_'));
        let stored = computer.uuid.as_deref().unwrap_or_default();
        if name.is_some_and(|(uuid, _)| uuid.eq_ignore_ascii_case(stored)) {
            return Ok(());
        }
        let detail = "The client certificate belongs to another computer.";
        Err(Refusal::Plain(StatusCode::FORBIDDEN, detail.to_owned()))
    }
}

/// A call for packagers. A file is only taken when the message that came before it is good.
pub(super) fn packager<C, F, Fut>(repeat: Repeat, answer: F) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    F: Fn(PackagerCall, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    posted(move |arrival: Arrival| {
        let answer = answer.clone();
        async move {
            let Arrival {
                state,
                protocol,
                connection,
                caller,
                request,
                ..
            } = arrival;
            let exchange = match Exchange::with_somebody(state, protocol).await {
                Ok(exchange) => exchange,
                Err(refusal) => return unsealed(refusal),
            };
            let reply = async {
                let opener = Opener {
                    exchange: &exchange,
                    connection,
                    repeat,
                };
                let (raw, author, file) = opener.with_file(request).await?;
                let _ = caller.who.set(author.name.clone());
                if let (Some(file), Some(claimed)) = (&file, raw.get("sha256")) {
                    file.is_what_was_sealed(claimed).await?;
                }
                let state = exchange.state.clone();
                let call = PackagerCall {
                    state,
                    file,
                    author,
                };
                answer(call, claims(raw)?).await
            };
            let reply = reply.await;
            exchange.finish(reply).await
        }
    })
}

/// Opens what a packager sends.
struct Opener<'a> {
    exchange: &'a Exchange,
    connection: Connection,
    repeat: Repeat,
}

impl Opener<'_> {
    async fn open(&self, message: String) -> Result<(Value, Author), Refusal> {
        self.exchange
            .open_upload(message, self.connection, self.repeat)
            .await
    }

    async fn with_file(
        &self,
        request: Request,
    ) -> Result<(Value, Author, Option<Upload>), Refusal> {
        let settings = &self.exchange.state.settings;
        if !body::is_multipart(&request) {
            let texts: Texts = body::read(request, settings.sealed_caps(0)).await?;
            let (claims, author) = self.open(texts.msg).await?;
            return Ok((claims, author, None));
        }
        // More than a message only comes from somebody who is known.
        let caps = settings.sealed_caps(0);
        let sender = request.extensions().get::<Known>().cloned();
        let (parts, verdict) = body::guarded_parts(request, caps).await?;
        let read = self
            .parts(parts, &verdict, &sender.unwrap_or_default())
            .await;
        match verdict.exceeded() {
            Some(exceeded) => Err(exceeded.into()),
            None => read,
        }
    }

    async fn parts(
        &self,
        mut parts: Multipart,
        verdict: &Verdict,
        sender: &Known,
    ) -> Result<(Value, Author, Option<Upload>), Refusal> {
        let mut texts = Texts::default();
        while let Some(field) = parts.next_field().await.map_err(body::broken_part)? {
            if field.name() != Some("file") {
                texts.take(field).await?;
                continue;
            }
            let (claims, author) = self.open(texts.msg).await?;
            sender.note();
            let name = field.file_name().unwrap_or_default();
            let name = name
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or_default()
                .to_owned();
            let state = &self.exchange.state;
            let limit = state.settings.upload_limit;
            verdict.raise(state.settings.sealed_caps(limit).whole);
            let mut spool = state.files.spool(limit)?;
            spool.write_all(field).await?;
            let content = spool.finish().await?;
            return Ok((claims, author, Some(Upload { name, content })));
        }
        let (claims, author) = self.open(texts.msg).await?;
        Ok((claims, author, None))
    }
}
