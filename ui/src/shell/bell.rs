//! What needs attention, from every page.
use crate::{
    api::query,
    pages::overview::{AttentionList, refresh_with_events},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::overview::Overview;
use migasfree_ui_kit::{Icon, Popover};
use std::time::Duration;

/// The bell with how many things wait.
#[component]
pub fn Bell() -> impl IntoView {
    let overview = query::<Overview>(|| Some("stats/overview/".to_owned()));
    refresh_with_events(overview, Duration::from_secs(20));
    let data = Signal::derive(move || overview.value.get());
    let count = Memo::new(move |_| {
        // As many as the list shows.
        data.with(|data| data.as_ref().map_or(0, |data| data.attention.len()))
    });
    let trigger = move || {
        view! {
            <Icon icon=icondata::LuBell />
            {move || (count.get() > 0).then(|| view! { <span class="bell-count" aria-hidden="true" data-count=count.get()></span> })}
        }
    };
    let label = Signal::derive(move || {
        Some(match count.get() {
            0 => t!(overview.attention).to_owned(),
            count => format!("{} ({count})", t!(overview.attention)),
        })
    });
    view! {
        <Popover trigger label class="btn btn-ghost btn-sm btn-square bell" panel_class="bell-panel">
            <AttentionList overview />
        </Popover>
    }
}
