//! Checks of what computers say about themselves.

use std::borrow::Cow;
use std::net::IpAddr;

use axum::http::StatusCode;
use migasfree_server_domain::core::names;
use serde_json::{Map, Value};

use super::answer::Refusal;

/// Characters of the longest host name there is.
pub(crate) const MAX_HOST_NAME: usize = 64;

/// What is wrong, by field.
#[derive(Debug, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Notes that `field` is wrong.
    pub(super) fn refuse(&mut self, field: &str, reason: &str) {
        self.0.insert(field.to_owned(), Value::from(vec![reason]));
    }

    /// Requires at most `limit` characters.
    pub(super) fn limit(&mut self, field: &str, text: &str, limit: usize) {
        if text.chars().count() > limit {
            let reason = format!("Ensure this field has no more than {limit} characters.");
            self.refuse(field, &reason);
        }
    }

    /// Requires a text that is not blank.
    pub(super) fn filled(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.refuse(field, "This field may not be blank.");
        }
    }

    /// Requires a text without control characters.
    pub(super) fn one_line(&mut self, field: &str, text: &str) {
        if text.contains(char::is_control) {
            self.refuse(field, "This field may not have control characters.");
        }
    }

    /// Requires a text without anything that is not seen.
    pub(super) fn name(&mut self, field: &str, text: &str) {
        if let Some(flaw) = names::flaw(text) {
            self.refuse(field, &flaw.text);
        }
    }

    /// Requires an address, or none.
    pub(super) fn address(&mut self, field: &str, text: Option<&str>) {
        if text.is_some_and(|text| text.parse::<IpAddr>().is_err()) {
            self.refuse(field, "Enter a valid IPv4 or IPv6 address.");
        }
    }

    /// 400 with the fields, sealed, if any is wrong.
    pub(super) fn check(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Refusal::Sealed(
            StatusCode::BAD_REQUEST,
            Value::Object(self.0),
        ))
    }
}

/// Refuses a message that names more things than any computer has: each is looked for.
pub(super) fn few(what: &str, count: usize, limit: u32) -> Result<(), Refusal> {
    if count <= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Ok(());
    }
    let text = format!("A message may name at most {limit} {what}");
    Err(Refusal::text(StatusCode::BAD_REQUEST, &text))
}

/// A text that is there: neither missing nor blank.
pub(crate) fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// At most `limit` characters of `text`.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    text.trim().chars().take(limit).collect()
}

/// `text` without its middle where it is longer than `limit` bytes.
pub(super) fn without_middle(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let head = &text[..text.floor_char_boundary(limit / 2)];
    let tail = &text[text.ceil_char_boundary(text.len() - limit / 2)..];
    let gone = text.len() - head.len() - tail.len();
    Cow::Owned(format!(
        "{head}\n[… {gone} bytes are left out here …]\n{tail}"
    ))
}

#[cfg(test)]
mod tests {
    use super::without_middle;

    #[test]
    fn a_long_text_keeps_both_ends_and_says_what_is_gone() {
        assert_eq!(without_middle("short", 5), "short");
        let cut = without_middle("áéíóúáéíóú", 9);
        assert_eq!(cut, "áé\n[… 12 bytes are left out here …]\nóú");
    }
}
