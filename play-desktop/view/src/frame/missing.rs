//! The only blocking page: there is no daemon to ask, or one of another age.

use crate::{
    bridge,
    state::use_store,
    text::{i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::Link;
use migasfree_ui_kit::{Button, ButtonLook, Icon};

/// How an administrator starts the service, and how it is started for trying things.
const STARTED_BY: &str = "systemctl start migasfreed";
const IN_TRIAL: &str = "migasfreed --session --root DIR";

/// The page.
#[component]
pub fn Missing() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let old = move || store.link.get() == Link::Incompatible;
    let words = move |which: u8| {
        let locale = i18n.get_locale();
        match (which, old()) {
            (0, true) => td_string!(locale, missing.old_title),
            (0, false) => td_string!(locale, missing.title),
            (1, true) => td_string!(locale, missing.old_text),
            (1, false) => td_string!(locale, missing.text),
            (_, true) => td_string!(locale, missing.old_todo),
            (_, false) => td_string!(locale, missing.todo),
        }
    };
    let retry = move |_| {
        spawn_local(async move {
            let _shell_gone = bridge::reconnect().await;
        });
    };
    view! {
        <div class="page notice-page" data-testid="daemon-missing">
            <span class="notice-picture tone-warning"><Icon icon=icondata::LuUnplug size=32 /></span>
            <h1>{move || words(0)}</h1>
            <p class="text-muted">{move || words(1)}</p>
            <p>{move || words(2)}</p>
            <Show when=move || !old()>
                <p class="text-muted">
                    {move || td_string!(i18n.get_locale(), missing.admin)} " "
                    <code>{move || if store.session.get() { IN_TRIAL } else { STARTED_BY }}</code>
                </p>
            </Show>
            <div class="notice-actions">
                <Button look=ButtonLook::Primary icon=icondata::LuRotateCw on_press=retry>
                    {move || td_string!(i18n.get_locale(), missing.retry)}
                </Button>
                <span class="text-muted">{move || td_string!(i18n.get_locale(), missing.retrying)}</span>
            </div>
        </div>
    }
}
