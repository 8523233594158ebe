//! The places, at the side or, in a narrow window, at the bottom.

use crate::{
    parts::TimeText,
    state::{Page, use_actions, use_store},
    text::{i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_types::play::{Computer, Connectivity};
use migasfree_ui_kit::{Icon, IconButton, Wordmark};

fn icon(page: Page) -> icondata::Icon {
    match page {
        Page::Discover | Page::App(_) => icondata::LuCompass,
        Page::Installed => icondata::LuPackageCheck,
        Page::Activity => icondata::LuHistory,
        Page::Info => icondata::LuMonitor,
        Page::Settings => icondata::LuSettings,
    }
}

/// One place.
#[component]
fn RailLink(page: Page) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let current = Memo::new(move |_| store.navigation.section() == page);
    let name = Signal::derive(move || {
        let locale = i18n.get_locale();
        match page {
            Page::Discover | Page::App(_) => td_string!(locale, nav.discover),
            Page::Installed => td_string!(locale, nav.installed),
            Page::Activity => td_string!(locale, nav.activity),
            Page::Info => td_string!(locale, nav.info),
            Page::Settings => td_string!(locale, nav.settings),
        }
    });
    view! {
        <button
            type="button"
            class="rail-link"
            class:rail-current=current
            aria-current=move || current.get().then_some("page")
            title=name
            data-testid=format!("nav-{}", page.word())
            on:click=move |_| store.navigation.go(page)
        >
            <Icon icon=icon(page) size=20 />
            <span class="rail-text">{name}</span>
        </button>
    }
}

/// The rail at the side.
#[component]
pub fn Rail() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    view! {
        <nav class="rail play-rail" aria-label=move || td_string!(i18n.get_locale(), nav.label)>
            <div class="rail-head">
                <Wordmark name=move || td_string!(i18n.get_locale(), app_title) />
            </div>
            <div class="rail-places">
                <RailLink page=Page::Discover />
                <RailLink page=Page::Installed />
                <RailLink page=Page::Activity />
            </div>
            <div class="rail-foot">
                {move || store.computer.get().map(|computer| view! { <ThisComputer computer /> })}
                <RailLink page=Page::Info />
                <RailLink page=Page::Settings />
            </div>
        </nav>
    }
}

/// Name of this computer with its state, and the button that synchronises.
#[component]
fn ThisComputer(computer: Computer) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let actions = use_actions();
    let last = computer.last_sync;
    let dot = match (computer.registered, computer.connectivity) {
        (false, _) => "dot dot-warning",
        (_, Connectivity::Online | Connectivity::Metered) => "dot dot-success",
        (_, Connectivity::Saturated) => "dot dot-warning",
        _ => "dot dot-off",
    };
    let syncing = Memo::new(move |_| (store.work.active().iter()).any(|job| job.role == "sync"));
    let words = move || {
        let locale = i18n.get_locale();
        if syncing.get() {
            view! { <span>{td_string!(locale, nav.syncing)}</span> }.into_any()
        } else if last == 0 {
            view! { <span>{td_string!(locale, nav.never_synced)}</span> }.into_any()
        } else {
            view! { <TimeText at=last /> }.into_any()
        }
    };
    view! {
        <div class="this-computer" data-testid="this-computer">
            <span class=dot aria-hidden="true"></span>
            <div class="this-computer-text">
                <p class="this-computer-name" title=computer.name.clone()>{computer.name.clone()}</p>
                <p class="this-computer-sync">{words}</p>
            </div>
            {computer
                .registered
                .then(|| {
                    view! {
                        <IconButton
                            icon=icondata::LuRefreshCw
                            label=move || td_string!(i18n.get_locale(), nav.sync)
                            disabled=syncing
                            class="sync-button"
                            on_press=move |_| actions.sync()
                        />
                    }
                })}
        </div>
    }
}

/// The places at the bottom of a narrow window.
#[component]
pub fn BottomBar() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <nav class="bottom-bar" aria-label=move || td_string!(i18n.get_locale(), nav.label)>
            {Page::RAIL.into_iter().map(|page| view! { <RailLink page /> }).collect_view()}
        </nav>
    }
}
