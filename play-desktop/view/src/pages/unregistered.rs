//! The server does not know this computer yet: what that means and what to tell the helpdesk.

use crate::{
    parts::CopyButton,
    state::use_store,
    text::{i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_ui_kit::Icon;

/// The page.
#[component]
pub fn Unregistered() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let lines = Signal::derive(move || {
        let locale = i18n.get_locale();
        let computer = store.computer.get().unwrap_or_default();
        let server = if computer.server.is_empty() {
            td_string!(locale, unregistered.no_server).to_owned()
        } else {
            computer.server
        };
        [
            (td_string!(locale, info.name), computer.name),
            (td_string!(locale, info.uuid), computer.uuid),
            (td_string!(locale, info.server), server),
            (td_string!(locale, info.project), computer.project),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect::<Vec<_>>()
    });
    let copied = Signal::derive(move || {
        (lines.get().iter())
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect::<String>()
    });
    let helpdesk = move || {
        let text = store.computer.get()?.help_desk;
        (!text.is_empty()).then_some(text)
    };
    view! {
        <div class="page notice-page" data-testid="unregistered">
            <span class="notice-picture tone-brand"><Icon icon=icondata::LuIdCard size=32 /></span>
            <h1>{move || td_string!(i18n.get_locale(), unregistered.title)}</h1>
            <p class="text-muted">{move || td_string!(i18n.get_locale(), unregistered.text)}</p>
            <p>{move || td_string!(i18n.get_locale(), unregistered.todo)}</p>
            <dl class="surface fact-list">
                <For each=move || lines.get() key=Clone::clone let((name, value))>
                    <div><dt>{name}</dt><dd>{value}</dd></div>
                </For>
                {move || {
                    helpdesk()
                        .map(|text| {
                            view! {
                                <div>
                                    <dt>{td_string!(i18n.get_locale(), info.helpdesk)}</dt>
                                    <dd class="pre-line">{text}</dd>
                                </div>
                            }
                        })
                }}
            </dl>
            <div class="notice-actions">
                <CopyButton text=copied label=move || td_string!(i18n.get_locale(), unregistered.copy) />
            </div>
        </div>
    }
}
