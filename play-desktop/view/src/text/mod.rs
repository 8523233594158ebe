//! Words: the languages, and what the daemon's codes mean in them.

mod fill;
mod job;
mod objection;
mod problem;
mod said;
mod state;
mod time;

pub use fill::fill;
pub use job::{job_progress, job_progress_short, job_result, job_title};
pub use objection::objection_words;
pub use problem::{Problem, problem};
pub use said::{details, fault_details};
pub use state::{hint, state_label};
pub use time::{ago, day_of, duration, iso};

use leptos::prelude::*;
pub use migasfree_locales::Language as Locale;
use migasfree_locales::words as known;
use migasfree_ui_kit::file;

#[allow(
    dead_code,
    non_upper_case_globals,
    reason = "made of the English file: words are called as they are there"
)]
pub mod words {
    use migasfree_locales::words::Word;

    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

/// A text in a language: `td_string!(locale, remove.title)`.
macro_rules! td_string {
    ($locale:expr, $($key:ident).+) => {
        $crate::text::words::$($key)::+.say($locale)
    };
}

/// The words and the language they are said in.
pub mod i18n {
    pub(crate) use super::td_string;
}

/// A text with values put in: `filled!(locale, remove.title, name = app)` for `"Remove {name}?"`.
macro_rules! filled {
    ($locale:expr, $($key:ident).+, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text::fill(
            $crate::text::i18n::td_string!($locale, $($key).+),
            &[$((stringify!($name), &$value.to_string())),+],
        )
    };
}
pub(crate) use {filled, td_string};

/// The language of the view. Its files are here before it is the view's.
#[derive(Clone, Copy, Debug)]
pub struct I18n(RwSignal<Locale>);

impl I18n {
    /// Makes a language that is here the view's.
    pub fn provide(locale: Locale) -> Self {
        let i18n = Self(RwSignal::new(locale));
        provide_context(i18n);
        Effect::new(move || {
            if let Some(root) = document().document_element() {
                let _set = root.set_attribute("lang", i18n.get_locale().tag);
            }
        });
        i18n
    }

    /// The language.
    pub fn get_locale(self) -> Locale {
        self.0.get()
    }

    /// The same, without following it.
    pub fn get_locale_untracked(self) -> Locale {
        self.0.get_untracked()
    }

    /// Speaks a language that is here from now on.
    pub fn set_locale(self, locale: Locale) {
        self.0.set(locale);
    }
}

/// The language of the view.
pub fn use_i18n() -> I18n {
    expect_context()
}

/// The desktop's language.
pub fn of_desktop() -> Locale {
    let tag = window().navigator().language().unwrap_or_default();
    Locale::of(&tag)
}

/// Fetches the words of a language, unless they are here already; answers whether they are.
pub async fn load(locale: Locale) -> bool {
    if known::knows(locale) {
        return true;
    }
    let Some(folder) = file::told("locales") else {
        return false;
    };
    let part = |name: &str| {
        let address = format!("{folder}/{}/{name}.ftl", locale.tag);
        async move { file::text(&address).await }
    };
    let (play, kit) = (part("play").await, part("kit").await);
    match (play, kit, part("client").await) {
        (Some(play), Some(kit), Some(client)) => {
            let learnt = said::learn(locale, &client);
            learnt
                .and_then(|()| known::learn(locale, &[&play, &kit]))
                .is_ok()
        }
        _ => false,
    }
}

/// Name of a language for the browser's own formatting.
pub fn tag(locale: Locale) -> &'static str {
    locale.tag
}

/// A size in bytes.
pub fn bytes(value: u64, locale: Locale) -> String {
    migasfree_ui_kit::format::bytes(value, tag(locale))
}

/// A share of a hundred.
pub fn percent(value: u16, locale: Locale) -> String {
    filled!(locale, percent, value = value)
}

/// A whole number.
pub fn number(value: usize, locale: Locale) -> String {
    migasfree_ui_kit::format::number(value as u64, tag(locale))
}
