//! Words. `t!(overview.title)` is the text in the reader's language, `tf!` fills `{name}` in it, `label!` is one for a declaration.
//!
//! The whole view is made anew when the language changes (see [`crate::app`]), so a text is a plain `&'static str` everywhere.
use migasfree_locales::SERVER;
use migasfree_types::{
    message::{Catalog, Message},
    shown::shown,
};
use std::cell::{Cell, RefCell};

#[allow(
    deprecated,
    clippy::all,
    missing_debug_implementations,
    reason = "generated; the recommended build script would add ninety crates to the build"
)]
mod generated {
    leptos_i18n::load_locales!();
}
pub use generated::i18n::Locale;

const STORAGE_KEY: &str = "migasfree.language";

thread_local! {
    static LOCALE: Cell<Locale> = const { Cell::new(Locale::en) };
}

thread_local! {
    static SAID: RefCell<Catalog> = RefCell::default();
}

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
pub fn locale() -> Locale {
    LOCALE.get()
}

/// Its tag for the browser's formatting and the server's messages.
pub fn tag() -> &'static str {
    match locale() {
        Locale::en => "en",
        Locale::es => "es",
    }
}

/// The language kept in this browser, else the browser's.
pub fn stored() -> Locale {
    let storage = leptos::prelude::window().local_storage().ok().flatten();
    let tag = storage
        .and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten())
        .or_else(|| leptos::prelude::window().navigator().language())
        .unwrap_or_default();
    if tag.starts_with("es") {
        Locale::es
    } else {
        Locale::en
    }
}

/// What the server says, in the reader's language; names in it may come from anywhere.
pub fn said(message: &Message) -> String {
    SAID.with_borrow(|catalog| shown(&catalog.text(message)).into_owned())
}

/// Makes a language that of every text from now on.
pub fn choose_words(locale: Locale) {
    LOCALE.set(locale);
    // A catalogue that cannot be read leaves the English of the server.
    SAID.set(migasfree_locales::catalog(SERVER, tag()).unwrap_or_default());
}

/// Makes a language the view's.
pub fn choose(locale: Locale) {
    choose_words(locale);
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("lang", tag());
    }
}

/// Keeps the language in this browser.
pub fn keep(locale: Locale) {
    choose(locale);
    if let Ok(Some(storage)) = leptos::prelude::window().local_storage() {
        let _ = storage.set_item(STORAGE_KEY, tag());
    }
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
    ($($key:tt)+) => {
        leptos_i18n::td_string!($crate::text::locale(), $($key)+)
    };
}

macro_rules! tf {
    ($($key:ident).+, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text::fill($crate::text::t!($($key).+), &[$((stringify!($name), &$value.to_string())),+])
    };
}

macro_rules! label {
    ($($key:tt)+) => {
        $crate::text::Label::Own(|| $crate::text::t!($($key)+))
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
}
