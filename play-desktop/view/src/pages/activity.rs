//! What happens and what happened, by day, with logs.

use crate::{
    parts::{JobRow, Segmented},
    state::use_store,
    text::{Locale, day_of, i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{Job, JobRole};
use migasfree_ui_kit::{EmptyState, PageTitle, SkeletonLines};

/// Which jobs are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    All,
    Apps,
    Syncs,
    Troubles,
}

impl Kind {
    fn admits(self, job: &Job) -> bool {
        match self {
            Self::All => true,
            Self::Apps => matches!(
                job.role,
                JobRole::Install | JobRole::Remove | JobRole::Upgrade
            ),
            Self::Syncs => job.role == JobRole::Sync,
            Self::Troubles => job.went_wrong(),
        }
    }
}

/// The page.
#[component]
pub fn Activity() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let kind = RwSignal::new(Kind::All);
    let groups = Memo::new(move |_| {
        let (kind, locale) = (kind.get(), i18n.get_locale());
        store.work.jobs.with(|jobs| {
            let jobs = (jobs.values().rev())
                .filter(|job| (!job.foreign || !job.is_over()) && kind.admits(job));
            by_day(jobs, locale)
        })
    });
    let choices = Signal::derive(move || {
        let locale = i18n.get_locale();
        vec![
            (
                Kind::All,
                td_string!(locale, activity.filter_all).to_owned(),
            ),
            (
                Kind::Apps,
                td_string!(locale, activity.filter_apps).to_owned(),
            ),
            (
                Kind::Syncs,
                td_string!(locale, activity.filter_sync).to_owned(),
            ),
            (
                Kind::Troubles,
                td_string!(locale, activity.filter_failed).to_owned(),
            ),
        ]
    });
    view! {
        <div class="page" data-testid="activity">
            <PageTitle
                title=move || td_string!(i18n.get_locale(), activity.title)
                subtitle=Signal::derive(move || Some(td_string!(i18n.get_locale(), activity.text).to_owned()))
            />
            <div class="activity-filter">
                <Segmented
                    name="activity-filter"
                    label=Signal::derive(move || td_string!(i18n.get_locale(), discover.state).to_owned())
                    choices
                    value=kind
                    on_choose=move |chosen| kind.set(chosen)
                />
            </div>
            <Show when=move || store.work.loaded.get() fallback=|| view! { <SkeletonLines lines=6 /> }>
                <Show when=move || !groups.with(Vec::is_empty) fallback=|| view! { <Empty /> }>
                    <For each=move || groups.get() key=Clone::clone let((day, ids))>
                        <section class="activity-day">
                            <h2>{day}</h2>
                            <div class="surface job-list">
                                <For each=move || ids.clone() key=Clone::clone let:id>
                                    <JobRow job=store.work.follow(id.clone()) id />
                                </For>
                            </div>
                        </section>
                    </For>
                </Show>
            </Show>
        </div>
    }
}

#[component]
fn Empty() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <EmptyState
            icon=icondata::LuHistory
            title=move || td_string!(i18n.get_locale(), activity.empty_title)
            text=Signal::derive(move || Some(td_string!(i18n.get_locale(), activity.empty_text).to_owned()))
        />
    }
}

/// Numbers of jobs under the name of their day, those at work first.
fn by_day<'a>(jobs: impl Iterator<Item = &'a Job>, locale: Locale) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let (now, past): (Vec<&Job>, Vec<&Job>) = jobs.partition(|job| !job.is_over());
    let named = now
        .into_iter()
        .rev()
        .map(|job| (td_string!(locale, activity.now).to_owned(), job))
        .chain(past.into_iter().map(|job| (day_name(job, locale), job)));
    for (day, job) in named {
        match groups.last_mut().filter(|(name, _)| *name == day) {
            Some((_, ids)) => ids.push(job.id.clone()),
            None => groups.push((day, vec![job.id.clone()])),
        }
    }
    groups
}

fn day_name(job: &Job, locale: Locale) -> String {
    match day_of(job.ended, locale) {
        (0, _) => td_string!(locale, activity.today).to_owned(),
        (1, _) => td_string!(locale, activity.yesterday).to_owned(),
        (_, name) => name,
    }
}
