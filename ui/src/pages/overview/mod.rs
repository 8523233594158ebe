//! The dashboard: five numbers, two charts, what needs attention, what happens right now.
mod attention;
mod figures;
mod first_steps;
mod now;
mod trends;

use crate::{
    api::{events, query},
    entities::{COMPUTERS, SYNCHRONIZATIONS},
    failure,
    text::t,
};
pub use attention::AttentionList;
use figures::Figures;
use first_steps::FirstSteps;
use leptos::prelude::*;
use migasfree_types::{events::Event, rest::overview::Overview};
use migasfree_ui_kit::PageTitle;
use now::Now;
use std::time::Duration;
use trends::Trends;

/// The page.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let overview = query::<Overview>(|| Some("stats/overview/".to_owned()));
    refresh_with_events(overview, Duration::from_secs(5));
    let data = Signal::derive(move || overview.value.get());
    let failed = overview.failed();
    view! {
        <div class="page">
            <PageTitle title=t!(overview.title) />
            {move || {
                let error = overview.error.get()?;
                let retry = move || overview.refresh();
                Some(
                    if data.with(Option::is_some) {
                        failure::strip(&error, retry)
                    } else {
                        view! { <section class="surface">{failure::place(&error, retry)}</section> }.into_any()
                    },
                )
            }}
            // What nobody could read has no numbers.
            <div class="overview" class:hidden=move || failed.get().is_some()>
                <FirstSteps data />
                <Figures data />
                <Show when=|| COMPUTERS.may("view")>
                    <Trends data />
                </Show>
                <div class="overview-lower">
                    <AttentionList overview />
                    <Show when=|| SYNCHRONIZATIONS.may("view") && COMPUTERS.may("view")>
                        <Now />
                    </Show>
                </div>
            </div>
        </div>
    }
}

/// Numbers follow what happens, at most once in `pause`.
pub fn refresh_with_events(overview: crate::api::Query<Overview>, pause: Duration) {
    let waiting = StoredValue::new(false);
    events::on_event(move |event| {
        if matches!(event, Event::Progress { .. } | Event::Presence { .. }) || waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                if waiting.try_set_value(false).is_none() {
                    overview.refresh();
                }
            },
            pause,
        );
    });
}
