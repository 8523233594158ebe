//! Times: relative in the text, exact when pointed at.
use crate::{format, texts::use_texts};
use leptos::prelude::*;
use std::time::Duration;

/// A clock for all relative times of a view; moves every half minute.
#[derive(Debug, Clone, Copy)]
struct Tick(RwSignal<f64>);

/// Starts the clock of the relative times; once, at the root of the view.
pub fn provide_clock() {
    let tick = RwSignal::new(js_sys::Date::now());
    provide_context(Tick(tick));
    let handle = set_interval_with_handle(
        move || tick.set(js_sys::Date::now()),
        Duration::from_secs(30),
    );
    if let Ok(handle) = handle {
        on_cleanup(move || handle.clear());
    }
}

/// "5 minutes ago", exact when pointed at. An empty text means never.
#[component]
pub fn RelativeTime(
    /// ISO date-time.
    #[prop(into)]
    at: Signal<String>,
) -> impl IntoView {
    let texts = use_texts();
    let tick = use_context::<Tick>();
    let moment = move || format::parse_time(&at.get());
    view! {
        <time
            datetime=move || at.get()
            title=move || moment().map(|moment| format::exact_time(moment, texts.get().language))
        >
            {move || {
                let now = js_sys::Date::now().max(tick.map_or(0.0, |tick| tick.0.get()));
                match moment() {
                    Some(moment) => format::relative_time(moment, now, texts.get().language),
                    None => texts.get().never.to_owned(),
                }
            }}
        </time>
    }
}

/// The exact moment.
#[component]
pub fn DateTime(#[prop(into)] at: Signal<String>) -> impl IntoView {
    let texts = use_texts();
    view! {
        <time datetime=move || at.get()>
            {move || {
                format::parse_time(&at.get())
                    .map_or_else(
                        || texts.get().never.to_owned(),
                        |moment| format::exact_time(moment, texts.get().language),
                    )
            }}
        </time>
    }
}
