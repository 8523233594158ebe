//! The places, at the side or, in a narrow window, at the bottom.

use crate::{
    parts::TimeText,
    state::{Page, use_actions, use_store},
    text::{Locale, i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{Computer, Connectivity};
use migasfree_ui_kit::{Icon, IconButton, Wordmark};

fn icon(page: Page) -> icondata::Icon {
    match page {
        Page::Discover | Page::App(_) => icondata::LuCompass,
        Page::Installed => icondata::LuPackageCheck,
        Page::Updates => icondata::LuCircleArrowUp,
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
            Page::Updates => td_string!(locale, nav.updates),
            Page::Activity => td_string!(locale, nav.activity),
            Page::Info => td_string!(locale, nav.info),
            Page::Settings => td_string!(locale, nav.settings),
        }
    });
    let waiting = Memo::new(move |_| {
        let count = (store.updates).with(|known| match known {
            Some(Ok(updates)) if page == Page::Updates => updates.len(),
            _ => 0,
        });
        (count > 0).then_some(count)
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
            {move || waiting.get().map(|count| view! { <span class="rail-count">{count}</span> })}
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
                <RailLink page=Page::Updates />
                <RailLink page=Page::Activity />
            </div>
            <div class="rail-foot">
                <Show when=move || store.computer.with(Option::is_some)>
                    <ThisComputer />
                </Show>
                <RailLink page=Page::Info />
                <RailLink page=Page::Settings />
            </div>
        </nav>
    }
}

/// Name of this computer with its state, and the button that synchronises.
#[component]
fn ThisComputer() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let actions = use_actions();
    let name = of_computer(|computer| computer.name.clone());
    let registered = of_computer(|computer| computer.registered);
    let last = of_computer(|computer| computer.last_sync);
    let dot = of_computer(
        |computer| match (computer.registered, computer.connectivity) {
            (false, _) | (_, Connectivity::Saturated) => "dot dot-warning",
            (_, Connectivity::Online | Connectivity::Metered) => "dot dot-success",
            _ => "dot dot-off",
        },
    );
    let syncing = Memo::new(move |_| store.work.is_syncing());
    let standing = of_computer(|computer| (computer.registered, computer.connectivity));
    let words = move || {
        let locale = i18n.get_locale();
        let (registered, connectivity) = standing.get();
        match trouble(registered, connectivity, locale) {
            _ if syncing.get() => td_string!(locale, nav.syncing).into_any(),
            Some(trouble) => trouble.into_any(),
            None if last.get() == 0 => td_string!(locale, nav.never_synced).into_any(),
            None => view! { {td_string!(locale, nav.synced)} " " <TimeText at=last /> }.into_any(),
        }
    };
    view! {
        <div class="this-computer" data-testid="this-computer">
            <span class=dot aria-hidden="true"></span>
            <div class="this-computer-text">
                <p class="this-computer-name" title=name>{name}</p>
                <p class="this-computer-sync">{words}</p>
            </div>
            <Show when=move || registered.get()>
                <IconButton
                    icon=icondata::LuRefreshCw
                    label=move || td_string!(i18n.get_locale(), nav.sync)
                    disabled=syncing
                    class="sync-button"
                    on_press=move |_| actions.sync()
                />
            </Show>
        </div>
    }
}

/// Why this computer's dot is not green; colour alone would say too little.
fn trouble(registered: bool, connectivity: Connectivity, locale: Locale) -> Option<&'static str> {
    if !registered {
        return Some(td_string!(locale, info.not_registered));
    }
    match connectivity {
        Connectivity::Online | Connectivity::Metered | Connectivity::Unknown => None,
        Connectivity::Offline => Some(td_string!(locale, info.offline)),
        Connectivity::ServerUnreachable => Some(td_string!(locale, info.unreachable)),
        Connectivity::Saturated => Some(td_string!(locale, info.saturated)),
    }
}

/// One thing about this computer, moving only when it changes.
fn of_computer<T>(read: fn(&Computer) -> T) -> Memo<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    let store = use_store();
    Memo::new(move |_| {
        let known = |computer: &Option<Computer>| computer.as_ref().map(read).unwrap_or_default();
        store.computer.with(known)
    })
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
