//! Words. `t!(overview.title)` is the text in the reader's language, `tf!` fills `{name}` in it, `label!` is one for a declaration.
//!
//! The whole view is made anew when the language changes (see [`crate::app`]), so a text is a plain `&'static str` everywhere.
use futures_util::future::join3;
use migasfree_locales::{
    Language,
    words::{self as known, Word},
};
use migasfree_types::{
    message::{Catalog, Malformed, Message},
    shown::shown,
};
use migasfree_ui_kit::file;
use std::cell::{Cell, RefCell};

#[allow(
    dead_code,
    non_upper_case_globals,
    reason = "made of the English file: words are called as they are there"
)]
pub mod words {
    use super::Word;

    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

const STORAGE_KEY: &str = "migasfree.language";

thread_local! {
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::ENGLISH) };
    static SAID: RefCell<Vec<(Language, Catalog)>> = const { RefCell::new(Vec::new()) };
}

/// The files of a language cannot be had, or not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing;

/// A text of a declaration.
#[derive(Clone, Copy)]
pub enum Label {
    /// In the reader's language.
    Own(fn() -> &'static str),
    /// As the server calls it.
    Given(&'static str),
}

impl Label {
    /// Nothing.
    pub const NONE: Self = Self::Given("");

    /// The words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Own(text) => text(),
            Self::Given(text) => text,
        }
    }
}

/// The language of the view.
pub fn language() -> Language {
    LANGUAGE.get()
}

/// Its tag for the browser's formatting and the server's messages.
pub fn tag() -> &'static str {
    language().tag
}

/// A word in the reader's language.
pub fn say(word: &Word) -> &'static str {
    word.say(language())
}

/// The language kept in this browser, else the browser's.
fn stored() -> Language {
    let storage = leptos::prelude::window().local_storage().ok().flatten();
    let tag = storage
        .and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten())
        .or_else(|| leptos::prelude::window().navigator().language())
        .unwrap_or_default();
    Language::of(&tag)
}

/// What the server says, in the reader's language; names in it may come from anywhere.
pub fn said(message: &Message) -> String {
    SAID.with_borrow(|said| {
        let catalog = said.iter().find(|(one, _)| *one == language());
        let text = catalog.map_or_else(
            || message.text.clone(),
            |(_, catalog)| catalog.text(message),
        );
        shown(&text).into_owned()
    })
}

/// Speaks the language of this browser from the first page on, or English if that cannot be had.
pub async fn begin() -> Result<(), Missing> {
    let wanted = stored();
    let loaded = load(wanted).await;
    choose(loaded.map_or(Language::ENGLISH, |()| wanted));
    loaded
}

/// Fetches what is said in a language, unless it is here already.
pub async fn load(language: Language) -> Result<(), Missing> {
    if known::knows(language) {
        return Ok(());
    }
    let folder = file::told("locales").ok_or(Missing)?;
    let part = |name: &str| {
        let address = format!("{folder}/{}/{name}.ftl", language.tag);
        async move { file::text(&address).await }
    };
    match join3(part("console"), part("kit"), part("server")).await {
        (Some(console), Some(kit), Some(server)) => {
            take_in(language, &[&console, &kit], &server).map_err(|_| Missing)
        }
        _ => Err(Missing),
    }
}

fn take_in(language: Language, words: &[&str], server: &str) -> Result<(), Malformed> {
    let catalog = Catalog::read(language.tag, server)?;
    known::learn(language, words)?;
    SAID.with_borrow_mut(|said| said.push((language, catalog)));
    Ok(())
}

/// Makes a language that is here the view's.
fn choose(language: Language) {
    LANGUAGE.set(language);
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("lang", language.tag);
    }
}

/// Speaks the language, and keeps it in this browser.
pub fn keep(language: Language) {
    choose(language);
    remember(language);
}

/// Keeps in this browser which language is wanted, from the next time on.
pub fn remember(language: Language) {
    if let Ok(Some(storage)) = leptos::prelude::window().local_storage() {
        let _ = storage.set_item(STORAGE_KEY, language.tag);
    }
}

/// Speaks a language without a browser.
#[cfg(test)]
pub fn speak(tag: &str) {
    use migasfree_locales::{CONSOLE, KIT, SERVER, Translations};
    let of = |all: Translations| {
        let mut all = all.iter();
        all.find(|(known, _)| *known == tag)
            .map_or("", |(_, file)| *file)
    };
    let language = Language::of(tag);
    assert_eq!(
        take_in(language, &[of(CONSOLE), of(KIT)], of(SERVER)),
        Ok(())
    );
    LANGUAGE.set(language);
}

/// Replaces `{name}` by its value.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = text.to_owned();
    for (name, value) in values {
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    filled
}

/// A number in the reader's language.
pub fn number(value: u64) -> String {
    migasfree_ui_kit::format::number(value, tag())
}

/// Picks singular or plural and fills `{count}`.
pub fn plural(count: u64, one: &'static str, many: &'static str) -> String {
    fill(
        if count == 1 { one } else { many },
        &[("count", &number(count))],
    )
}

/// A name as it stands within a sentence: `computers`, but `API tokens`.
pub fn in_sentence(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), second) if second.is_none_or(|second| !second.is_uppercase()) => {
            first.to_lowercase().chain(name.chars().skip(1)).collect()
        }
        _ => name.to_owned(),
    }
}

macro_rules! t {
    ($($key:ident).+) => {
        $crate::text::say($crate::text::words::$($key)::+)
    };
}

macro_rules! tf {
    ($($key:ident).+, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text::fill($crate::text::t!($($key).+), &[$((stringify!($name), &$value.to_string())),+])
    };
}

macro_rules! label {
    ($($key:ident).+) => {
        $crate::text::Label::Own(|| $crate::text::t!($($key).+))
    };
}

pub(crate) use {label, t, tf};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_with_a_small_letter_within_a_sentence() {
        let names = ["Computers", "API tokens", "Árboles", "E", ""].map(in_sentence);
        assert_eq!(names, ["computers", "API tokens", "árboles", "e", ""]);
    }

    #[test]
    fn a_word_is_said_in_the_language_of_the_reader() {
        assert_eq!(t!(computer.plural), "Computers");
        speak("es");
        assert_eq!(t!(computer.plural), "Equipos");
        assert_eq!(tag(), "es");
    }
}
