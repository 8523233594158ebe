//! This computer: its label, what is known about it, its tags, its software.

mod facts;
mod label;
mod software;
mod tags;

use crate::{
    state::{read_computer, use_actions, use_store},
    text::{i18n::td_string, use_i18n},
};
use facts::Facts;
use label::Label;
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{Computer, Machine};
use migasfree_ui_kit::{Button, ButtonSize, ErrorState, PageTitle, SkeletonLines};
use software::Software;
use tags::Tags;

/// The page.
#[component]
pub fn Info() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let known = Memo::new(move |_| store.computer.with(Option::is_some));
    let computer = Memo::new(move |_| timeless(store.computer.get().unwrap_or_default()));
    let registered = Memo::new(move |_| computer.with(|computer| computer.registered));
    view! {
        <div class="page" data-testid="info">
            <PageTitle title=move || td_string!(i18n.get_locale(), info.title)>
                <Show when=move || registered.get()>
                    <SyncButton />
                </Show>
            </PageTitle>
            <Show when=move || known.get() fallback=|| view! { <Unknown /> }>
                <div class="info-columns">
                    <div class="stack">
                        <Label computer />
                        <Show when=move || registered.get()>
                            <Tags />
                        </Show>
                        <Software />
                    </div>
                    <Facts computer />
                </div>
            </Show>
        </div>
    }
}

/// While nothing is known: the shape of it, or why not.
#[component]
fn Unknown() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    move || match store.computer_fault.get() {
        None => view! { <SkeletonLines lines=8 /> }.into_any(),
        Some(fault) => {
            let words = crate::text::problem(&fault.code, i18n.get_locale());
            view! {
                <ErrorState
                    title=words.title
                    text=words.text
                    details=Some(crate::text::fault_details(&fault, i18n.get_locale()))
                    on_retry=move |()| {
                        store.computer_fault.set(None);
                        spawn_local(read_computer(store));
                    }
                />
            }
            .into_any()
        }
    }
}

/// Without the age of what is known, which differs in every answer.
fn timeless(computer: Computer) -> Computer {
    Computer {
        machine: Machine {
            age: 0,
            ..computer.machine
        },
        ..computer
    }
}

#[component]
fn SyncButton() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    view! {
        <Button
            size=ButtonSize::Small
            icon=icondata::LuRefreshCw
            busy=Signal::derive(move || store.work.is_syncing())
            on_press=move |_| actions.sync()
        >
            {move || {
                let locale = i18n.get_locale();
                if store.work.is_syncing() {
                    td_string!(locale, nav.syncing)
                } else {
                    td_string!(locale, nav.sync)
                }
            }}
        </Button>
    }
}
