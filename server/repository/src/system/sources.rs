//! What may stand in the sources of a machine.

use migasfree_types::message::{Message, quoted};

use crate::messages;

/// A repository of this server, as it is written into sources.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Address of the folder of repositories, without a slash at the end.
    pub repositories: &'a str,
    /// Address of the key that signs them.
    pub key: &'a str,
}

/// A repository elsewhere. What it does not have is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Elsewhere<'a> {
    /// Extra options, blank separated.
    pub options: &'a str,
    /// Suite or release.
    pub suite: &'a str,
    /// Components, blank separated.
    pub components: &'a str,
}

/// A value that cannot be written into the sources of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// `options`, `suite` or `components`.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: Message,
}

impl Flaw {
    pub(super) const fn new(field: &'static str, reason: Message) -> Self {
        Self { field, reason }
    }
}

/// Checks that every value of a source stands on one line and is made of words. `options` are those of the source,
/// without what may enclose them.
///
/// # Errors
/// The first value that is not.
pub(super) fn only_words(options: &str, source: &Elsewhere<'_>) -> Result<(), Flaw> {
    one_line(source)?;
    for option in options.split_whitespace() {
        let Some((name, value)) = option.split_once('=') else {
            return Err(Flaw::new(
                "options",
                messages::option_without_value(quoted(option)),
            ));
        };
        if !is_word(name_of_option(name)) || !value.split(',').all(is_word) {
            let reason = messages::option_value(quoted(option));
            return Err(Flaw::new("options", reason));
        }
    }
    let suite = source.suite;
    let mut suites = suite.split_whitespace();
    let (first, more) = (suites.next(), suites.next());
    if more.is_some() || first.is_some_and(|word| !is_word(word)) {
        let reason = messages::no_suite(quoted(suite));
        return Err(Flaw::new("suite", reason));
    }
    for component in source.components.split_whitespace() {
        if !is_word(component) {
            let reason = messages::no_component(quoted(component));
            return Err(Flaw::new("components", reason));
        }
    }
    Ok(())
}

/// Checks that every value stands on one line.
fn one_line(source: &Elsewhere<'_>) -> Result<(), Flaw> {
    let values = [
        ("options", source.options),
        ("suite", source.suite),
        ("components", source.components),
    ];
    for (field, text) in values {
        if text.chars().any(char::is_control) {
            return Err(Flaw::new(field, messages::not_one_line()));
        }
    }
    Ok(())
}

/// The name of an option without what says how its value is to be joined to others.
pub(super) fn name_of_option(name: &str) -> &str {
    name.trim_end_matches(['+', '-'])
}

/// Whether a text stands for itself in every kind of sources: no blanks, no quotes, no brackets,
/// and not what programs write for nothing.
#[must_use]
pub fn is_word(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._/~:@%+-".contains(&byte);
    text.bytes().all(allowed)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || "./".contains(first))
        && !["none", "null"].contains(&text.to_ascii_lowercase().as_str())
}
