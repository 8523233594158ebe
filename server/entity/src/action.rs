//! What an entity offers besides the generic operations, without a word of HTTP.

use futures_util::future::BoxFuture;

use super::{
    access::Need,
    body::Body,
    context::Context,
    entity::{Like, Write},
    error::RestError,
    json::Json,
    params::Params,
};

/// The verb an action answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    /// As it is written in a request.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an action answers.
#[derive(Debug)]
pub enum Answer {
    Json(Json),
    /// A part of a list, and the address of the next where there is more.
    Part(Json, Option<String>),
    /// Done, nothing to say.
    Done,
    /// Created, nothing to say.
    Created,
    /// Gone.
    Gone,
}

impl Answer {
    /// Any value that can be written as JSON.
    ///
    /// # Errors
    /// When it cannot.
    pub fn of(value: &impl serde::Serialize) -> Result<Self, RestError> {
        serde_json::to_value(value)
            .map(|value| Self::Json(Json::Document(value)))
            .map_err(|error| RestError::Internal(error.to_string()))
    }

    /// A sentence for the operator.
    #[must_use]
    pub fn detail(text: &str) -> Self {
        Self::Json(Json::Object(vec![("detail", text.into())]))
    }
}

/// A call of an action. The row exists and the operator may see it.
#[derive(Debug)]
pub struct Call {
    pub context: Context,
    /// The row; 0 for an action of the whole collection.
    pub id: i64,
    pub params: Params,
    pub body: Body,
    /// Address of the action without its query, for links to pages.
    pub address: String,
}

/// What an action answers, for OpenAPI.
#[derive(Debug, Clone, Copy)]
pub enum Gives {
    /// Something of this kind.
    Like(Like),
    /// An object with these members.
    Members(&'static [(&'static str, Like)]),
    /// A list of such objects.
    Listed(&'static [(&'static str, Like)]),
    /// The row, as it is read alone.
    Row,
    /// Some rows.
    Rows,
    /// A page of the list.
    Page,
    /// 200 without a body.
    Nothing,
    /// 204.
    Gone,
}

/// A sentence for the operator.
pub const SENTENCE: Gives = Gives::Members(&[("detail", Like::Text)]);

/// Carries an action out.
pub type Run = fn(Call) -> BoxFuture<'static, Result<Answer, RestError>>;

/// One action of an entity.
#[derive(Clone, Copy)]
pub struct Action {
    pub verb: Verb,
    /// Below the entity's route; `<id>/…` for an action of one row.
    pub path: &'static str,
    pub need: Need,
    /// One line for OpenAPI.
    pub summary: &'static str,
    /// What the body may hold, for OpenAPI.
    pub body: &'static [Write],
    /// What it answers, for OpenAPI.
    pub gives: Gives,
    /// Whether it answers 409 where something else stands in the way, for OpenAPI.
    pub conflicts: bool,
    /// Whether it writes the row it is about, which has to be the operator's to write then.
    pub writes: bool,
    /// Whether it takes a session that showed lately who is there, as all that write a guarded entity do.
    pub guarded: bool,
    pub run: Run,
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.verb.name(), self.path)
    }
}

impl Action {
    /// A reading action.
    #[must_use]
    pub const fn get(path: &'static str, summary: &'static str, run: Run) -> Self {
        Self {
            verb: Verb::Get,
            path,
            need: Need::View,
            summary,
            body: &[],
            gives: Gives::Like(Like::Object),
            conflicts: false,
            writes: false,
            guarded: false,
            run,
        }
    }

    /// An action by POST.
    #[must_use]
    pub const fn post(
        path: &'static str,
        need: Need,
        summary: &'static str,
        body: &'static [Write],
        run: Run,
    ) -> Self {
        Self {
            verb: Verb::Post,
            path,
            need,
            summary,
            body,
            gives: Gives::Like(Like::Object),
            conflicts: false,
            writes: true,
            guarded: false,
            run,
        }
    }

    /// The same, where it leaves the row as it is: it copies it, or does something to others.
    #[must_use]
    pub const fn leaving(mut self) -> Self {
        self.writes = false;
        self
    }

    /// The same, where it does something to the row although it is asked for like a reading action.
    #[must_use]
    pub const fn writing(mut self) -> Self {
        self.writes = true;
        self
    }

    /// The same, where an open session alone is not enough.
    #[must_use]
    pub const fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// The same with another verb.
    #[must_use]
    pub const fn by(mut self, verb: Verb) -> Self {
        self.writes = !matches!(verb, Verb::Get);
        self.verb = verb;
        self
    }

    /// The same with a description of its answer.
    #[must_use]
    pub const fn giving(mut self, gives: Gives) -> Self {
        self.gives = gives;
        self
    }

    /// The same with 409 among its answers.
    #[must_use]
    pub const fn conflicting(mut self) -> Self {
        self.conflicts = true;
        self
    }

    /// The same with another right.
    #[must_use]
    pub const fn needing(mut self, need: Need) -> Self {
        self.need = need;
        self
    }

    /// Whether it is about one row.
    #[must_use]
    pub fn of_row(&self) -> bool {
        self.path.starts_with("<id>/")
    }
}

/// Wraps an `async fn(Call)` as the function pointer a declaration holds.
#[macro_export]
macro_rules! run {
    ($function:path) => {
        |call| Box::pin($function(call))
    };
}
