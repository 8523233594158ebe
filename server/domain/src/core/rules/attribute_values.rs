//! From what a property's code printed to attribute values (8.3.1).

use serde_json::Value;

/// Characters an attribute value may have; the rest is cut off.
pub const MAX_VALUE: usize = 250;
/// Characters of the longest description; the rest is cut off.
const MAX_DESCRIPTION: usize = 1000;
/// Bytes of a value and its description, with which the longest text that is read grows.
const MAX_RAW_EACH: usize = 1024;

/// How a reported text becomes values: `property.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `N`: the text is one value.
    Normal,
    /// `-`: comma separated values.
    List,
    /// `L`: `a.b.c` stands for `a`, `a.b` and `a.b.c`.
    Left,
    /// `R`: `a.b.c` stands for `a.b.c`, `b.c` and `c`.
    Right,
    /// `J`: a JSON object, or a list of them, with `value` and maybe `description`.
    Json,
}

impl Kind {
    /// The kind stored as `text`; unknown texts are read as one value.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        match text {
            "-" => Self::List,
            "L" => Self::Left,
            "R" => Self::Right,
            "J" => Self::Json,
            _ => Self::Normal,
        }
    }
}

/// One value to be looked up or created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeValue {
    /// Trimmed, at most [`MAX_VALUE`] characters.
    pub value: String,
    /// What a human reads beside the value: at most 1,000 characters where a computer reports it.
    pub description: Option<String>,
    /// Whether the value was longer.
    pub truncated: bool,
}

impl AttributeValue {
    fn new(value: &str, description: Option<String>) -> Self {
        let value = value.trim();
        let first = beginning(value, MAX_VALUE);
        Self {
            value: first.to_owned(),
            description: description.map(|text| beginning(&text, MAX_DESCRIPTION).to_owned()),
            truncated: first.len() < value.len(),
        }
    }

    /// A piece as reported: exactly one `~` separates the value from its description.
    fn from_piece(piece: &str) -> Self {
        match piece.trim().split_once('~') {
            Some((value, description)) if !description.contains('~') => {
                Self::new(value, Some(description.to_owned()))
            }
            _ => Self::new(piece, None),
        }
    }
}

/// At most the first `limit` characters.
fn beginning(text: &str, limit: usize) -> &str {
    let end = text.char_indices().nth(limit);
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// The values that `raw` stands for, in the order they are to be created. `server_sort`: the
/// property's values are assigned by operators, whose dotted kinds also have the empty value.
#[must_use]
pub fn expand(kind: Kind, server_sort: bool, raw: &str) -> Vec<AttributeValue> {
    expand_some(kind, server_sort, raw, usize::MAX)
}

/// At most the first `limit` of the values that `raw` stands for. Of a long text that is no JSON the end does not count.
#[must_use]
pub fn expand_some(kind: Kind, server_sort: bool, raw: &str, limit: usize) -> Vec<AttributeValue> {
    let mut raw = raw.trim();
    if kind != Kind::Json {
        raw = &raw[..raw.floor_char_boundary(limit.saturating_mul(MAX_RAW_EACH).min(raw.len()))];
    }
    let empty_first = server_sort.then_some("");
    match kind {
        Kind::Normal => vec![AttributeValue::from_piece(raw)],
        Kind::List => {
            let pieces = raw.split(',').filter(|piece| !piece.trim().is_empty());
            pieces.take(limit).map(AttributeValue::from_piece).collect()
        }
        Kind::Left => {
            let ends = raw.match_indices('.').map(|(at, _)| at).chain([raw.len()]);
            let pieces = empty_first.into_iter().chain(ends.map(|end| &raw[..end]));
            pieces.take(limit).map(AttributeValue::from_piece).collect()
        }
        Kind::Right => {
            let starts = [0]
                .into_iter()
                .chain(raw.match_indices('.').map(|(at, _)| at + 1));
            let pieces = empty_first
                .into_iter()
                .chain(starts.map(|start| &raw[start..]));
            pieces.take(limit).map(AttributeValue::from_piece).collect()
        }
        Kind::Json => from_json(raw, limit),
    }
}

fn from_json(raw: &str, limit: usize) -> Vec<AttributeValue> {
    let items = match serde_json::from_str(raw) {
        Ok(Value::Array(items)) => items,
        Ok(item @ Value::Object(_)) => vec![item],
        _ => return Vec::new(),
    };
    items
        .iter()
        .filter_map(from_json_item)
        .take(limit)
        .collect()
}

fn from_json_item(item: &Value) -> Option<AttributeValue> {
    let text = |name: &str| match item.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.as_f64() != Some(0.0) => Some(number.to_string()),
        Value::Bool(true) => Some("True".to_owned()),
        _ => None,
    };
    let value = text("value")?;
    Some(match text("description") {
        Some(description) => AttributeValue::new(&value, Some(description)),
        None => AttributeValue::from_piece(&value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_at_whole_characters() {
        let values = expand(Kind::Normal, false, &"ñ".repeat(300));
        assert_eq!(values[0].value, "ñ".repeat(250));
        assert!(values[0].truncated);
        assert!(!expand(Kind::Normal, false, &"ñ".repeat(250))[0].truncated);
    }

    #[test]
    fn a_long_description_is_cut_too_however_it_is_reported() {
        let long = "ñ".repeat(1001);
        let json = serde_json::json!([{"value": "a", "description": long}]).to_string();
        for (kind, raw) in [
            (Kind::Normal, format!("a~{long}")),
            (Kind::List, format!("a~{long},b")),
            (Kind::Json, json),
        ] {
            let values = expand(kind, false, &raw);
            let description = values[0].description.as_deref();
            assert_eq!(description, Some("ñ".repeat(1000).as_str()), "{kind:?}");
            assert!(!values[0].truncated);
        }
    }
}
