//! Facts in a strip: version, download, space, licence, category.

use crate::text::{Locale, bytes, i18n::td_string, use_i18n};
use leptos::prelude::*;
use migasfree_types::play::{App, AppDetails};

/// The strip.
#[component]
pub fn Facts(
    /// The application.
    app: App,
    /// Its details, once they are there.
    details: RwSignal<Option<AppDetails>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let app = StoredValue::new(app);
    let facts = move || {
        let locale = i18n.get_locale();
        let category = app.with_value(|app| app.category_name.clone());
        details.with(|details| list(details.as_ref(), category, locale))
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
    locale: Locale,
) -> [(&'static str, Option<String>); 5] {
    let unknown = || td_string!(locale, page.unknown).to_owned();
    let or_unknown = |text: &String| {
        if text.is_empty() {
            unknown()
        } else {
            text.clone()
        }
    };
    let size = |size: Option<u64>| size.map_or_else(unknown, |size| bytes(size, locale));
    let version = details.map(|details| {
        let shown = [&details.installed_version, &details.candidate_version];
        (shown.into_iter().find(|version| !version.is_empty()))
            .cloned()
            .unwrap_or_else(unknown)
    });
    let download = details.map(|details| {
        if details.app.state.installed {
            td_string!(locale, page.installed_already).to_owned()
        } else {
            size(details.download_size)
        }
    });
    [
        (td_string!(locale, page.version), version),
        (td_string!(locale, page.download), download),
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
    ]
}
