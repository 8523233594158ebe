//! A call that is about no entity: its address, what it is for programs, and what answers it, in one place.

use std::collections::BTreeMap;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodRouter, delete, get, patch, post, put},
};

use super::{
    action::Verb,
    entity::{Entity, Like},
};

/// The media type of lines of JSON.
pub const LINES: &str = "application/jsonl";

/// Members of an object.
pub type Members = &'static [(&'static str, Like)];

/// A call as programs are told of it.
#[derive(Debug, Clone)]
pub struct Call {
    pub verb: Verb,
    /// The whole of its address.
    pub path: String,
    /// One line.
    pub summary: &'static str,
    /// Parameters of the address.
    pub asks: Members,
    pub takes: Takes,
    pub gives: Gives,
    /// Whether nobody has to sign in.
    pub open: bool,
    /// Whether programs may although it is about one's own account, which people see to themselves.
    pub programs: bool,
    /// Statuses with which it is refused as version 5 does it: by a text or an object.
    pub refuses: &'static [&'static str],
    /// Statuses with which it is refused by a problem (RFC 9457), whatever is asked for; then nothing is refused otherwise
    /// but what `refuses` has.
    pub problems: &'static [&'static str],
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    Members(Members),
    /// Some of what may be changed of an entity, by name.
    Some(&'static Entity, &'static [&'static str]),
}

/// What is answered.
#[derive(Debug, Clone, Copy)]
pub enum Gives {
    Members(Members),
    Like(Like),
    /// What an entity's read shape of this name is.
    Named(&'static str),
    /// The same, added by this call (201) or by one before it (200).
    Added(&'static str),
    /// A list of such objects.
    Listed(Members),
    /// Lines of JSON, each such an object.
    Lines(Members),
    /// A file of one of these media types.
    Files(&'static [&'static str]),
    /// A browser is led on.
    Elsewhere,
    /// The connection becomes a WebSocket.
    Socket,
    /// OpenAPI in one of its two media types.
    Description,
}

/// A call with what answers it.
#[derive(Debug)]
pub struct Served<S> {
    pub call: Call,
    pub answers: MethodRouter<S>,
}

/// A call that takes and says nothing in particular.
#[must_use]
pub fn call(verb: Verb, path: impl Into<String>, summary: &'static str) -> Call {
    Call {
        verb,
        path: path.into(),
        summary,
        asks: &[],
        takes: Takes::Members(&[]),
        gives: Gives::Members(&[]),
        open: false,
        programs: false,
        refuses: &[],
        problems: &[],
    }
}

impl Call {
    /// The same for who is not signed in.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// The same for programs, too, where it is about the account they work for.
    #[must_use]
    pub const fn for_programs(mut self) -> Self {
        self.programs = true;
        self
    }

    /// The same with parameters.
    #[must_use]
    pub const fn asking(mut self, asks: Members) -> Self {
        self.asks = asks;
        self
    }

    /// The same with a body of these members.
    #[must_use]
    pub const fn taking(mut self, members: Members) -> Self {
        self.takes = Takes::Members(members);
        self
    }

    /// The same with a body of some members of an entity.
    #[must_use]
    pub const fn taking_some(
        mut self,
        entity: &'static Entity,
        names: &'static [&'static str],
    ) -> Self {
        self.takes = Takes::Some(entity, names);
        self
    }

    /// The same with an answer of these members.
    #[must_use]
    pub const fn giving(mut self, members: Members) -> Self {
        self.gives = Gives::Members(members);
        self
    }

    /// The same with another answer.
    #[must_use]
    pub const fn gives(mut self, gives: Gives) -> Self {
        self.gives = gives;
        self
    }

    /// The same with statuses of refusals that are a text or an object.
    #[must_use]
    pub const fn refusing(mut self, statuses: &'static [&'static str]) -> Self {
        self.refuses = statuses;
        self
    }

    /// The same with statuses of refusals that are problems, whatever is asked for.
    #[must_use]
    pub const fn with_problems(mut self, statuses: &'static [&'static str]) -> Self {
        self.problems = statuses;
        self
    }

    /// The call, and the function that answers it.
    #[must_use]
    pub fn answered<H, T, S>(self, handler: H) -> Served<S>
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        let answers = match self.verb {
            Verb::Get => get(handler),
            Verb::Post => post(handler),
            Verb::Put => put(handler),
            Verb::Patch => patch(handler),
            Verb::Delete => delete(handler),
        };
        self.served(answers)
    }

    /// The call, and the route that answers it.
    #[must_use]
    pub const fn served<S>(self, answers: MethodRouter<S>) -> Served<S> {
        Served {
            call: self,
            answers,
        }
    }
}

/// The routes of calls; `finish` completes each address.
pub fn routes<S>(
    calls: Vec<Served<S>>,
    finish: impl Fn(MethodRouter<S>) -> MethodRouter<S>,
) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let mut paths: BTreeMap<String, MethodRouter<S>> = BTreeMap::new();
    for Served { call, answers } in calls {
        let route = match paths.remove(&call.path) {
            Some(others) => others.merge(answers),
            None => answers,
        };
        paths.insert(call.path, route);
    }
    let finished = paths.into_iter();
    finished.fold(Router::new(), |router, (path, route)| {
        router.route(&path, finish(route))
    })
}

/// The calls without what answers them.
pub fn described<S>(calls: Vec<Served<S>>) -> impl Iterator<Item = Call> {
    calls.into_iter().map(|served| served.call)
}
