//! A refused request as RFC 9457 has it, with codes and arguments: what the server answers to whoever names
//! [`MEDIA_TYPE`] in `Accept`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Args, Message};

/// What `Accept` has to name, and what `Content-Type` says then.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was refused, or failed. Its `type` is left out and so `about:blank`: the code says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The words of the status.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong, in English.
    pub detail: String,
    /// The same as a code.
    pub code: Cow<'static, str>,
    /// The arguments of the code.
    #[serde(default, skip_serializing_if = "Args::is_empty")]
    pub args: Args,
    /// The values that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Refusal>,
}

/// Why a value was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The member of the body or the parameter; `non_field_errors` for several together.
    pub field: String,
    /// What is wrong with it.
    #[serde(flatten)]
    pub message: Message,
}

impl Problem {
    /// A refusal with a status and the words for it.
    #[must_use]
    pub fn new(status: u16, title: &str, message: Message) -> Self {
        Self {
            title: title.to_owned(),
            status,
            detail: message.text,
            code: message.code,
            args: message.args,
            errors: Vec::new(),
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> Message {
        Message {
            code: self.code.clone(),
            args: self.args.clone(),
            text: self.detail.clone(),
        }
    }
}

/// Whether an `Accept` header names [`MEDIA_TYPE`]. A wildcard does not: who has always sent one gets what it always got.
#[must_use]
pub fn is_wanted(accept: &str) -> bool {
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_named = parts
            .next()
            .is_some_and(|range| range.eq_ignore_ascii_case(MEDIA_TYPE));
        let is_ruled_out = |part: &str| {
            part.strip_prefix("q=")
                .is_some_and(|weight| weight.trim().parse() == Ok(0.0_f32))
        };
        is_named && !parts.any(is_ruled_out)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, dead_code)]

    use super::*;

    crate::messages! {
        invalid(): "Some values were refused.";
        too_long(limit): "Write at most { $limit } characters.";
    }

    #[test]
    fn a_problem_says_what_is_wrong_with_which_value() {
        let mut problem = Problem::new(400, "Bad Request", invalid());
        problem.errors.push(Refusal {
            field: "name".to_owned(),
            message: too_long(50),
        });
        let json = concat!(
            r#"{"title":"Bad Request","status":400,"detail":"Some values were refused.","code":"invalid","#,
            r#""errors":[{"field":"name","code":"too_long","args":{"limit":50},"text":"Write at most 50 characters."}]}"#
        );
        assert_eq!(serde_json::to_string(&problem).unwrap(), json);
        assert_eq!(serde_json::from_str::<Problem>(json).unwrap(), problem);
        assert_eq!(problem.message(), invalid());
    }

    #[test]
    fn only_who_names_it_wants_it() {
        for (accept, wanted) in [
            ("application/json, application/problem+json", true),
            ("Application/Problem+JSON;q=0.5", true),
            ("application/problem+json; q=0", false),
            ("application/json", false),
            ("*/*", false),
            ("application/*", false),
            ("", false),
        ] {
            assert_eq!(is_wanted(accept), wanted, "{accept}");
        }
    }
}
