//! What happened to an application on this computer.

use crate::{
    parts::TimeText,
    state::use_store,
    text::{Locale, i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{Job, JobResult, JobRole};
use migasfree_ui_kit::{Card, Icon, badge::Tone};

/// Entries shown.
const SHOWN: usize = 6;

/// The card.
#[component]
pub fn History(
    /// The application.
    id: u32,
) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let jobs = Memo::new(move |_| {
        store.work.jobs.with(|jobs| {
            (jobs.values().rev())
                .filter(|job| job.is_over() && job.apps.contains(&id))
                .take(SHOWN)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    view! {
        <Card title=move || td_string!(i18n.get_locale(), page.history)>
            <div class="card-body" data-testid="history">
                <Show
                    when=move || !jobs.with(Vec::is_empty)
                    fallback=move || {
                        view! { <p class="text-muted">{move || td_string!(i18n.get_locale(), page.history_empty)}</p> }
                    }
                >
                    <ol class="history">
                        <For each=move || jobs.get() key=|job| job.id.clone() let:job>
                            <Entry job />
                        </For>
                    </ol>
                </Show>
            </div>
        </Card>
    }
}

#[component]
fn Entry(job: Job) -> impl IntoView {
    let i18n = use_i18n();
    let tone = match job.result {
        Some(JobResult::Success) => Tone::Success,
        Some(JobResult::Failed | JobResult::Unknown) => Tone::Error,
        Some(JobResult::Partial | JobResult::Refused) => Tone::Warning,
        Some(JobResult::Cancelled) | None => Tone::Neutral,
    };
    let ended = job.ended;
    view! {
        <li class=tone.class()>
            <Icon icon=tone.icon() />
            <span>{move || words(&job, i18n.get_locale())}</span>
            <span class="text-muted"><TimeText at=ended /></span>
        </li>
    }
}

fn words(job: &Job, locale: Locale) -> &'static str {
    match (job.result, job.role) {
        (Some(JobResult::Cancelled), _) => td_string!(locale, page.history_cancelled),
        (Some(JobResult::Refused), _) => td_string!(locale, page.history_refused),
        (Some(JobResult::Success), JobRole::Remove) => td_string!(locale, page.history_remove),
        (Some(JobResult::Success), JobRole::Upgrade) => td_string!(locale, page.history_upgrade),
        (Some(JobResult::Success), _) => td_string!(locale, page.history_install),
        (_, JobRole::Remove) => td_string!(locale, page.history_remove_failed),
        _ => td_string!(locale, page.history_failed),
    }
}
