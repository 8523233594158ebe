//! Words: the languages, and what the daemon's codes mean in them.

mod fill;
mod job;
mod objection;
mod problem;
mod state;
mod time;

pub use fill::fill;
pub use job::{job_progress, job_progress_short, job_result, job_title};
pub use objection::objection_words;
pub use problem::{Problem, problem};
pub use state::{hint, state_label};
pub use time::{ago, day_of, duration, iso};

use leptos_i18n::I18nContext;

#[expect(
    deprecated,
    reason = "the build script it recommends instead would bring ninety crates into the build"
)]
mod locales {
    leptos_i18n::load_locales!();
}

pub use locales::i18n;
pub use locales::i18n::{Locale, use_i18n};

/// A text with values put in: `filled!(locale, remove.title, name = app)` for `"Remove {name}?"`.
macro_rules! filled {
    ($locale:expr, $($key:ident).+, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::text::fill(
            $crate::text::i18n::td_string!($locale, $($key).+),
            &[$((stringify!($name), &$value.to_string())),+],
        )
    };
}
pub(crate) use filled;

/// The languages of the view.
pub type I18n = I18nContext<Locale>;

/// Name of a language for the browser's own formatting.
pub fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::es => "es",
    }
}

/// A size in bytes.
pub fn bytes(value: u64, locale: Locale) -> String {
    migasfree_ui_kit::format::bytes(value, tag(locale))
}

/// A share of a hundred.
pub fn percent(value: u16, locale: Locale) -> String {
    match locale {
        Locale::en => format!("{value}%"),
        Locale::es => format!("{value}\u{a0}%"),
    }
}

/// A whole number.
pub fn number(value: usize, locale: Locale) -> String {
    migasfree_ui_kit::format::number(value as u64, tag(locale))
}
