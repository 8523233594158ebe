//! What Connect says, in the person's language.

mod table;

use std::sync::LazyLock;

use migasfree_locales::{CONNECT, LANGUAGES, SERVER, Translations};
use migasfree_types::message::{Catalog, Message};

pub use table::Text;

/// A language Connect speaks, by its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(&'static str);

/// What is not English: the texts of this program and, since it passes them on, those of the server.
static CATALOGS: LazyLock<Vec<(&'static str, Catalog)>> = LazyLock::new(|| {
    let read = |(tag, own): &(&'static str, &str)| {
        let server = source(SERVER, tag).unwrap_or_default();
        let catalog = Catalog::read(tag, &format!("{own}\n{server}"));
        Some((*tag, catalog.ok()?))
    };
    CONNECT.iter().filter_map(read).collect()
});

fn source(translations: Translations, tag: &str) -> Option<&'static str> {
    let mut known = translations.iter();
    known
        .find(|(known, _)| *known == tag)
        .map(|(_, source)| *source)
}

impl Language {
    /// What everything is declared in.
    pub const ENGLISH: Self = Self("en");

    /// The first of the wishes (`LANGUAGE`) that is spoken here, else the locale's; without a locale there are no wishes.
    #[must_use]
    pub fn chosen(locale: &str, wishes: &str) -> Self {
        if matches!(locale.split('.').next(), None | Some("" | "C" | "POSIX")) {
            return Self::ENGLISH;
        }
        let languages = wishes.split(':').chain([locale]);
        languages
            .filter_map(Self::of_locale)
            .next()
            .unwrap_or(Self::ENGLISH)
    }

    /// The language of a locale as `es_ES.UTF-8`, if it is spoken here.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        let wanted = locale.split(['_', '.', '@']).next()?;
        let mut known = LANGUAGES.iter();
        known
            .find(|known| known.tag == wanted)
            .map(|known| Self(known.tag))
    }

    /// A text without arguments.
    #[must_use]
    pub fn text(self, text: Text) -> &'static str {
        let declared = text.declared();
        self.translated(declared.code).unwrap_or(declared.text)
    }

    /// A text with its arguments, in the order in which they are declared.
    #[must_use]
    pub fn fill(self, text: Text, values: &[&str]) -> String {
        self.say(&text.told(values))
    }

    /// A message, of this program or of the server.
    #[must_use]
    pub fn say(self, message: &Message) -> String {
        match self.catalog() {
            Some(catalog) => catalog.text(message),
            None => message.text.clone(),
        }
    }

    /// What a code without arguments is in the catalogue of this language; `None` in English.
    #[must_use]
    pub fn translated(self, code: &str) -> Option<&'static str> {
        self.catalog()?.plain(code)
    }

    fn catalog(self) -> Option<&'static Catalog> {
        let mut catalogs = CATALOGS.iter();
        catalogs
            .find(|(tag, _)| *tag == self.0)
            .map(|(_, catalog)| catalog)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use migasfree_types::message::Pattern;

    use super::*;

    #[test]
    fn a_text_names_its_arguments() {
        for declared in Text::ALL.iter().map(|text| text.declared()) {
            let pattern = Pattern::read(declared.text).unwrap();
            let named: BTreeSet<&str> = declared.args.iter().copied().collect();
            assert_eq!(pattern.args(), named, "{}", declared.code);
        }
    }

    #[test]
    fn what_the_server_says_is_translated_too() {
        let spanish = Language::chosen("es_ES.UTF-8", "");
        assert_eq!(spanish, Language::of_locale("es").unwrap());
        assert_ne!(
            spanish.text(Text::Cancelled),
            Text::Cancelled.declared().text
        );
        let refused = Message {
            code: "not_a_number".into(),
            args: [].into(),
            text: "Enter a number.".to_owned(),
        };
        assert_eq!(spanish.say(&refused), "Escriba un número.");
    }

    #[test]
    fn a_locale_that_is_not_spoken_is_english() {
        for (locale, wishes) in [("de_DE.UTF-8", ""), ("C.UTF-8", "es"), ("", "es")] {
            assert_eq!(Language::chosen(locale, wishes), Language::ENGLISH);
        }
    }
}
