//! The root: language, store, and what the person chose put in force.

use crate::{
    frame::Frame,
    state::{self, Actions, use_store},
    text::{self, I18n, Locale, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{Fault, Language, Theme};
use migasfree_ui_kit::{relative_time::provide_clock, texts::provide_language};

/// The whole view; `spoken` is whether the desktop's language is here.
#[component]
pub fn App(desktop: Locale, spoken: bool) -> impl IntoView {
    let i18n = I18n::provide(if spoken { desktop } else { Locale::ENGLISH });
    provide_clock();
    provide_language(Signal::derive(move || i18n.get_locale()));
    let store = state::provide();
    let actions = Actions::provide(store, i18n);
    state::begin(store, actions, i18n);
    apply_language(desktop, actions);
    apply_theme();
    view! { <Frame /> }
}

/// Speaks what the person chose as soon as it is here.
fn apply_language(desktop: Locale, actions: Actions) {
    let (store, i18n) = (use_store(), use_i18n());
    let wanted = Memo::new(move |_| match store.settings.get().language {
        Language::System => desktop,
        Language::Own(language) => language,
    });
    Effect::new(move || {
        let locale = wanted.get();
        spawn_local(async move {
            let spoken = text::load(locale).await;
            // Meanwhile another one may have been chosen.
            if wanted.get_untracked() != locale {
                return;
            }
            if !spoken {
                actions.report(Fault::new("no-language", ""), locale.name.to_owned());
            } else if i18n.get_locale_untracked() != locale {
                i18n.set_locale(locale);
            }
        });
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
