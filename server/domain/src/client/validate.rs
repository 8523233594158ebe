//! Checks of what computers say about themselves.

use std::borrow::Cow;
use std::net::IpAddr;

use migasfree_types::message::Message;
use serde_json::{Map, Value};

use super::caller::Refused;
use crate::core::names;

/// Characters of the longest host name there is.
pub const MAX_HOST_NAME: usize = 64;

/// What is wrong, by field.
#[derive(Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Notes that `field` is wrong.
    pub fn refuse(&mut self, field: &str, reason: &str) {
        self.0.insert(field.to_owned(), Value::from(vec![reason]));
    }

    /// Requires at most `limit` characters.
    pub fn limit(&mut self, field: &str, text: &str, limit: usize) {
        if text.chars().count() > limit {
            let reason = format!("Ensure this field has no more than {limit} characters.");
            self.refuse(field, &reason);
        }
    }

    /// Requires a text that is not blank.
    pub fn filled(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.refuse(field, "This field may not be blank.");
        }
    }

    /// Requires a text without control characters.
    pub fn one_line(&mut self, field: &str, text: &str) {
        if text.contains(char::is_control) {
            self.refuse(field, "This field may not have control characters.");
        }
    }

    /// Requires a text without anything that is not seen.
    pub fn name(&mut self, field: &str, text: &str) {
        if let Some(flaw) = names::flaw(text) {
            self.refuse(field, &flaw.text);
        }
    }

    /// Requires an address, or none.
    pub fn address(&mut self, field: &str, text: Option<&str>) {
        if text.is_some_and(|text| text.parse::<IpAddr>().is_err()) {
            self.refuse(field, "Enter a valid IPv4 or IPv6 address.");
        }
    }

    /// Refuses them, if any is wrong.
    ///
    /// # Errors
    /// With the fields that are wrong.
    pub fn check(self) -> Result<(), Refused> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Refused::Values(self.0))
    }
}

/// Refuses a message that names more things than any computer has: each is looked for.
///
/// # Errors
/// With what is said of it.
pub fn few(count: usize, limit: u32, message: impl FnOnce(u32) -> Message) -> Result<(), Refused> {
    if count <= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Ok(());
    }
    Err(Refused::Said(message(limit)))
}

/// A text that is there: neither missing nor blank.
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// At most `limit` characters of `text`.
pub fn cut(text: &str, limit: usize) -> String {
    text.trim().chars().take(limit).collect()
}

/// `text` without its middle where it is longer than `limit` bytes.
pub fn without_middle(text: &str, limit: usize) -> Cow<'_, str> {
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
