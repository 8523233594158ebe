//! The language of the view.
use crate::{
    app::LanguageChoice,
    text::{self, t},
};
use leptos::prelude::*;
use migasfree_locales::LANGUAGES;
use migasfree_ui_kit::{Icon, Menu, MenuItem};

/// A menu with the languages.
#[component]
pub fn LanguageMenu() -> impl IntoView {
    let choice = expect_context::<LanguageChoice>();
    let trigger = || view! { <Icon icon=icondata::LuLanguages /> };
    view! {
        <Menu trigger label=t!(preferences.language).to_owned() class="btn btn-ghost btn-sm btn-square">
            {LANGUAGES
                .iter()
                .copied()
                .map(|language| {
                    view! { <MenuItem label=language.name checked=Some(language == text::language()) on_press=move |()| choice.choose(language) /> }
                })
                .collect_view()}
        </Menu>
    }
}
