//! The slim bar at the bottom while anything runs, and the list it opens into.

use crate::{
    parts::JobRow,
    state::use_store,
    text::{Locale, filled, i18n::td_string, job_progress, job_title, percent, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::Job;
use migasfree_ui_kit::{Icon, Ring};

/// The bar and the list.
#[component]
pub fn Queue() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let active = Memo::new(move |_| store.work.active());
    let busy = Memo::new(move |_| active.with(|jobs| !jobs.is_empty()));
    let first = Memo::new(move |_| active.with(|jobs| jobs.first().cloned().unwrap_or_default()));
    let percent = Signal::derive(move || first.with(|job| job.percent.map(f64::from)));
    let more = move || {
        let locale = i18n.get_locale();
        match active.with(Vec::len) {
            0 | 1 => None,
            2 => Some(td_string!(locale, queue.more_single).to_owned()),
            count => Some(filled!(locale, queue.more_many, count = count - 1)),
        }
    };
    let ids = Memo::new(move |_| {
        active.with(|jobs| jobs.iter().map(|job| job.id.clone()).collect::<Vec<_>>())
    });
    view! {
        <Show when=move || busy.get()>
            <section
                class="queue"
                aria-label=move || td_string!(i18n.get_locale(), queue.label)
                data-testid="queue"
            >
                <Show when=move || store.queue_open.get()>
                    <div id="queue-list" class="queue-list" data-testid="queue-list">
                        <For each=move || ids.get() key=Clone::clone let:id>
                            <JobRow job=store.work.follow(id.clone()) id />
                        </For>
                    </div>
                </Show>
                <button
                    type="button"
                    class="queue-bar"
                    data-testid="queue-bar"
                    aria-expanded=move || store.queue_open.get().to_string()
                    aria-controls="queue-list"
                    on:click=move |_| store.queue_open.update(|open| *open = !*open)
                >
                    <Ring percent size=20 />
                    <span class="queue-text">
                        <strong>{move || first.with(|job| job_title(job, i18n.get_locale()))}</strong>
                        <span>{move || first.with(|job| words(job, i18n.get_locale()))}</span>
                    </span>
                    {move || more().map(|more| view! { <span class="queue-more">{more}</span> })}
                    <span class="visually-hidden">
                        {move || {
                            let locale = i18n.get_locale();
                            if store.queue_open.get() {
                                td_string!(locale, queue.close)
                            } else {
                                td_string!(locale, queue.open)
                            }
                        }}
                    </span>
                    <Icon icon=Signal::derive(move || {
                        if store.queue_open.get() { icondata::LuChevronDown } else { icondata::LuChevronUp }
                    }) />
                </button>
            </section>
        </Show>
    }
}

fn words(job: &Job, locale: Locale) -> String {
    let words = job_progress(job, locale);
    match job.percent {
        Some(done) => format!("{words} · {}", percent(done.into(), locale)),
        None => words,
    }
}
