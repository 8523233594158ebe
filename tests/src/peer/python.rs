//! JSON as the client prints it.

use serde_json::Value;

/// `value` with a blank after every separator and everything beyond ASCII escaped.
#[must_use]
pub fn dumps(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::String(string) => write_string(string, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write_string(name, text);
                text.push_str(": ");
                write(member, text);
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for unit in string.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some('"') => text.push_str("\\\""),
            Some('\\') => text.push_str("\\\\"),
            Some('\n') => text.push_str("\\n"),
            Some('\r') => text.push_str("\\r"),
            Some('\t') => text.push_str("\\t"),
            Some(c @ ' '..='~') => text.push(c),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::dumps;
    use serde_json::json;

    #[test]
    fn json_is_printed_as_the_client_prints_it() {
        let value = json!({"a": ["ñ", 1, true, null], "b": {"c": "🖨\u{7f}\n\"\\"}});
        let text = r#"{"a": ["\u00f1", 1, true, null], "b": {"c": "\ud83d\udda8\u007f\n\"\\"}}"#;
        assert_eq!(dumps(&value), text);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(text).ok(),
            Some(value)
        );
    }
}
