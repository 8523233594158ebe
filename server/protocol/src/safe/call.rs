//! The one way every sealed call goes: open, identify, read the claims, handle, seal.
//!
//! A call is a function from a context and typed claims to a [`Reply`]; what it may rely on
//! depends on who calls: [`computer`], [`project`] or [`packager`].

mod arrival;
mod clear;
mod exchange;
mod letter;
mod packager;

use axum::routing::MethodRouter;
use migasfree_server_auth::Connection;
use migasfree_server_db::{self as db, Ts};
use migasfree_server_domain::client::{
    caller::{Caller, Refused},
    computers::Computer,
    gathered::{BesideComputer, BesideProject},
    projects::Project,
};
use migasfree_types::message::Message;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) use self::arrival::Certificate;
pub(crate) use self::arrival::method_not_allowed;
use self::arrival::{Arrival, posted};
pub(crate) use self::clear::unsealed;
pub(super) use self::exchange::unreadable;
use self::letter::Letter;
pub(super) use self::packager::{PackagerCall, Upload, packager};
use super::answer::{Refusal, Reply, TooMany};
use super::membership::{self, Named, Signer};
use super::replays::Seen;
use crate::ProtocolState;

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
    /// The computer as the domain is told of it.
    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            state: &self.state.services,
            computer: &self.computer,
            project: &self.project,
            address: self.connection.client,
            now: self.now,
        }
    }

    /// The call, and what was read beside it.
    pub(super) fn apart(self) -> (ComputerCall, B) {
        let call = ComputerCall {
            state: self.state,
            project: self.project,
            computer: self.computer,
            beside: (),
            connection: self.connection,
            now: self.now,
            message: self.message,
        };
        (call, self.beside)
    }

    /// What the message is used up by, together with what is done because of it.
    pub(super) fn digest(&self) -> &[u8] {
        self.message.digest()
    }
}

/// What a computer is told that was unsubscribed.
pub(super) fn unsubscribed() -> Refusal {
    Refused::Unsubscribed.into()
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
                let call = ComputerCall {
                    state,
                    project,
                    computer,
                    beside,
                    connection,
                    now,
                    message,
                };
                if let Some(doing) = doing {
                    call.caller().tell(doing());
                }
                answer(call, claims).await
            };
            let reply = reply.await;
            exchange.finish(reply).await
        }
    })
}
