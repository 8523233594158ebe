//! The part of Fluent that catalogues use: texts, variables, and choices by a number or a word. Ours, because the first
//! page of the admin UI has no room for a whole implementation of Fluent.

use std::{collections::BTreeSet, fmt, iter::Peekable, str::Chars};

use super::{Arg, Args, Catalog};

/// The value of a message, with places for its arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Arg(String),
    Choice(Choice),
}

/// `{ $count -> [one] … *[other] … }`
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    arg: String,
    variants: Vec<(String, Pattern)>,
    default: usize,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw(pub(super) &'static str);

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Flaw {}

impl Pattern {
    /// Reads the value of a message: what stands behind its `=`.
    ///
    /// # Errors
    /// For a brace that is not closed, and for what is neither a variable nor a choice in braces.
    pub fn read(text: &str) -> Result<Self, Flaw> {
        Reader(text.trim().chars().peekable()).pattern(false)
    }

    /// The text with its arguments in their places. A message among them is said by the catalogue; one that is missing
    /// shows as its name.
    #[must_use]
    pub fn filled(&self, args: &Args, catalog: &Catalog) -> String {
        let mut filled = String::new();
        self.fill(args, catalog, &mut filled);
        filled
    }

    /// The text, where it has no places for arguments.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text with `{name}` in the place of each argument, for who fills it in later; nothing where it has a choice.
    #[must_use]
    pub fn open(&self) -> Option<String> {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::Arg(name) => Some(format!("{{{name}}}")),
            Part::Choice(_) => None,
        });
        parts.collect()
    }

    /// The names of the arguments.
    #[must_use]
    pub fn args(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for part in &self.0 {
            match part {
                Part::Text(_) => {}
                Part::Arg(name) => {
                    names.insert(name.as_str());
                }
                Part::Choice(choice) => {
                    names.insert(&choice.arg);
                    names.extend(choice.variants.iter().flat_map(|(_, text)| text.args()));
                }
            }
        }
        names
    }

    fn fill(&self, args: &Args, catalog: &Catalog, filled: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Arg(name) => match args.get(name.as_str()) {
                    Some(arg) => filled.push_str(&said(arg, catalog)),
                    None => filled.push_str(name),
                },
                Part::Choice(choice) => {
                    let chosen = choice.by(args.get(choice.arg.as_str()), catalog);
                    if let Some((_, variant)) = choice.variants.get(chosen) {
                        variant.fill(args, catalog, filled);
                    }
                }
            }
        }
    }
}

fn said(arg: &Arg, catalog: &Catalog) -> String {
    match arg {
        Arg::Number(number) => number.to_string(),
        Arg::Text(text) => text.clone(),
        Arg::Message(message) => catalog.text(message),
        Arg::List(list) => {
            let said: Vec<String> = list.iter().map(|arg| said(arg, catalog)).collect();
            said.join(", ")
        }
    }
}

impl Choice {
    /// The variant for an argument: that of the very number or word, else of the number's plural, else the default.
    fn by(&self, arg: Option<&Arg>, catalog: &Catalog) -> usize {
        let find = |key: &str| self.variants.iter().position(|(known, _)| known == key);
        let found = match arg {
            Some(Arg::Number(number)) => {
                find(&number.to_string()).or_else(|| find(catalog.plural(*number)))
            }
            Some(Arg::Text(text)) => find(text),
            Some(Arg::Message(message)) => find(&message.code),
            Some(Arg::List(_)) | None => None,
        };
        found.unwrap_or(self.default)
    }
}

struct Reader<'a>(Peekable<Chars<'a>>);

impl Reader<'_> {
    /// A pattern up to the end, or as a variant up to the end of its line.
    fn pattern(&mut self, is_variant: bool) -> Result<Pattern, Flaw> {
        let mut parts = Vec::new();
        let mut text = String::new();
        while let Some(&next) = self.0.peek() {
            match next {
                '\n' | '}' if is_variant => break,
                '}' => return Err(Flaw("a brace is closed that is not open")),
                '{' => {
                    self.0.next();
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    parts.push(self.placeable()?);
                }
                other => {
                    text.push(other);
                    self.0.next();
                }
            }
        }
        let text = if is_variant { text.trim_end() } else { &text };
        if !text.is_empty() {
            parts.push(Part::Text(text.to_owned()));
        }
        Ok(Pattern(parts))
    }

    /// What stands between braces; the opening one is read.
    fn placeable(&mut self) -> Result<Part, Flaw> {
        self.blanks();
        if self.0.next_if_eq(&'"').is_some() {
            return self.literal();
        }
        if self.0.next_if_eq(&'$').is_none() {
            return Err(Flaw("only variables and quoted texts may stand in braces"));
        }
        let arg = self.name();
        if arg.is_empty() {
            return Err(Flaw("a variable has no name"));
        }
        self.blanks();
        if self.0.next_if_eq(&'}').is_some() {
            return Ok(Part::Arg(arg));
        }
        if self.0.next() != Some('-') || self.0.next() != Some('>') {
            return Err(Flaw("a brace is not closed"));
        }
        self.choice(arg)
    }

    fn literal(&mut self) -> Result<Part, Flaw> {
        let mut text = String::new();
        while let Some(next) = self.0.next_if(|next| *next != '"') {
            text.push(next);
        }
        self.0.next();
        self.blanks();
        match self.0.next() {
            Some('}') => Ok(Part::Text(text)),
            _ => Err(Flaw("a brace is not closed")),
        }
    }

    fn choice(&mut self, arg: String) -> Result<Part, Flaw> {
        let (mut variants, mut default) = (Vec::new(), None);
        loop {
            self.blanks();
            match self.0.next() {
                Some('}') => break,
                Some('*') if self.0.next_if_eq(&'[').is_some() => default = Some(variants.len()),
                Some('[') => {}
                _ => return Err(Flaw("a choice has variants such as [one] or *[other]")),
            }
            self.blanks();
            let key = self.name();
            self.blanks();
            if key.is_empty() || self.0.next() != Some(']') {
                return Err(Flaw("the key of a variant is one word"));
            }
            self.blanks();
            variants.push((key, self.pattern(true)?));
        }
        match default {
            Some(default) => Ok(Part::Choice(Choice {
                arg,
                variants,
                default,
            })),
            None => Err(Flaw("a choice needs a default such as *[other]")),
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        let of_names =
            |next: &char| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.');
        while let Some(next) = self.0.next_if(of_names) {
            // `$count->` is a choice.
            if next == '-' && self.0.peek() == Some(&'>') {
                break;
            }
            name.push(next);
        }
        name
    }

    fn blanks(&mut self) {
        while self.0.next_if(|next| next.is_whitespace()).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn filled(pattern: &str, args: &[(&'static str, Arg)]) -> String {
        let args = args.iter().map(|(name, arg)| ((*name).into(), arg.clone()));
        Pattern::read(pattern)
            .unwrap()
            .filled(&args.collect(), &Catalog::default())
    }

    #[test]
    fn arguments_stand_in_their_places() {
        let args = [("name", "vlc".into()), ("count", 3.into())];
        assert_eq!(
            filled("{ $count } of {$name}, {\"{\"}x", &args),
            "3 of vlc, {x"
        );
        assert_eq!(filled("{ $other }", &args), "other");
    }

    #[test]
    fn a_number_chooses_its_plural_and_a_word_itself() {
        let seconds = "{ $count ->\n    [0] now\n    [one] in one second\n   *[other] in { $count } seconds\n}.";
        for (count, text) in [(0, "now."), (1, "in one second."), (5, "in 5 seconds.")] {
            assert_eq!(filled(seconds, &[("count", count.into())]), text);
        }
        let kind = "{ $kind -> [server] Choose a stamp. \n *[client] Choose a formula. }";
        for (word, text) in [
            ("server", "Choose a stamp."),
            ("client", "Choose a formula."),
        ] {
            assert_eq!(filled(kind, &[("kind", word.into())]), text);
        }
    }

    #[test]
    fn a_text_may_be_left_open() {
        let open = |text| Pattern::read(text).unwrap().open();
        assert_eq!(open("{ $count } of all").as_deref(), Some("{count} of all"));
        assert_eq!(open("{ $n -> *[other] all }"), None);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for flawed in [
            "{ $name",
            "}",
            "{ name }",
            "{ $ }",
            "{ $n -> }",
            "{ $n -> [one] x\n}",
            "{ $n -> [] x\n }",
        ] {
            assert!(Pattern::read(flawed).is_err(), "{flawed}");
        }
    }

    #[test]
    fn the_arguments_of_all_variants_count() {
        let pattern = Pattern::read("{ $n -> [one] { $a }\n *[other] { $b }\n}").unwrap();
        assert_eq!(pattern.args(), ["a", "b", "n"].into());
    }
}
