//! Relations between packages (`Depends`, `Conflicts`, …) by dpkg's grammar.

use std::fmt;

use crate::limits::{ALTERNATIVES, APT_WORD, RELATIONS};
use crate::version;

/// Longest piece of a field that a message repeats, in characters.
const SHOWN: usize = 80;

/// The fields that name other packages.
const FIELDS: [(&str, Kind); 11] = [
    ("Pre-Depends", Kind::Alternatives),
    ("Depends", Kind::Alternatives),
    ("Recommends", Kind::Alternatives),
    ("Suggests", Kind::Alternatives),
    ("Enhances", Kind::Alternatives),
    ("Conflicts", Kind::Plain),
    ("Breaks", Kind::Plain),
    ("Replaces", Kind::Plain),
    ("Provides", Kind::Provides),
    // What Recommends and Suggests were called once: dpkg still reads them.
    ("Recommended", Kind::Alternatives),
    ("Optional", Kind::Alternatives),
];

/// What a field allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `a | b`
    Alternatives,
    /// One package between two commas.
    Plain,
    /// One package between two commas, of exactly one version or of any.
    Provides,
}

/// The fields that name other packages, and what each allows.
pub(crate) fn fields() -> impl Iterator<Item = (&'static str, Kind)> {
    FIELDS.into_iter()
}

/// What dpkg does not understand of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("has {text:?}, {reason}")]
pub struct RelationError {
    /// The piece of the field that is wrong; all of it when a piece is missing.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// A field that was understood. Its text is the one dpkg would write, which every reader
/// understands: names in lower case, an operator before every version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Relations(Vec<Vec<Relation>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Relation {
    name: String,
    architecture: Option<String>,
    version: Option<(&'static str, String)>,
}

impl Relations {
    /// Reads a field's value.
    pub(crate) fn parse(value: &str, kind: Kind) -> Result<Self, RelationError> {
        let value = value.trim_end_matches(is_space);
        if value.is_empty() {
            return Ok(Self::default());
        }
        if value.split([',', '|']).nth(RELATIONS).is_some() {
            return Err(RelationError {
                text: shown(value),
                reason: "which names more than 5000 packages",
            });
        }
        let groups = value.split(',').enumerate();
        let groups = groups.map(|(index, group)| {
            // dpkg skips white space after a comma, but none before the first name.
            let group = if index == 0 {
                group
            } else {
                group.trim_start_matches(is_space)
            };
            alternatives(group, kind).map_err(|reason| RelationError {
                text: shown(if group.trim().is_empty() {
                    value
                } else {
                    group
                }),
                reason,
            })
        });
        groups.collect::<Result<_, _>>().map(Self)
    }

    /// Without what Provides says of other than exact versions: nobody regards it, and apt
    /// complains of it at every run.
    pub(crate) fn only_exact(mut self) -> Self {
        self.0.retain(|alternatives| {
            let is_exact = |relation: &Relation| {
                let version = relation.version.as_ref();
                version.is_none_or(|(operator, _)| *operator == "=")
            };
            alternatives.iter().all(is_exact)
        });
        self
    }
}

fn alternatives(group: &str, kind: Kind) -> Result<Vec<Relation>, &'static str> {
    if kind != Kind::Alternatives && group.contains('|') {
        return Err("which names alternatives: this field cannot have any");
    }
    if group.split('|').nth(ALTERNATIVES).is_some() {
        return Err("which has more than 500 alternatives");
    }
    let pieces = group.split('|').enumerate();
    let relations = pieces.map(|(index, piece)| {
        relation(if index == 0 {
            piece
        } else {
            piece.trim_start_matches(is_space)
        })
    });
    relations.collect()
}

fn relation(text: &str) -> Result<Relation, &'static str> {
    let end = |char: char| is_space(char) || char == '(';
    let (name, rest) = split_at(text, |char| end(char) || char == ':');
    if name.is_empty() {
        return Err("where the name of a package is missing");
    }
    if !is_name(name) {
        return Err("which does not begin with the name of a package");
    }
    if text.len() > APT_WORD {
        return Err("which is longer than apt can read");
    }
    let (architecture, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let (architecture, rest) = split_at(rest, end);
            if !is_architecture(architecture) {
                return Err("where the architecture after the colon is none");
            }
            (Some(architecture.to_owned()), rest)
        }
        None => (None, rest),
    };
    let rest = rest.trim_start_matches(is_space);
    let (version, rest) = match rest.strip_prefix('(') {
        Some(rest) => {
            let (version, rest) = constraint(rest)?;
            (Some(version), rest)
        }
        None => (None, rest),
    };
    if !rest.trim_start_matches(is_space).is_empty() {
        return Err("which goes on where a comma should be");
    }
    Ok(Relation {
        name: name.to_ascii_lowercase(),
        architecture,
        version,
    })
}

type Constraint = (&'static str, String);

/// What stands in parentheses; `text` begins after the first.
fn constraint(text: &str) -> Result<(Constraint, &str), &'static str> {
    let text = text.trim_start_matches(is_space);
    let (operator, text) = operator(text)?;
    let text = text.trim_start_matches(is_space);
    let (version, rest) = split_at(text, |char| is_space(char) || "()".contains(char));
    let rest = rest.trim_start_matches(is_space);
    if version.is_empty() && (rest.is_empty() || rest.starts_with(')')) {
        return Err("where the version is missing");
    }
    let rest = match rest.strip_prefix(')') {
        Some(rest) => rest,
        None if rest.is_empty() => return Err("where the closing parenthesis is missing"),
        None => return Err("which has more than a version in parentheses"),
    };
    if version::flaw(version).is_some() {
        return Err("which has a version that is none");
    }
    Ok(((operator, version.to_owned()), rest))
}

/// `<` and `>` alone are old forms of `<=` and `>=`; none at all means this very version.
fn operator(text: &str) -> Result<(&'static str, &str), &'static str> {
    for (written, meant) in [
        ("<=", "<="),
        (">=", ">="),
        ("<<", "<<"),
        (">>", ">>"),
        ("<", "<="),
        (">", ">="),
        ("=", "="),
    ] {
        if let Some(rest) = text.strip_prefix(written) {
            let is_alone = written.len() == 1 && written != "=";
            if is_alone && rest.starts_with(['<', '>']) {
                return Err("which compares in a way that does not exist");
            }
            return Ok((meant, rest));
        }
    }
    Ok(("=", text))
}

impl fmt::Display for Relations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, alternatives) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            for (index, relation) in alternatives.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { " | " })?;
                relation.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(architecture) = &self.architecture {
            write!(f, ":{architecture}")?;
        }
        if let Some((operator, version)) = &self.version {
            write!(f, " ({operator} {version})")?;
        }
        Ok(())
    }
}

/// Whether dpkg takes this for the name of a package, capitals included.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "+-._".contains(char))
}

fn is_architecture(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '-')
}

/// White space in the "C" locale.
fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

fn split_at(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn written(value: &str) -> Result<String, RelationError> {
        Relations::parse(value, Kind::Alternatives).map(|relations| relations.to_string())
    }

    #[test]
    fn what_dpkg_takes_is_written_as_dpkg_writes_it() {
        for (value, meant) in [
            ("", ""),
            ("a(>=1)", "a (>= 1)"),
            ("a (1.0)", "a (= 1.0)"),
            ("a (=1)", "a (= 1)"),
            ("a (> 1.0) , b(<2)", "a (>= 1.0), b (<= 2)"),
            (
                "a (<< 1),\n b:any\t|\tMF-Agent  ",
                "a (<< 1), b:any | mf-agent",
            ),
            ("a:amd64 ( >>\n 1:2:3-4 )", "a:amd64 (>> 1:2:3-4)"),
        ] {
            assert_eq!(written(value).as_deref(), Ok(meant), "{value:?}");
        }
    }

    #[test]
    fn what_dpkg_refuses_is_named() {
        for (value, text) in [
            ("b, libc6 (>= )", "libc6 (>= )"),
            ("python3>=3.9", "python3>=3.9"),
            ("base-files; base-passwd, x", "base-files; base-passwd"),
            (", base-files", ", base-files"),
            ("base-files || passwd", "base-files || passwd"),
            ("base-files [linux-any]", "base-files [linux-any]"),
            ("base-files,, passwd", "base-files,, passwd"),
            ("(>= 1)", "(>= 1)"),
            ("a,", "a,"),
            ("\n a", "a"),
            ("a (<> 1)", "a (<> 1)"),
            ("a (== 1)", "a (== 1)"),
            ("a (>= abc)", "a (>= abc)"),
            ("a (>= 1 2)", "a (>= 1 2)"),
            ("a (= 1", "a (= 1"),
            ("a:", "a:"),
        ] {
            assert_eq!(written(value).unwrap_err().text, text, "{value:?}");
        }
        let plain = Relations::parse("a | b", Kind::Plain).unwrap_err();
        assert!(plain.reason.contains("alternatives"));
    }

    #[test]
    fn only_exact_versions_are_provided() {
        let provides = Relations::parse("a (= 1), b (>= 2), c", Kind::Provides).unwrap();
        assert_eq!(provides.only_exact().to_string(), "a (= 1), c");
    }
}
