//! The messages of one language, as translators write them: a Fluent file.

use std::{collections::BTreeMap, fmt};

use super::{Flaw, Message, Pattern};

/// The texts of a language by their codes. The empty one says everything in English.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    tag: String,
    patterns: BTreeMap<String, Pattern>,
}

/// A line of a file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Its number, from 1 on.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for Malformed {}

impl Catalog {
    /// Reads the file of a language: `code = text`, texts going on in indented lines, comments behind `#`.
    ///
    /// # Errors
    /// For the first line that is none of these, or stands there twice.
    pub fn read(tag: &str, source: &str) -> Result<Self, Malformed> {
        let mut patterns = BTreeMap::new();
        let mut lines = source.lines().enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = |reason: &str| Malformed {
                line: index + 1,
                reason: reason.to_owned(),
            };
            let (code, text) = line
                .split_once('=')
                .map(|(code, text)| (code.trim_end(), text.trim()))
                .filter(|(code, _)| is_code(code))
                .ok_or_else(|| malformed("write code = text"))?;
            let mut text = text.to_owned();
            let goes_on = |line: &str| line.starts_with(char::is_whitespace) || line == "}";
            while let Some((_, more)) = lines.next_if(|(_, line)| goes_on(line)) {
                text.push('\n');
                text.push_str(more.trim());
            }
            let pattern = Pattern::read(&text).map_err(|Flaw(reason)| malformed(reason))?;
            if patterns.insert(code.to_owned(), pattern).is_some() {
                return Err(malformed("this code stands here twice"));
            }
        }
        Ok(Self {
            tag: tag.to_owned(),
            patterns,
        })
    }

    /// With the texts of another catalogue of this language for the codes that it has none for.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        for (code, pattern) in other.patterns {
            self.patterns.entry(code).or_insert(pattern);
        }
        self
    }

    /// A message in this language, or in English where it is not in the catalogue.
    #[must_use]
    pub fn text(&self, message: &Message) -> String {
        match self.patterns.get(message.code.as_ref()) {
            Some(pattern) => pattern.filled(&message.args, self),
            None => message.text.clone(),
        }
    }

    /// The text of a code that takes no arguments.
    #[must_use]
    pub fn plain(&self, code: &str) -> Option<&str> {
        self.patterns.get(code)?.plain()
    }

    /// The codes that have a text here, with it.
    pub fn patterns(&self) -> impl Iterator<Item = (&str, &Pattern)> {
        self.patterns
            .iter()
            .map(|(code, pattern)| (code.as_str(), pattern))
    }

    /// The plural that a number takes: `one` or `other`, which is all that our languages have for whole numbers.
    pub(super) fn plural(&self, number: i64) -> &'static str {
        let is_one = number == 1 || (number == 0 && self.tag == "fr");
        if is_one { "one" } else { "other" }
    }
}

fn is_code(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, dead_code)]

    use super::*;

    crate::messages! {
        too_long(limit): "Write at most { $limit } characters.";
        about(name, reason): "{ $name }: { $reason }";
        unknown(): "Nobody translated this.";
        wait(seconds): "Wait { $seconds } seconds.";
    }

    const SPANISH: &str = "\
# What is refused.
too_long = Escriba { $limit } caracteres como máximo.
about = «{ $name }»:
    { $reason }
wait = { $seconds ->
    [one] Espere un segundo.
   *[other] Espere { $seconds } segundos.
}
";

    #[test]
    fn a_message_is_said_in_the_language_of_the_catalogue() {
        let spanish = Catalog::read("es", SPANISH).unwrap();
        assert_eq!(
            spanish.text(&about("vlc", too_long(5))),
            "«vlc»:\nEscriba 5 caracteres como máximo."
        );
        assert_eq!(spanish.text(&wait(1)), "Espere un segundo.");
        assert_eq!(spanish.text(&wait(2)), "Espere 2 segundos.");
    }

    #[test]
    fn what_is_not_in_the_catalogue_stays_english() {
        let spanish = Catalog::read("es", SPANISH).unwrap();
        assert_eq!(spanish.text(&unknown()), "Nobody translated this.");
    }

    #[test]
    fn what_one_catalogue_lacks_another_one_may_have() {
        let own = Catalog::read("es", SPANISH).unwrap();
        let other = Catalog::read("es", "unknown = Nadie\ntoo_long = Otro").unwrap();
        let both = own.with(other);
        assert_eq!(both.text(&unknown()), "Nadie");
        assert_eq!(both.text(&too_long(5)), "Escriba 5 caracteres como máximo.");
    }

    #[test]
    fn a_french_zero_is_singular() {
        let text = "wait = { $seconds ->\n  [one] bref\n *[other] long\n}\n";
        let said = |tag| Catalog::read(tag, text).unwrap().text(&wait(0));
        assert_eq!((said("fr"), said("es")), ("bref".into(), "long".into()));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for (text, line) in [
            ("a = x\nnothing\n", 2),
            ("a = { $x\n", 1),
            ("a = x\n\na = y\n", 3),
            ("1a = x", 1),
        ] {
            let flaw = Catalog::read("es", text).unwrap_err();
            assert_eq!(flaw.line, line, "{flaw}");
        }
    }
}
