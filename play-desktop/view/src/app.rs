//! The root: languages, store, and what the person chose put in force.

use crate::{
    frame::Frame,
    state::{self, Actions, use_store},
    text::{Locale, i18n::I18nContextProvider, tag, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{Language, Theme};
use migasfree_ui_kit::{relative_time::provide_clock, texts::provide_language};

/// The whole view.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <I18nContextProvider>
            <Root />
        </I18nContextProvider>
    }
}

#[component]
fn Root() -> impl IntoView {
    let i18n = use_i18n();
    provide_clock();
    provide_language(Signal::derive(move || tag(i18n.get_locale()).to_owned()));
    let store = state::provide();
    let actions = Actions::provide(store, i18n);
    state::begin(store, actions, i18n);
    apply_language();
    apply_theme();
    view! { <Frame /> }
}

fn apply_language() {
    let (store, i18n) = (use_store(), use_i18n());
    let desktop = i18n.get_locale_untracked();
    Effect::new(move || {
        let locale = match store.settings.get().language {
            Language::System => desktop,
            Language::En => Locale::en,
            Language::Es => Locale::es,
        };
        if i18n.get_locale_untracked() != locale {
            i18n.set_locale(locale);
        }
    });
}

fn apply_theme() {
    let store = use_store();
    Effect::new(move || {
        let Some(root) = document().document_element() else {
            return;
        };
        let _set = match store.settings.get().theme {
            Theme::System => root.remove_attribute("data-theme"),
            Theme::Light => root.set_attribute("data-theme", "light"),
            Theme::Dark => root.set_attribute("data-theme", "dark"),
        };
    });
}
