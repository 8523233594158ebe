//! The one way every sealed call goes: open, identify, read the claims, handle, seal.
//!
//! A call is a function from a context and typed claims to a [`Reply`]; what it may rely on
//! depends on who calls: [`computer`], [`project`] or [`packager`].

mod arrival;
mod clear;
mod exchange;
mod letter;
mod packager;

use axum::http::StatusCode;
use axum::routing::MethodRouter;
use migasfree_server_auth::Connection;
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
use migasfree_types::message::Message;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::Date;

pub(super) use self::arrival::Certificate;
pub(crate) use self::arrival::method_not_allowed;
use self::arrival::{Arrival, posted};
pub(crate) use self::clear::unsealed;
pub(super) use self::exchange::unreadable;
use self::letter::Letter;
pub(super) use self::packager::{PackagerCall, Upload, packager};
use super::answer::{Refusal, Reply, TooMany};
use super::membership::{self, Named, Signer};
use super::progress;
use super::replays::Seen;
use crate::ProtocolState;
use crate::messages;

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
    message: Seen,
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

impl<B> ProjectCall<B> {
    /// Forgets a message that was used up for good and did nothing: the next hour refuses it still.
    pub(super) async fn forget(&self) -> db::Result<()> {
        self.message.forget(&self.state.db).await
    }
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
    Refusal::Said(StatusCode::FORBIDDEN, messages::computer_unsubscribed())
}

/// Claims of calls that need nothing but the computer.
#[derive(Debug, Deserialize)]
pub(super) struct NoClaims {}

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
            let message = letter.seen();
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
                    message,
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
    doing: fn() -> Message,
    answer: F,
) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    B: BesideComputer,
    F: Fn(ComputerCall<B>, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    known_computer(repeat, Named::by("id"), Some(doing), answer)
}

/// The same, also for one that has a key of its own already.
pub(super) fn moving<C, F, Fut>(
    repeat: Repeat,
    doing: fn() -> Message,
    answer: F,
) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    F: Fn(ComputerCall, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    let named = Named {
        claim: "id",
        moved_too: true,
    };
    known_computer(repeat, named, Some(doing), answer)
}

/// A call about what is offered to a known computer, whose number is the claim `cid`.
pub(super) fn catalogue<C, B, F, Fut>(repeat: Repeat, answer: F) -> MethodRouter<ProtocolState>
where
    C: DeserializeOwned + Send + 'static,
    B: BesideComputer,
    F: Fn(ComputerCall<B>, C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    known_computer(repeat, Named::by("cid"), None, answer)
}

fn known_computer<C, B, F, Fut>(
    repeat: Repeat,
    named: Named,
    doing: Option<fn() -> Message>,
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
                    membership::computer(&state.db, slugs, signer, &raw, named).await?;
                certificate.check(&computer)?;
                let now = state.clock.now();
                let rate = state.settings.computer_calls_per_minute;
                let bucket = &exchange.protocol.computers;
                bucket
                    .take(computer.id, rate, now)
                    .map_err(|seconds| Refusal::TooMany(TooMany::Calls, seconds))?;
                if repeat == Repeat::Never && !message.use_up(&state.db, now).await? {
                    return Err(Refusal::already_received());
                }
                let claims = claims(raw)?;
                if let Some(doing) = doing {
                    progress::tell(&state, &computer, &project, doing(), now);
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
