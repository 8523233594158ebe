//! What migasfree's programs say, in every language. A language is a folder, named by its tag, with a file for each program:
//! `es/server.ftl`. English is what the programs declare themselves, or for the views the original.
//!
//! Programs hold what they say; the views fetch a language when it is chosen, and hold English alone (see [`words`]).

mod language;
pub mod words;

pub use language::{LANGUAGES, Language};

use migasfree_types::message::{Catalog, Malformed};

/// The translations of a program: the tag of each language and its file.
pub type Translations = &'static [(&'static str, &'static str)];

/// What the server says.
pub const SERVER: Translations = include!(concat!(env!("OUT_DIR"), "/server.rs"));
/// What the daemon and the command line say.
pub const CLIENT: Translations = include!(concat!(env!("OUT_DIR"), "/client.rs"));
/// What Connect says.
pub const CONNECT: Translations = include!(concat!(env!("OUT_DIR"), "/connect.rs"));
/// The words of the admin UI.
pub const CONSOLE: Translations = include!(concat!(env!("OUT_DIR"), "/console.rs"));
/// The words of Play.
pub const PLAY: Translations = include!(concat!(env!("OUT_DIR"), "/play.rs"));
/// The words that both views have in common.
pub const KIT: Translations = include!(concat!(env!("OUT_DIR"), "/kit.rs"));

/// What the server says in English.
pub const SERVER_ENGLISH: &str = include_str!("../en/server.ftl");
/// What the daemon and the command line say in English.
pub const CLIENT_ENGLISH: &str = include_str!("../en/client.ftl");
/// What Connect says in English.
pub const CONNECT_ENGLISH: &str = include_str!("../en/connect.ftl");
/// The words of the admin UI in English.
pub const CONSOLE_ENGLISH: &str = include_str!("../en/console.ftl");
/// The words of Play in English.
pub const PLAY_ENGLISH: &str = include_str!("../en/play.ftl");
/// The words that both views have in common in English.
pub const KIT_ENGLISH: &str = include_str!("../en/kit.ftl");

/// A program in one language: that of the tag, or of its first part, as `es` is of `es_MX`. Without a file for it, English.
///
/// # Errors
/// When the file cannot be read, which a test rules out.
pub fn catalog(translations: Translations, tag: &str) -> Result<Catalog, Malformed> {
    let language = Language::of(tag);
    let mut known = translations.iter();
    match known.find(|(known, _)| *known == language.tag) {
        Some((tag, source)) => Catalog::read(tag, source),
        None => Ok(Catalog::default()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, dead_code)]

    use super::*;

    migasfree_types::messages! {
        not_a_number(): "Enter a number.";
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        for (tag, text) in [
            ("es", "Escriba un número."),
            ("es-MX", "Escriba un número."),
            ("en", "Enter a number."),
            ("tlh", "Enter a number."),
        ] {
            let catalog = catalog(SERVER, tag).unwrap();
            assert_eq!(catalog.text(&not_a_number()), text, "{tag}");
        }
    }

    #[test]
    fn every_translation_has_the_codes_and_arguments_of_the_original() {
        fn told(catalog: &Catalog) -> Vec<(&str, Vec<&str>)> {
            catalog
                .patterns()
                .map(|(code, pattern)| (code, pattern.args().into_iter().collect()))
                .collect()
        }
        for (english, translations) in [
            (SERVER_ENGLISH, SERVER),
            (CLIENT_ENGLISH, CLIENT),
            (CONNECT_ENGLISH, CONNECT),
            (CONSOLE_ENGLISH, CONSOLE),
            (PLAY_ENGLISH, PLAY),
            (KIT_ENGLISH, KIT),
        ] {
            let original = Catalog::read("en", english).unwrap();
            assert_eq!(translations.len() + 1, LANGUAGES.len());
            for (tag, source) in translations {
                let catalog = Catalog::read(tag, source);
                let catalog = catalog.unwrap_or_else(|flaw| panic!("{tag}: {flaw}"));
                assert_eq!(told(&catalog), told(&original), "{tag}");
            }
        }
    }
}
