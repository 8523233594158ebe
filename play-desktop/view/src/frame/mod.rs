//! The frame: rail, strips, the page, the work going on, and what appears above all of it.

mod asking;
mod closing;
mod links;
mod live;
mod missing;
mod queue;
mod rail;
mod removing;
mod shortcuts;
mod strips;
mod troubles;

use crate::{
    pages::CurrentPage,
    state::{Page, use_store},
    text::{i18n::td_string, use_i18n},
};
use asking::AskingDialog;
use closing::ClosingDialog;
use leptos::{html, prelude::*};
use live::LiveRegion;
use migasfree_play_records::Link;
use missing::Missing;
use queue::Queue;
use rail::{BottomBar, Rail};
use removing::RemovingDialog;
use strips::Strips;
use troubles::Troubles;

/// What scrolls, and a signal that moves when it was scrolled.
#[derive(Clone, Copy, Debug)]
pub struct Scroller(pub NodeRef<html::Main>, pub RwSignal<i32>);

/// Everything in the window.
#[component]
pub fn Frame() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let main = NodeRef::<html::Main>::new();
    let scroller = Scroller(main, RwSignal::new(0));
    provide_context(scroller);
    shortcuts::listen(store);
    links::listen();
    restore_scroll(scroller);
    let note_scroll = move |_| {
        if let Some(main) = main.get_untracked() {
            let top = main.scroll_top();
            scroller.1.set(top);
            let page = store.navigation.page.get_untracked();
            store.navigation.remember_scroll(page, top);
        }
    };
    let blocked = Memo::new(move |_| is_blocked(store.link.get(), store.navigation.page.get()));
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            let _focused = main.focus();
        }
    };
    view! {
        <a class="skip-link" href="#content" on:click=skip>
            {move || td_string!(i18n.get_locale(), nav.skip)}
        </a>
        <div class="shell play-shell">
            <Rail />
            <div class="shell-column">
                <Strips />
                <main
                    node_ref=main
                    id="content"
                    class="shell-main"
                    tabindex="-1"
                    data-testid="page"
                    data-page=move || store.navigation.page.get().word()
                    on:scroll=note_scroll
                >
                    {move || match blocked.get() {
                        true => view! { <Missing /> }.into_any(),
                        false => view! { <CurrentPage /> }.into_any(),
                    }}
                </main>
                <Queue />
                <BottomBar />
            </div>
        </div>
        <Troubles />
        <LiveRegion />
        <RemovingDialog />
        <AskingDialog />
        <ClosingDialog />
    }
}

/// Without the daemon only the settings are of use.
fn is_blocked(link: Link, page: Page) -> bool {
    matches!(link, Link::Missing | Link::Incompatible) && page != Page::Settings
}

/// A page begins where it was left, and its heading has the focus.
fn restore_scroll(scroller: Scroller) {
    let store = use_store();
    Effect::new(move |before: Option<Page>| {
        let page = store.navigation.page.get();
        if before.is_some() {
            request_animation_frame(move || {
                if let Some(main) = scroller.0.get_untracked() {
                    focus_heading(&main);
                    main.set_scroll_top(store.navigation.scroll_of(page));
                }
            });
        }
        page
    });
}

fn focus_heading(main: &web_sys::HtmlElement) {
    use wasm_bindgen::JsCast;
    let heading = (main.query_selector("h1").ok().flatten())
        .and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(heading) = heading {
        let _set = heading.set_attribute("tabindex", "-1");
        let _focused = heading.focus();
    }
}
