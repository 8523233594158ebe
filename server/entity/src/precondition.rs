//! `ETag` and `If-Match`: whoever changes an object may say which version of it they saw; of another one nothing is
//! written.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue, header};
use migasfree_server_auth::JwtKey;

use super::{error::RestError, load::Source, messages, save, schema::Table, values::Stored};

/// What versions are for, among all that is made with the server's key.
const PURPOSE: &str = "versions of objects";

/// Which state of a row this is: its columns and its own lists. Made with a key of the server, so that nobody tries out
/// what a row holds that is hidden from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// The version of a row as it is stored.
    #[must_use]
    pub fn of(key: &JwtKey, row: &Stored) -> Self {
        let code = key.code(PURPOSE, &row.plain().to_string());
        Self(hex::encode(&code[..16]))
    }

    /// Reads the version of a row; `None` when it is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(
        source: &mut Source<'_>,
        key: &JwtKey,
        table: &'static Table,
        id: i64,
    ) -> Result<Option<Self>, RestError> {
        let row = save::stored_in(source, table, id).await?;
        Ok(row.as_ref().map(|row| Self::of(key, row)))
    }

    /// As the header `ETag` says it.
    #[must_use]
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// What a change may find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing was said: any version.
    Unsaid,
    /// Any version, as long as there is one.
    Any,
    /// One of these; weak tags are none of them.
    OneOf(Vec<String>),
}

impl IfMatch {
    /// Reads the header.
    ///
    /// # Errors
    /// For one that is neither `*` nor a list of tags.
    pub fn read(headers: &HeaderMap) -> Result<Self, RestError> {
        let lines: Vec<_> = headers
            .get_all(header::IF_MATCH)
            .iter()
            .map(|line| String::from_utf8_lossy(line.as_bytes()))
            .collect();
        if lines.is_empty() {
            return Ok(Self::Unsaid);
        }
        Self::parse(&lines.join(","))
            .ok_or_else(|| RestError::Refused("if_match", messages::if_match()))
    }

    fn parse(text: &str) -> Option<Self> {
        const BETWEEN: [char; 3] = [' ', '\t', ','];
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text.trim_matches(BETWEEN);
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let (weak, quoted) = match rest.strip_prefix("W/") {
                Some(quoted) => (true, quoted),
                None => (false, rest),
            };
            let (tag, after) = quoted.strip_prefix('"')?.split_once('"')?;
            if tag.contains(|c: char| c.is_ascii_control() || c == ' ') {
                return None;
            }
            if !weak {
                tags.push(tag.to_owned());
            }
            let after = after.trim_start_matches([' ', '\t']);
            if !after.is_empty() && !after.starts_with(',') {
                return None;
            }
            rest = after.trim_start_matches(BETWEEN);
        }
        Some(Self::OneOf(tags))
    }

    /// Checks a row that nobody else can change any more.
    ///
    /// # Errors
    /// [`RestError::Stale`] when it is another version than the caller saw.
    pub fn check(&self, key: &JwtKey, row: &Stored) -> Result<(), RestError> {
        match self {
            Self::Unsaid | Self::Any => Ok(()),
            Self::OneOf(tags) if tags.contains(&Version::of(key, row).0) => Ok(()),
            Self::OneOf(_) => Err(RestError::Stale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IfMatch;

    #[test]
    fn tags_are_read_from_lists() {
        let one_of = |tags: &[&str]| {
            let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            Some(IfMatch::OneOf(tags))
        };
        assert_eq!(IfMatch::parse(" * "), Some(IfMatch::Any));
        assert_eq!(IfMatch::parse("\"a\""), one_of(&["a"]));
        assert_eq!(IfMatch::parse(",\"a\" ,, \"b,c\","), one_of(&["a", "b,c"]));
        assert_eq!(IfMatch::parse("W/\"a\", \"b\""), one_of(&["b"]));
        assert_eq!(IfMatch::parse("\"\""), one_of(&[""]));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for text in [
            "",
            ",",
            "a",
            "\"a",
            "\"a\"b",
            "\"a\" \"b\"",
            "*, \"a\"",
            "w/\"a\"",
            "\"a b\"",
        ] {
            assert_eq!(IfMatch::parse(text), None, "{text}");
        }
    }
}
