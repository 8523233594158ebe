//! The hardware, as `lshw` describes it.

use std::time::Duration;

use serde_json::Value;

use crate::process::{CommandRunner, Invocation};

/// Why there is no description.
#[derive(Debug, thiserror::Error)]
pub enum HardwareError {
    #[error("the hardware is not described: the package `lshw` is not installed")]
    NotInstalled,
    #[error("lshw cannot be run: {0}")]
    Io(std::io::Error),
    #[error("lshw failed: {0}")]
    Failed(String),
    #[error("lshw took too long")]
    Timeout,
    #[error("what lshw says is not understood: {0}")]
    Malformed(String),
}

/// Asks `lshw`.
///
/// # Errors
/// [`HardwareError`].
pub async fn hardware(runner: &dyn CommandRunner) -> Result<Value, HardwareError> {
    let ask = Invocation::new("lshw", ["-json"])
        .limit(Duration::from_secs(120))
        .output_limit(16 * 1024 * 1024);
    let answer = runner
        .output(&ask)
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => HardwareError::NotInstalled,
            _ => HardwareError::Io(error),
        })?;
    if answer.timed_out {
        return Err(HardwareError::Timeout);
    }
    if !answer.success() {
        return Err(HardwareError::Failed(answer.stderr_text()));
    }
    parse(&answer.stdout_text())
}

/// The description: an object, or the one-element list some versions of `lshw` make of it.
fn parse(text: &str) -> Result<Value, HardwareError> {
    let value =
        serde_json::from_str(text).map_err(|error| HardwareError::Malformed(error.to_string()))?;
    let described = match &value {
        Value::Array(nodes) => nodes.first().is_some_and(Value::is_object),
        other => other.is_object(),
    };
    if described {
        Ok(value)
    } else {
        Err(HardwareError::Malformed(
            "no computer is described".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_shapes_are_taken_unchanged() {
        assert!(parse(r#"{"id": "pc", "class": "system"}"#).is_ok());
        assert!(parse(r#"[{"id": "pc", "children": []}]"#).is_ok());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "[]", "[1]", "\"x\"", "{"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "[\\[\\]{}\",:a-z0-9 ]{0,80}") {
            if let Ok(value) = parse(&text) {
                prop_assert!(value.is_object() || value.is_array());
            }
        }
    }
}
