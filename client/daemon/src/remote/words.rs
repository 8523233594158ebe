//! Words as they stand in grants and on the tunnel.

use migasfree_tunnel::message::Code;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The word of a value.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The value of a word.
pub(super) fn meant<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}

/// The reason that an agent names for an end; one that is none is a failure.
pub(super) fn reason(code: &str) -> String {
    word(meant::<Code>(code).unwrap_or(Code::Failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_those_of_the_tunnel() {
        assert_eq!(reason("ended_by_operator"), "ended_by_operator");
        assert_eq!(reason("<b>hi</b>"), "failed");
    }
}
