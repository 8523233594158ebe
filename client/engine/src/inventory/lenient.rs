//! Reads JSON that is not quite JSON: what `lshw` writes on some computers.
//!
//! Commas and colons are hints, text around is left out, what is not closed is closed at the end. Nothing here recurses,
//! so that no nesting is too deep.

use serde_json::{Map, Value};

/// Containers within containers; what is deeper is left out.
const DEEPEST: usize = 512;

/// An array or object that is not closed yet.
enum Open {
    Array(Vec<Value>),
    Object {
        members: Map<String, Value>,
        key: Option<String>,
    },
}

impl Open {
    fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    fn put(&mut self, value: Value) {
        match self {
            Self::Array(values) => values.push(value),
            Self::Object { members, key } => match (key.take(), value) {
                (Some(key), value) => {
                    members.insert(key, value);
                }
                // An object without a key where a comma went astray: it is one of the children.
                (None, value @ Value::Object(_)) => {
                    let children = members
                        .entry("children")
                        .or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(children) = children {
                        children.push(value);
                    }
                }
                (None, _) => {}
            },
        }
    }

    fn close(self) -> Value {
        match self {
            Self::Array(values) => Value::Array(values),
            Self::Object { members, .. } => Value::Object(members),
        }
    }
}

/// All arrays and objects at the outermost level of a text.
pub(super) fn read(text: &str) -> Vec<Value> {
    let mut reader = Reader::default();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '{' => reader.open(Open::Object {
                members: Map::new(),
                key: None,
            }),
            '[' => reader.open(Open::Array(Vec::new())),
            '}' => reader.close(false),
            ']' => reader.close(true),
            ',' => reader.forget_key(),
            // Outside there is only what somebody else said.
            '"' if !reader.open.is_empty() => {
                let text = string(&mut letters);
                reader.text(text);
            }
            _ if !reader.open.is_empty() && is_of_word(letter) => {
                let mut end = at + letter.len_utf8();
                while let Some((at, letter)) = letters.next_if(|(_, letter)| is_of_word(*letter)) {
                    end = at + letter.len_utf8();
                }
                reader.put(word(&text[at..end]));
            }
            _ => {}
        }
    }
    reader.end()
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    /// Containers open below the deepest that is kept.
    beyond: usize,
    roots: Vec<Value>,
}

impl Reader {
    fn open(&mut self, container: Open) {
        if self.open.len() >= DEEPEST {
            self.beyond += 1;
        } else {
            self.open.push(container);
        }
    }

    /// Closes up to the innermost container of this kind. A bracket that nothing waits for is ignored.
    fn close(&mut self, array: bool) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let Some(index) = self.open.iter().rposition(|open| open.is_array() == array) else {
            return;
        };
        while self.open.len() > index {
            self.close_innermost();
        }
    }

    fn close_innermost(&mut self) {
        let Some(closed) = self.open.pop() else {
            return;
        };
        let value = closed.close();
        match self.open.last_mut() {
            Some(outer) => outer.put(value),
            None => self.roots.push(value),
        }
    }

    fn put(&mut self, value: Value) {
        if self.beyond == 0
            && let Some(open) = self.open.last_mut()
        {
            open.put(value);
        }
    }

    /// A text is a key where one is missing.
    fn text(&mut self, text: String) {
        if self.beyond > 0 {
            return;
        }
        match self.open.last_mut() {
            Some(Open::Object {
                key: key @ None, ..
            }) => *key = Some(text),
            _ => self.put(Value::String(text)),
        }
    }

    fn forget_key(&mut self) {
        if self.beyond == 0
            && let Some(Open::Object { key, .. }) = self.open.last_mut()
        {
            *key = None;
        }
    }

    fn end(mut self) -> Vec<Value> {
        while !self.open.is_empty() {
            self.close_innermost();
        }
        self.roots
    }
}

type Letters<'a> = std::iter::Peekable<std::str::CharIndices<'a>>;

/// A text after its first quotation mark. Control characters become blanks.
fn string(letters: &mut Letters<'_>) -> String {
    let mut text = String::new();
    while let Some((_, letter)) = letters.next() {
        let letter = match letter {
            '"' => break,
            '\\' => match letters.next() {
                Some((_, 'u')) => unicode(letters),
                Some((_, 'n' | 'r' | 't' | 'b' | 'f')) | None => ' ',
                Some((_, other)) => other,
            },
            other => other,
        };
        text.push(if letter.is_control() { ' ' } else { letter });
    }
    text
}

/// What four hexadecimal digits stand for, and another four where they are the first half of a pair.
fn unicode(letters: &mut Letters<'_>) -> char {
    let first = four_digits(letters);
    let mut units = vec![first];
    if (0xd800..0xdc00).contains(&first) {
        let mut ahead = letters.clone();
        if matches!(ahead.next(), Some((_, '\\'))) && matches!(ahead.next(), Some((_, 'u'))) {
            units.push(four_digits(&mut ahead));
            *letters = ahead;
        }
    }
    let decoded = char::decode_utf16(units).next();
    decoded
        .and_then(Result::ok)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn four_digits(letters: &mut Letters<'_>) -> u16 {
    let mut number = 0;
    for _ in 0..4 {
        match letters.next_if(|(_, letter)| letter.is_ascii_hexdigit()) {
            Some((_, digit)) => {
                let digit = digit.to_digit(16).unwrap_or_default();
                number = number << 4 | u16::try_from(digit).unwrap_or_default();
            }
            None => break,
        }
    }
    number
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || "+-._".contains(letter)
}

/// A number, yes, no, nothing; else the word itself.
fn word(text: &str) -> Value {
    match text {
        "null" | "nan" | "NaN" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match text.parse::<serde_json::Number>() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn strict_json_is_read_as_such() {
        let value = json!({ "a": [1, -2.5, true, null, "x\u{e9}y \u{1f600}"], "b": { "c": {} } });
        assert_eq!(read(&value.to_string()), [value]);
        assert_eq!(
            read(r#"{"a":"\ud83d\ude00\ud83d\u00"}"#),
            [json!({ "a": "\u{1f600}\u{fffd}" })]
        );
    }

    #[test]
    fn commas_text_around_and_missing_ends_do_no_harm() {
        for (text, expected) in [
            (r#"{"a": 1,, "b": 2,}"#, json!({ "a": 1, "b": 2 })),
            (r#"{"a": 1 "b": [1 2,]}"#, json!({ "a": 1, "b": [1, 2] })),
            ("Warning: \"x\n{\"a\": 1} done", json!({ "a": 1 })),
            (r#"{"a": [{"b": 1"#, json!({ "a": [{ "b": 1 }] })),
            ("{\"a\": \"x\u{1}\ty\\q\"}", json!({ "a": "x  yq" })),
            (
                r#"{"a": {"b": 1], "c": 2}"#,
                json!({ "a": { "b": 1, "c": 2 } }),
            ),
            (r#"{"a": [1}"#, json!({ "a": [1] })),
            (
                r#"{"id": 1, {"id": 2}}"#,
                json!({ "id": 1, "children": [{ "id": 2 }] }),
            ),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
    }

    #[test]
    fn no_nesting_is_too_deep() {
        let text = "[".repeat(1_000_000);
        assert_eq!(read(&text).len(), 1);
        let text = format!("{}{}{{}}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(read(&text).len(), 2);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(\\PC|[\\[\\]{}\",:\\\\u0-9a-f\n\u{1}]){0,200}") {
            for root in read(&text) {
                prop_assert!(root.is_object() || root.is_array());
                prop_assert_eq!(read(&root.to_string()).len(), 1);
            }
        }
    }
}
