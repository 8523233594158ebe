//! The words of a view. English is in the program, each word where it is used; another language is a file that is loaded
//! when it is chosen. Words stay for as long as the view is open, so a word is a plain `&'static str` everywhere.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use migasfree_types::message::{Catalog, Malformed};

use crate::Language;

/// A word or a text of a view, as [`declared`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    key: u32,
    english: &'static str,
}

type Known = BTreeMap<u32, &'static str>;

thread_local! {
    static LEARNT: RefCell<Vec<(Language, Known)>> = const { RefCell::new(Vec::new()) };
}

impl Word {
    /// A word with its key.
    #[must_use]
    pub const fn new(key: u32, english: &'static str) -> Self {
        Self { key, english }
    }

    /// The word in a language; in English as long as that is not learnt.
    #[must_use]
    pub fn say(&self, language: Language) -> &'static str {
        let said = LEARNT.with_borrow(|learnt| {
            let known = learnt.iter().find(|(one, _)| *one == language);
            known.and_then(|(_, known)| known.get(&self.key).copied())
        });
        said.unwrap_or(self.english)
    }
}

/// Whether words are said in a language.
#[must_use]
pub fn knows(language: Language) -> bool {
    language == Language::ENGLISH
        || LEARNT.with_borrow(|learnt| learnt.iter().any(|(one, _)| *one == language))
}

/// Takes in the files of a language.
///
/// # Errors
/// For the first line that is no word.
pub fn learn(language: Language, files: &[&str]) -> Result<(), Malformed> {
    let mut known = Known::new();
    for file in files {
        for (code, text) in read(language.tag, file)? {
            known.insert(key(&code), text.leak());
        }
    }
    LEARNT.with_borrow_mut(|learnt| {
        learnt.retain(|(one, _)| *one != language);
        learnt.push((language, known));
    });
    Ok(())
}

/// The words of the English file as Rust: `group::name` for the code `group-name`, for the build of a view.
///
/// # Errors
/// For a line that is no word.
pub fn declared(english: &str) -> Result<String, Malformed> {
    let (mut groups, mut keys) = (BTreeMap::<&str, String>::new(), BTreeSet::new());
    let words = read(Language::ENGLISH.tag, english)?;
    for (code, text) in &words {
        let (group, name) = code.split_once('-').unwrap_or(("", code));
        let key = key(code);
        if !keys.insert(key) {
            return Err(flaw(format!("{code} has the key of another word")));
        }
        groups.entry(group).or_default().push_str(&format!(
            "    pub const {name}: &Word = &Word::new({key}, {text:?});\n"
        ));
    }
    let rust = groups.iter().map(|(group, words)| match *group {
        "" => words.clone(),
        group => format!("pub mod {group} {{\n    use super::Word;\n{words}}}\n"),
    });
    Ok(rust.collect())
}

/// Codes and texts of a file, with `{name}` where a value is put in.
fn read(tag: &str, file: &str) -> Result<BTreeMap<String, String>, Malformed> {
    let catalog = Catalog::read(tag, file)?;
    let words = catalog
        .patterns()
        .map(|(code, pattern)| -> Result<_, Malformed> {
            let text = pattern.open();
            let text = text.ok_or_else(|| flaw(format!("{code} has a choice")))?;
            Ok((code.to_owned(), text))
        });
    words.collect()
}

fn flaw(reason: String) -> Malformed {
    Malformed { line: 0, reason }
}

/// FNV-1a: the codes themselves would be another five KiB of the program.
fn key(code: &str) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    code.bytes().fold(0x811c_9dc5, step)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{CONSOLE_ENGLISH, KIT_ENGLISH, PLAY_ENGLISH};

    #[test]
    fn a_word_is_english_until_its_language_is_learnt() {
        let word = Word::new(key("remove-title"), "Remove {name}?");
        let spanish = Language::of("es");
        assert_eq!(word.say(spanish), "Remove {name}?");
        assert!(knows(Language::ENGLISH) && !knows(spanish));
        learn(spanish, &["remove-title = ¿Quitar { $name }?\n"]).unwrap();
        assert!(knows(spanish));
        assert_eq!(word.say(spanish), "¿Quitar {name}?");
        assert_eq!(word.say(Language::ENGLISH), "Remove {name}?");
    }

    #[test]
    fn words_are_declared_in_groups() {
        let rust = declared("language = English\nremove-title = Remove { $name }?\n").unwrap();
        let (alone, key) = (key("language"), key("remove-title"));
        assert_eq!(
            rust,
            format!(
                "    pub const language: &Word = &Word::new({alone}, \"English\");\n\
                 pub mod remove {{\n    use super::Word;\n    \
                 pub const title: &Word = &Word::new({key}, \"Remove {{name}}?\");\n}}\n"
            )
        );
    }

    #[test]
    fn the_words_of_the_views_can_be_declared() {
        for english in [CONSOLE_ENGLISH, PLAY_ENGLISH] {
            // A view has the words of the kit beside its own.
            assert!(declared(&format!("{english}{KIT_ENGLISH}")).is_ok());
        }
        assert!(declared("a-b = { $n ->\n    [one] x\n   *[other] y\n}\n").is_err());
    }
}
