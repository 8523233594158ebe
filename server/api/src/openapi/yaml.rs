//! JSON as YAML: nothing but what a description of an API needs.

use std::fmt::Write as _;

use serde_json::Value;

/// A document in block style; every text is quoted, so that no text is taken for something else.
#[must_use]
pub fn written(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                indent(depth, text);
                let _ = write!(text, "{}:", Value::from(key.as_str()));
                below(value, depth, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push('-');
                below(item, depth, text);
            }
        }
        scalar => {
            indent(depth, text);
            let _ = writeln!(text, "{scalar}");
        }
    }
}

fn below(value: &Value, depth: usize, text: &mut String) {
    let nested = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if nested {
        text.push('\n');
        block(value, depth + 1, text);
    } else {
        let _ = writeln!(text, " {value}");
    }
}

fn indent(depth: usize, text: &mut String) {
    for _ in 0..depth {
        text.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::written;

    #[test]
    fn texts_are_quoted_and_levels_indented() {
        let value = json!({"a": [1, {"b": "no: yes"}, []], "c": {}, "d": {"e": null}});
        let expected = "\"a\":\n  - 1\n  -\n    \"b\": \"no: yes\"\n  - []\n\"c\": {}\n\"d\":\n  \"e\": null\n";
        assert_eq!(written(&value), expected);
    }
}
