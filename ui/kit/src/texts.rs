//! The words the kit says by itself, in the language of the view.
use leptos::prelude::*;
use migasfree_locales::Language;

#[allow(
    dead_code,
    non_upper_case_globals,
    reason = "made of the English file: words are called as they are there"
)]
mod words {
    use migasfree_locales::words::Word;

    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

/// One language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    /// BCP 47 tag for the browser's own formatting.
    pub language: &'static str,
    pub cancel: &'static str,
    pub clear: &'static str,
    pub close: &'static str,
    pub copied: &'static str,
    pub copy: &'static str,
    pub details: &'static str,
    pub dismiss: &'static str,
    pub first: &'static str,
    pub last: &'static str,
    pub loading: &'static str,
    pub more: &'static str,
    pub never: &'static str,
    pub next: &'static str,
    pub no_values: &'static str,
    pub notifications: &'static str,
    pub of: &'static str,
    pub previous: &'static str,
    pub remove: &'static str,
    pub retry: &'static str,
    pub rows_per_page: &'static str,
    pub select_all: &'static str,
    pub select_row: &'static str,
    pub show_chart: &'static str,
    pub show_password: &'static str,
    pub show_table: &'static str,
    pub theme_dark: &'static str,
    pub theme_light: &'static str,
    pub theme_system: &'static str,
    pub theme: &'static str,
    pub value: &'static str,
}

impl Texts {
    /// The words in a language.
    fn of(language: Language) -> Self {
        use words::kit;
        Self {
            language: language.tag,
            cancel: kit::cancel.say(language),
            clear: kit::clear.say(language),
            close: kit::close.say(language),
            copied: kit::copied.say(language),
            copy: kit::copy.say(language),
            details: kit::details.say(language),
            dismiss: kit::dismiss.say(language),
            first: kit::first.say(language),
            last: kit::last.say(language),
            loading: kit::loading.say(language),
            more: kit::more.say(language),
            never: kit::never.say(language),
            next: kit::next.say(language),
            no_values: kit::no_values.say(language),
            notifications: kit::notifications.say(language),
            of: kit::of.say(language),
            previous: kit::previous.say(language),
            remove: kit::remove.say(language),
            retry: kit::retry.say(language),
            rows_per_page: kit::rows_per_page.say(language),
            select_all: kit::select_all.say(language),
            select_row: kit::select_row.say(language),
            show_chart: kit::show_chart.say(language),
            show_password: kit::show_password.say(language),
            show_table: kit::show_table.say(language),
            theme: kit::theme.say(language),
            theme_dark: kit::theme_dark.say(language),
            theme_light: kit::theme_light.say(language),
            theme_system: kit::theme_system.say(language),
            value: kit::value.say(language),
        }
    }
}

#[derive(Clone, Copy)]
struct Spoken(Signal<Texts>);

/// Tells the kit which language the view speaks.
pub fn provide_language(language: Signal<Language>) {
    provide_context(Spoken(Signal::derive(move || Texts::of(language.get()))));
}

/// The kit's words in the language of the view.
pub fn use_texts() -> Signal<Texts> {
    let english = || Signal::stored(Texts::of(Language::ENGLISH));
    use_context::<Spoken>().map_or_else(english, |spoken| spoken.0)
}
