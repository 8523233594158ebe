//! What the server and the command line say, in every language. A language is a file: `server/<tag>.ftl` and
//! `client/<tag>.ftl`. `en.ftl` is what the programs declare themselves, for those who translate it.

use migasfree_types::message::{Catalog, Malformed};

/// The translations of a program: the tag of each language and its file.
pub type Translations = &'static [(&'static str, &'static str)];

/// What the server says.
pub const SERVER: Translations = include!(concat!(env!("OUT_DIR"), "/server.rs"));
/// What the command line says.
pub const CLIENT: Translations = include!(concat!(env!("OUT_DIR"), "/client.rs"));

/// What the server says in English.
pub const SERVER_ENGLISH: &str = include_str!("../server/en.ftl");
/// What the command line says in English.
pub const CLIENT_ENGLISH: &str = include_str!("../client/en.ftl");

/// A program in one language: that of the tag, or of its first part, as `es` is of `es_MX`. Without a file for it, English.
///
/// # Errors
/// When the file cannot be read, which a test rules out.
pub fn catalog(translations: Translations, tag: &str) -> Result<Catalog, Malformed> {
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    let find = |tag: &str| translations.iter().find(|(known, _)| *known == tag);
    match find(tag).or_else(|| find(language)) {
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
        for (english, translations) in [(SERVER_ENGLISH, SERVER), (CLIENT_ENGLISH, CLIENT)] {
            let original = Catalog::read("en", english).unwrap();
            for (tag, source) in translations {
                let catalog = Catalog::read(tag, source);
                let catalog = catalog.unwrap_or_else(|flaw| panic!("{tag}: {flaw}"));
                assert_eq!(told(&catalog), told(&original), "{tag}");
            }
        }
    }
}
