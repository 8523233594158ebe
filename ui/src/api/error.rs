//! What can go wrong on the way to the server, and how it is told.
use super::said::said;
use crate::text::{t, tf};
use migasfree_types::shown::shown;
use serde_json::Value;
use std::{cell::Cell, collections::BTreeMap};

/// Messages by field, as the server gives them.
pub type FieldErrors = BTreeMap<String, Vec<String>>;

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
        let json: Option<Value> = serde_json::from_str(body).ok();
        let detail = json
            .as_ref()
            .and_then(|json| json.get("detail").or_else(|| json.get("error")))
            .and_then(Value::as_str)
            .map(readable);
        match (status, json, detail) {
            (401, ..) => Self::SignedOut,
            (403, _, detail) => Self::Forbidden(detail.unwrap_or_default()),
            (404, ..) => Self::NotFound,
            (412, ..) => Self::Stale,
            (400..=499, _, Some(detail)) => Self::Refused(detail),
            (400..=499, Some(Value::Object(fields)), None) => {
                let fields = fields.into_iter().filter(|(name, _)| name != "code");
                Self::Invalid(
                    fields
                        .map(|(name, messages)| (name, texts(&messages)))
                        .collect(),
                )
            }
            _ => Self::Broken {
                status,
                request,
                detail: body.chars().take(600).collect(),
            },
        }
    }

    /// What happened, in a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Unreachable => t!(error.unreachable),
            Self::SignedOut => t!(error.signed_out),
            Self::Forbidden(_) => t!(error.forbidden),
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
            // The server says what is missing and who can help.
            Self::Forbidden(detail) => detail.clone(),
            Self::NotFound => t!(error.not_found_text).to_owned(),
            Self::Invalid(fields) => fields
                .iter()
                .map(|(name, messages)| {
                    let messages = messages.join(" ");
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
            Self::Invalid(fields) => {
                let messages: Vec<String> = fields.values().flatten().cloned().collect();
                messages.join(" ")
            }
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

/// What the server said, in the reader's language; names in it may come from anywhere.
fn readable(text: &str) -> String {
    shown(&said(text)).into_owned()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![readable(text)],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_fields() {
        let error = ApiError::from_answer(
            400,
            String::new(),
            r#"{"name": ["Taken."], "code": "invalid"}"#,
        );
        let ApiError::Invalid(fields) = error else {
            panic!("{error:?}")
        };
        assert_eq!(
            fields.get("name").map(Vec::as_slice),
            Some(&["Taken.".to_owned()][..])
        );
        assert_eq!(fields.len(), 1);
    }

    #[test]
    fn a_refusal_keeps_its_sentence() {
        let error = ApiError::from_answer(
            409,
            String::new(),
            r#"{"detail": "There is another file.", "code": "conflict"}"#,
        );
        assert_eq!(
            error,
            ApiError::Refused("There is another file.".to_owned())
        );
    }

    #[test]
    fn a_page_of_html_is_a_broken_answer() {
        let error = ApiError::from_answer(502, "GET /x".to_owned(), "<html>");
        assert!(matches!(error, ApiError::Broken { status: 502, .. }));
    }
}
