//! Answers: JSON whose keys keep the order of the declaration and whose fragments are shared.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap};

/// A JSON value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
    /// An object whose keys are data.
    Map(Vec<(String, Json)>),
    /// A fragment that many rows of one answer have in common.
    Shared(Arc<Json>),
    /// A document stored as JSON.
    Document(serde_json::Value),
}

impl Json {
    /// A text.
    #[must_use]
    pub fn text(value: &str) -> Self {
        Self::Text(value.into())
    }

    /// The member of an object; `Null` where there is none.
    #[must_use]
    pub fn get(&self, key: &str) -> &Self {
        const NULL: &Json = &Json::Null;
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(name, _)| *name == key)
                .map_or(NULL, |(_, value)| value),
            Self::Shared(inner) => inner.get(key),
            _ => NULL,
        }
    }

    /// Says something else under the key of an object's member.
    pub fn replace(&mut self, key: &str, value: Self) {
        if let Self::Object(members) = self
            && let Some((_, old)) = members.iter_mut().find(|(name, _)| *name == key)
        {
            *old = value;
        }
    }

    /// The same object as it is told of to whom it is hidden: that it is, and its id.
    #[must_use]
    pub fn hidden(&self) -> Self {
        match self.without_contents() {
            Self::Object(mut members) => {
                members.push(("hidden", Self::Bool(true)));
                Self::Object(members)
            }
            other => other,
        }
    }

    /// The same value with nothing in it but the id: texts are empty, and so are lists and numbers.
    fn without_contents(&self) -> Self {
        match self {
            Self::Object(members) => Self::Object(
                members
                    .iter()
                    .map(|(name, value)| match *name {
                        "id" => (*name, value.clone()),
                        _ => (*name, value.without_contents()),
                    })
                    .collect(),
            ),
            Self::Shared(inner) => inner.without_contents(),
            Self::Text(_) => Self::text(""),
            Self::Bool(_) => Self::Bool(false),
            Self::List(_) => Self::List(Vec::new()),
            Self::Map(_) => Self::Map(Vec::new()),
            Self::Null | Self::Int(_) | Self::Float(_) | Self::Document(_) => Self::Null,
        }
    }

    /// The text, if it is one, else an empty one.
    #[must_use]
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Shared(inner) => inner.as_text(),
            _ => "",
        }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Shared(inner) => inner.as_int(),
            _ => None,
        }
    }

    /// Whether it is `true`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Shared(inner) => inner.is_null(),
            _ => false,
        }
    }

    /// The members of a list, none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Shared(inner) => inner.items(),
            _ => &[],
        }
    }

    /// As a value of `serde_json`, for the audit record and for tests.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Json {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Shared(value) => value.serialize(serializer),
            Self::Document(value) => value.serialize(serializer),
        }
    }
}
