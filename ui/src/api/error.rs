//! What can go wrong on the way to the server, and how it is told.
use crate::text::{said, t, tf};
use migasfree_types::message::{Message, Problem};
use std::{cell::Cell, collections::BTreeMap};

/// What is wrong with values, by field.
pub type FieldErrors = BTreeMap<String, Vec<Told>>;

/// A message in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The server's code; empty for what this view found by itself.
    pub code: String,
    pub text: String,
}

impl Told {
    /// What this view found by itself.
    pub fn here(text: &str) -> Self {
        Self {
            code: String::new(),
            text: text.to_owned(),
        }
    }

    fn there(message: &Message) -> Self {
        Self {
            code: message.code.clone().into_owned(),
            text: said(message),
        }
    }
}

/// The texts of messages.
pub fn texts<'a>(messages: impl IntoIterator<Item = &'a Told>) -> Vec<String> {
    let messages = messages.into_iter();
    messages.map(|told| told.text.clone()).collect()
}

/// Several messages in one line.
pub fn in_one_line<'a>(messages: impl IntoIterator<Item = &'a Told>) -> String {
    texts(messages).join(" ")
}

/// The server's code for what an open session alone is not enough for.
const STEP_UP: &str = "step_up_required";

/// The server's name for what concerns no single field.
pub const WHOLE: &str = "non_field_errors";

thread_local! {
    static NAMED: Cell<fn(&str) -> String> = const { Cell::new(str::to_owned) };
}

/// From now on members in messages are called so. Who knows their labels is loaded after the first page.
pub fn call_members(by: fn(&str) -> String) {
    NAMED.set(by);
}

/// A request that did not work.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiError {
    /// The server cannot be reached.
    Unreachable,
    /// Nobody is signed in any more.
    SignedOut,
    /// The permission is missing.
    Forbidden(String),
    /// Whoever is signed in has to show once more that it is them.
    Unproved,
    /// There is no such thing, or it is not visible to this user.
    NotFound,
    /// Input was refused, field by field.
    Invalid(FieldErrors),
    /// Refused for a reason in words.
    Refused(String),
    /// The object is another version than the one that was changed here.
    Stale,
    /// The server failed, or answered what nobody understands.
    Broken {
        status: u16,
        request: String,
        detail: String,
    },
}

impl ApiError {
    /// Reads an answer that is not a success. `request` names it for the helpdesk.
    pub fn from_answer(status: u16, request: String, body: &str) -> Self {
        let problem: Option<Problem> = serde_json::from_str(body).ok();
        match (status, problem) {
            (401, _) => Self::SignedOut,
            (403, Some(problem)) if problem.code == STEP_UP => Self::Unproved,
            (403, problem) => Self::Forbidden(
                problem.map_or_else(String::new, |problem| said(&problem.message())),
            ),
            (404, _) => Self::NotFound,
            (412, _) => Self::Stale,
            (400..=499, Some(problem)) if problem.errors.is_empty() => {
                Self::Refused(said(&problem.message()))
            }
            (400..=499, Some(problem)) => {
                let mut fields = FieldErrors::new();
                for refusal in problem.errors {
                    let told = Told::there(&refusal.message);
                    fields.entry(refusal.field).or_default().push(told);
                }
                Self::Invalid(fields)
            }
            _ => Self::Broken {
                status,
                request,
                detail: body.chars().take(600).collect(),
            },
        }
    }

    /// Whether the question itself was wrong.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Invalid(_) | Self::Refused(_))
    }

    /// What happened, in a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Unreachable => t!(error.unreachable),
            Self::SignedOut => t!(error.signed_out),
            Self::Forbidden(_) => t!(error.forbidden),
            Self::Unproved => t!(error.unproved),
            Self::NotFound => t!(error.not_found),
            Self::Invalid(_) | Self::Refused(_) => t!(error.refused),
            Self::Stale => t!(error.stale),
            Self::Broken { .. } => t!(error.broken),
        }
    }

    /// What it means and what to do.
    pub fn text(&self) -> String {
        match self {
            Self::Unreachable => t!(error.unreachable_text).to_owned(),
            Self::SignedOut => t!(error.signed_out_text).to_owned(),
            Self::Forbidden(detail) if detail.is_empty() => t!(error.forbidden_text).to_owned(),
            Self::Unproved => t!(error.unproved_text).to_owned(),
            // The server says what is missing and who can help.
            Self::Forbidden(detail) => detail.clone(),
            Self::NotFound => t!(error.not_found_text).to_owned(),
            Self::Invalid(fields) => fields
                .iter()
                .map(|(name, messages)| {
                    let messages = in_one_line(messages);
                    if name == WHOLE {
                        messages
                    } else {
                        format!("{}: {messages}", NAMED.get()(name))
                    }
                })
                .collect::<Vec<_>>()
                .join("\n"),
            Self::Refused(detail) => detail.clone(),
            Self::Stale => t!(error.stale_text).to_owned(),
            Self::Broken { status, .. } => tf!(error.broken_text, status = status),
        }
    }

    /// What the helpdesk wants to see.
    pub fn details(&self) -> Option<String> {
        match self {
            Self::Broken {
                status,
                request,
                detail,
            } => Some(format!("{request}\nHTTP {status}\n{detail}")),
            _ => None,
        }
    }

    /// Why it was refused, to be told where the reason was entered.
    pub fn reason(&self) -> String {
        match self {
            Self::Invalid(fields) => in_one_line(fields.values().flatten()),
            _ => self.line(),
        }
    }

    /// Title and text in one line, for a short message.
    pub fn line(&self) -> String {
        match self {
            Self::Refused(detail) => detail.clone(),
            Self::Invalid(_) => self.text(),
            _ => format!("{}. {}", self.title(), self.text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    #[test]
    fn messages_keep_their_fields() {
        let error = ApiError::from_answer(
            400,
            String::new(),
            r#"{"title": "Bad Request", "status": 400, "detail": "Some values were refused.", "code": "invalid_values",
                "errors": [{"field": "name", "code": "taken", "text": "Taken."}]}"#,
        );
        let ApiError::Invalid(fields) = error else {
            panic!("{error:?}")
        };
        let told = Told {
            code: "taken".to_owned(),
            text: "Taken.".to_owned(),
        };
        assert_eq!(fields, [("name".to_owned(), vec![told])].into());
    }

    #[test]
    fn a_refusal_keeps_its_sentence() {
        let error = ApiError::from_answer(
            409,
            String::new(),
            r#"{"title": "Conflict", "status": 409, "detail": "There is another file.", "code": "different_in_store"}"#,
        );
        assert_eq!(
            error,
            ApiError::Refused("There is another file.".to_owned())
        );
    }

    #[test]
    fn a_refusal_is_said_in_the_language_of_the_reader() {
        text::speak("es");
        let error = ApiError::from_answer(
            429,
            String::new(),
            r#"{"title": "Too Many Requests", "status": 429, "detail": "Too many requests: try again in 5 seconds.",
                "code": "too_many_requests", "args": {"seconds": 5}}"#,
        );
        let spanish = "Demasiados intentos: pruebe de nuevo dentro de 5 segundos.";
        assert_eq!(error, ApiError::Refused(spanish.to_owned()));
    }

    #[test]
    fn who_has_to_show_once_more_who_they_are_lacks_no_permission() {
        let error = ApiError::from_answer(
            403,
            String::new(),
            r#"{"title": "Forbidden", "status": 403, "detail": "Show once more that it is you, then do this again.",
                "code": "step_up_required"}"#,
        );
        assert_eq!(error, ApiError::Unproved);
    }

    #[test]
    fn a_page_of_html_is_a_broken_answer() {
        let error = ApiError::from_answer(502, "GET /x".to_owned(), "<html>");
        assert!(matches!(error, ApiError::Broken { status: 502, .. }));
    }
}
