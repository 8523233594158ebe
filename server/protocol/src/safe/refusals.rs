//! Calls that are refused leave a line in the log and a figure; where it repeats, administrators hear of it.

use std::sync::OnceLock;

use axum::http::StatusCode;
use migasfree_server_auth::Connection;
use migasfree_server_domain::client::validate::{MAX_HOST_NAME, cut};
use migasfree_server_domain::computers::repeats::Repeats;
use migasfree_types::{message::Message, shown::shown_line};
use serde_json::Value;

use super::answer::TooMany;
use crate::ProtocolState;
use crate::messages;

const MAX_REASON: usize = 300;

/// On the answer to a refused call: why it is refused.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    message: Message,
    counted: Counted,
}

/// Whose refusals repeat.
#[derive(Debug, Clone, Copy)]
enum Counted {
    /// Those of whoever calls.
    Caller,
    /// Those of an address, whoever calls from it.
    Address,
    /// Those of a project, whoever calls.
    Project,
}

impl Reason {
    /// Of what is told to whoever called.
    pub(crate) fn of(data: &Value) -> Self {
        let text = data
            .as_str()
            .map_or_else(|| data.to_string(), str::to_owned);
        let text = shown_line(&cut(&text, MAX_REASON)).into_owned();
        Self::said(Message::verbatim(text))
    }

    /// Of what is said to whoever called, in English, and to administrators in their language.
    pub(crate) const fn said(message: Message) -> Self {
        Self {
            message,
            counted: Counted::Caller,
        }
    }

    /// Of something that is done too often.
    pub(crate) fn too_many(what: TooMany) -> Self {
        let counted = match what {
            TooMany::NewOfAddress => Counted::Address,
            TooMany::NewOfProject => Counted::Project,
            TooMany::Calls | TooMany::SignIns | TooMany::WrongPasswords => Counted::Caller,
        };
        Self {
            message: what.message(),
            counted,
        }
    }

    /// As whoever called is told.
    pub(crate) fn text(&self) -> &str {
        &self.message.text
    }
}

/// What is known of who calls, as far as the call came.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    /// Name of the project.
    pub(crate) project: OnceLock<String>,
    /// Number or name of the computer, or the packager.
    pub(crate) who: OnceLock<String>,
}

impl Caller {
    /// Notes whom the claims name.
    pub(crate) fn claims(&self, claims: &Value) {
        let number = ["id", "cid"].iter().find_map(|claim| claims.get(*claim));
        let number = number.filter(|number| number.is_i64());
        let name = claims.get("name").and_then(Value::as_str);
        let text = match (number, name) {
            (Some(number), _) => format!("CID-{number}"),
            (None, Some(name)) => cut(name, MAX_HOST_NAME),
            (None, None) => return,
        };
        let _ = self.who.set(shown_line(&text).into_owned());
    }
}

/// A call that was refused.
pub(crate) struct Refused<'a> {
    /// `computers/attributes/`
    pub(crate) call: &'a str,
    pub(crate) caller: &'a Caller,
    pub(crate) connection: Connection,
    pub(crate) status: StatusCode,
    pub(crate) reason: Reason,
}

impl Refused<'_> {
    /// Leaves a line in the log and a figure, and a notification where it repeats.
    pub(crate) async fn note(&self, state: &ProtocolState, repeats: &Repeats) {
        let unknown = || "?".to_owned();
        let project = self.caller.project.get().cloned().unwrap_or_else(unknown);
        let who = self.caller.who.get().cloned().unwrap_or_else(unknown);
        let address = self.connection.client;
        let (call, reason, status) = (self.call, self.reason.text(), self.status.as_u16());
        tracing::warn!(call, status, reason, project, computer = who, %address, "a call is refused");
        let labels = [("call", call.to_owned()), ("status", status.to_string())];
        metrics::counter!("migasfree_refused_calls_total", &labels).increment(1);
        let of = match self.reason.counted {
            Counted::Caller => who.clone(),
            Counted::Address => self.connection.bucket(),
            Counted::Project => String::new(),
        };
        let key = format!("{call}\n{project}\n{of}\n{reason}");
        let (address, said) = (address.to_string(), self.reason.message.clone());
        let message = match self.reason.counted {
            Counted::Caller => messages::refused_again(who, project, call, address, said),
            Counted::Address | Counted::Project => {
                messages::new_computers_refused(project, address, said)
            }
        };
        repeats.note(state, key, &message).await;
    }
}
