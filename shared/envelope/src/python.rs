//! Reads values in the plain rendering that existing servers sign for lists and constants:
//! single or double quotes, `True`, `False`, `None`.

use serde_json::{Map, Number, Value};

/// Nesting that no genuine answer comes near.
const MAX_DEPTH: u32 = 64;

/// The value `text` stands for; `None` when it is not such a rendering.
pub(crate) fn parse(text: &[u8]) -> Option<Value> {
    let mut reader = Reader {
        rest: std::str::from_utf8(text).ok()?,
    };
    let value = reader.value(0)?;
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        for (word, value) in [
            ("None", Value::Null),
            ("True", Value::Bool(true)),
            ("False", Value::Bool(false)),
        ] {
            if self.eat(word) {
                return Some(value);
            }
        }
        match self.rest.chars().next()? {
            '[' => self.list(depth),
            '{' => self.object(depth),
            quote @ ('\'' | '"') => self.string(quote).map(Value::String),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: u32) -> Option<Value> {
        let mut items = Vec::new();
        if self.eat("[]") {
            return Some(Value::Array(items));
        }
        self.eat("[");
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat("]") {
                return Some(Value::Array(items));
            }
            self.eat(", ").then_some(())?;
        }
    }

    fn object(&mut self, depth: u32) -> Option<Value> {
        let mut members = Map::new();
        if self.eat("{}") {
            return Some(Value::Object(members));
        }
        self.eat("{");
        loop {
            let quote = self
                .rest
                .chars()
                .next()
                .filter(|c| matches!(c, '\'' | '"'))?;
            let name = self.string(quote)?;
            self.eat(": ").then_some(())?;
            members.insert(name, self.value(depth + 1)?);
            if self.eat("}") {
                return Some(Value::Object(members));
            }
            self.eat(", ").then_some(())?;
        }
    }

    fn string(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest[1..].chars();
        loop {
            match chars.next()? {
                c if c == quote => {
                    self.rest = chars.as_str();
                    return Some(text);
                }
                '\\' => {
                    let (c, rest) = escape(chars.as_str())?;
                    text.push(c);
                    chars = rest.chars();
                }
                c => text.push(c),
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let end = self
            .rest
            .find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e'))
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        serde_json::from_str::<Number>(number)
            .ok()
            .map(Value::Number)
    }
}

/// The character of an escape sequence (without its backslash) and what follows it.
fn escape(rest: &str) -> Option<(char, &str)> {
    let mut chars = rest.chars();
    let simple = match chars.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'x' => return code_point(chars.as_str(), 2),
        'u' => return code_point(chars.as_str(), 4),
        'U' => return code_point(chars.as_str(), 8),
        c @ ('\\' | '\'' | '"') => c,
        _ => return None,
    };
    Some((simple, chars.as_str()))
}

fn code_point(rest: &str, digits: usize) -> Option<(char, &str)> {
    let (hex, rest) = rest.split_at_checked(digits)?;
    let c = char::from_u32(u32::from_str_radix(hex, 16).ok()?)?;
    Some((c, rest))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::json;

    #[test]
    fn plain_renderings_are_read_and_anything_else_is_not() {
        let text = r#"[True, None, 'ñ', {'a': "it's", 'b': [-2.5, 10]}, 'x\n\\\'"\x1b\u200b\U000e0001', [], {}]"#;
        let value = json!([
            true, null, "ñ", {"a": "it's", "b": [-2.5, 10]}, "x\n\\'\"\u{1b}\u{200b}\u{e0001}", [], {}
        ]);
        assert_eq!(parse(text.as_bytes()), Some(value));
        for bad in [
            "", "[", "[1,2]", "[1] ", "nul", "'a", "{1: 2}", "[1, ]", "\\x", "'\\xé'", "-",
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(parse("[".repeat(100_000).as_bytes()), None);
    }
}
