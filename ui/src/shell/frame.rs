//! Rail, top bar, page.
use super::{
    bell::Bell, commands::Commands, keys::KeyHelp, language::LanguageMenu, live::LiveMark,
    person::PersonMenu, places, restriction::Restriction,
};
use crate::{address, entities, text::t};
use leptos::{ev, html, prelude::*};
use migasfree_ui_kit::{
    Icon, IconButton, Mark, ThemeToggle, Wordmark,
    layout::{BottomBar, Place, Rail, Shell, TopBar},
};

/// The frame with the page in it.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let all = places::places();
    let main = places::main_places(all);
    let searching = RwSignal::new(false);
    let keys = window_event_listener(ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            searching.set(true);
        }
    });
    on_cleanup(move || keys.remove());
    let drawer = NodeRef::<html::Dialog>::new();
    let open_drawer = move |_| {
        if let Some(drawer) = drawer.get_untracked() {
            let _ = drawer.show_modal();
        }
    };
    let close_drawer = move || {
        if let Some(drawer) = drawer.get_untracked() {
            drawer.close();
        }
    };
    let head = || view! { <a class="rail-brand" href="/"><Wordmark name="migasfree" /></a> };
    let rail = move || view! { <Rail places=all label=t!(rail.label) head=ViewFn::from(head) /> };
    let start = move || {
        view! {
            <a class="top-brand" href="/" aria-label=t!(overview.title)><Mark /></a>
            <Crumbs all />
        }
    };
    let top = move || {
        view! {
            <TopBar start=ViewFn::from(start)>
                <button type="button" class="command-button" on:click=move |_| searching.set(true)>
                    <Icon icon=icondata::LuSearch />
                    <span class="command-words">{t!(shell.search)}</span>
                    <kbd aria-hidden="true">"Ctrl K"</kbd>
                </button>
                <Restriction />
                <LiveMark />
                <Bell />
                <span class="wide-only"><LanguageMenu /></span>
                <span class="wide-only"><ThemeToggle /></span>
                <PersonMenu />
            </TopBar>
        }
    };
    let bottom = move || {
        view! {
            <div class="bottom-line">
                <BottomBar places=main label=t!(rail.label) />
                <button type="button" class="bottom-more" on:click=open_drawer>
                    <Icon icon=icondata::LuMenu size=20 />
                    <span>{t!(rail.more)}</span>
                </button>
            </div>
        }
    };
    view! {
        <Shell rail=ViewFn::from(rail) top=ViewFn::from(top) bottom=ViewFn::from(bottom) skip_label=t!(shell.skip)>
            {children()}
        </Shell>
        <dialog node_ref=drawer class="drawer" aria-label=t!(rail.label) on:click=move |_| close_drawer()>
            <div class="drawer-head">
                <Wordmark name="migasfree" />
                <span class="drawer-tools">
                    <LanguageMenu />
                    <ThemeToggle />
                    <IconButton icon=icondata::LuX label=t!(common.close) on_press=move |_| close_drawer() />
                </span>
            </div>
            <Rail places=all label=t!(rail.label) />
        </dialog>
        <Commands open=searching />
        <KeyHelp />
    }
}

/// Where one is.
#[component]
fn Crumbs(all: Signal<Vec<Place>>) -> impl IntoView {
    let address = address::address();
    view! {
        <nav class="crumbs" aria-label=t!(shell.crumbs)>
            {move || {
                let all = all.get();
                let at = all.iter().position(|place| place.current);
                let group = at.and_then(|at| all.iter().take(at + 1).rev().find_map(|place| place.group.clone()));
                let settings = at.and_then(|at| all.get(at)).filter(|place| place.href == "/settings").cloned();
                let entity = address.with(|address| address.part(0).and_then(entities::by_path));
                let deeper = address.with(|address| address.path.len() > 1);
                view! {
                    {match settings {
                        Some(settings) => Some(view! { <a class="crumb-group" href=settings.href>{settings.label}</a> }.into_any()),
                        None => group.map(|group| view! { <span class="crumb-group">{group}</span> }.into_any()),
                    }}
                    {entity
                        .map(|entity| {
                            if deeper {
                                view! { <a href=entity.href()>{(entity.plural)()}</a> }.into_any()
                            } else {
                                view! { <span aria-current="page">{(entity.plural)()}</span> }.into_any()
                            }
                        })}
                }
            }}
        </nav>
    }
}
