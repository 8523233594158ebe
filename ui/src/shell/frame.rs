//! Rail, top bar, page.
use super::{
    bell::Bell, commands::Commands, crumbs::Crumbs, keys::KeyHelp, language::LanguageMenu,
    live::LiveMark, person::PersonMenu, places, restriction::Restriction,
};
use crate::text::t;
use leptos::{ev, html, prelude::*};
use migasfree_ui_kit::{
    Icon, IconButton, Mark, ThemeToggle, Wordmark,
    layout::{BottomBar, Rail, Shell, TopBar},
    scrolling::show_in_view,
};
use wasm_bindgen::JsCast;

/// The frame with the page in it.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let all = places::entries();
    let main = places::main_places(&all);
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
            if let Ok(Some(current)) = drawer.query_selector(".rail-current") {
                show_in_view(&current);
            }
        }
    };
    let close_drawer = move || {
        if let Some(drawer) = drawer.get_untracked() {
            drawer.close();
        }
    };
    let head = || view! { <a class="rail-brand" href="/"><Wordmark name="migasfree" /></a> };
    let in_drawer = all.clone();
    let rail =
        move || view! { <Rail entries=all.clone() label=t!(rail.label) head=ViewFn::from(head) /> };
    let start = move || {
        view! {
            <a class="top-brand" href="/" aria-label=t!(overview.title)><Mark /></a>
            <Crumbs />
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
                <BottomBar places=main.clone() label=t!(rail.label) />
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
        <dialog
            node_ref=drawer
            class="drawer"
            aria-label=t!(rail.label)
            on:click=move |event| {
                if ends_drawer(&event) {
                    close_drawer();
                }
            }
        >
            <div class="drawer-head">
                <Wordmark name="migasfree" />
                <span class="drawer-tools">
                    <LanguageMenu />
                    <ThemeToggle />
                    <IconButton icon=icondata::LuX label=t!(common.close) on_press=move |_| close_drawer() />
                </span>
            </div>
            <Rail entries=in_drawer label=t!(rail.label) />
        </dialog>
        <Commands open=searching />
        <KeyHelp />
    }
}

/// Whether a press in the drawer leads out of it: beside it, or on a place.
fn ends_drawer(event: &ev::MouseEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| {
        target
            .matches(".drawer, a[href], a[href] *")
            .unwrap_or(false)
    })
}
