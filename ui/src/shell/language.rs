//! The language of the view.
use crate::{
    app::LanguageChoice,
    text::{self, Locale, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Icon, Menu, MenuItem};

/// Languages with their tags and their own names.
pub const LANGUAGES: [(Locale, &str, &str); 2] =
    [(Locale::en, "en", "English"), (Locale::es, "es", "Español")];

/// A menu with the languages.
#[component]
pub fn LanguageMenu() -> impl IntoView {
    let choice = expect_context::<LanguageChoice>();
    let trigger = || view! { <Icon icon=icondata::LuLanguages /> };
    view! {
        <Menu trigger label=t!(preferences.language).to_owned() class="btn btn-ghost btn-sm btn-square">
            {LANGUAGES
                .into_iter()
                .map(|(locale, _, name)| {
                    view! { <MenuItem label=name checked=Some(locale == text::locale()) on_press=move |()| choice.choose(locale) /> }
                })
                .collect_view()}
        </Menu>
    }
}
