//! Facts in a strip: version, download, space, licence, category, last update.

use crate::{
    state::{Store, use_store},
    text::{Locale, bytes, day_of, i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{App, AppDetails, AppState, JobResult, JobRole};

/// The strip.
#[component]
pub fn Facts(
    /// The application.
    app: App,
    /// Its details, once they are there.
    details: RwSignal<Option<AppDetails>>,
) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let category = StoredValue::new(app.category_name);
    let changed = Memo::new(move |_| changed_at(&store, app.id));
    let facts = move || {
        let locale = i18n.get_locale();
        let category = category.get_value();
        details.with(|details| list(details.as_ref(), category, changed.get(), locale))
    };
    view! {
        <dl class="surface facts" data-testid="facts">
            {move || {
                facts()
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <div class="fact">
                                <dt>{name}</dt>
                                <dd>
                                    {match value {
                                        Some(value) => value.into_any(),
                                        None => {
                                            view! { <span class="skeleton skeleton-line fact-wait" aria-hidden="true"></span> }
                                                .into_any()
                                        }
                                    }}
                                </dd>
                            </div>
                        }
                    })
                    .collect_view()
            }}
        </dl>
    }
}

/// Names and values; a value is `None` while it is not read yet.
fn list(
    details: Option<&AppDetails>,
    category: String,
    changed: i64,
    locale: Locale,
) -> [(&'static str, Option<String>); 6] {
    let unknown = || td_string!(locale, page.unknown).to_owned();
    let or_unknown = |text: &str| match text {
        "" => unknown(),
        text => text.to_owned(),
    };
    let size = |size: Option<u64>| size.map_or_else(unknown, |size| bytes(size, locale));
    let download = |details: &AppDetails| {
        if details.app.state.installed {
            td_string!(locale, page.installed_already).to_owned()
        } else {
            size(details.download_size)
        }
    };
    let (since, moment) = since(details, changed, locale);
    [
        (
            td_string!(locale, page.version),
            details.map(|details| or_unknown(&version(details))),
        ),
        (td_string!(locale, page.download), details.map(download)),
        (
            td_string!(locale, page.space),
            details.map(|details| size(details.installed_size)),
        ),
        (
            td_string!(locale, page.licence),
            details.map(|details| or_unknown(&details.licence)),
        ),
        (
            td_string!(locale, page.category),
            Some(or_unknown(&category)),
        ),
        (
            since,
            details.map(|_| match moment {
                0 => unknown(),
                moment => day_of(moment, locale).1,
            }),
        ),
    ]
}

/// The installed version, the one on offer, or both where they differ.
fn version(details: &AppDetails) -> String {
    match (
        details.installed_version.as_str(),
        details.candidate_version.as_str(),
    ) {
        ("", version) | (version, "") => version.to_owned(),
        (installed, offered) if details.app.state.state == AppState::UpdateAvailable => {
            format!("{installed} → {offered}")
        }
        (installed, _) => installed.to_owned(),
    }
}

/// When it was changed here last, or since when it is on offer.
fn since(details: Option<&AppDetails>, changed: i64, locale: Locale) -> (&'static str, i64) {
    let installed = details.is_some_and(|details| details.app.state.installed);
    if installed && changed > 0 {
        (td_string!(locale, page.last_update), changed)
    } else {
        let since = details.map_or(0, |details| details.created_at);
        (td_string!(locale, page.offered_since), since)
    }
}

/// When a job of this computer last put a version of it here; 0 when none is known.
fn changed_at(store: &Store, app: u32) -> i64 {
    store.work.jobs.with(|jobs| {
        (jobs.values())
            .filter(|job| job.result == Some(JobResult::Success) && job.apps.contains(&app))
            .filter(|job| matches!(job.role, JobRole::Install | JobRole::Upgrade))
            .map(|job| job.ended)
            .max()
            .unwrap_or(0)
    })
}
