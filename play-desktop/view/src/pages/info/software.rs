//! The packages of this computer, read when somebody asks for them.

use crate::{
    bridge,
    parts::CopyButton,
    text::{fault_details, filled, i18n::td_string, number, problem, use_i18n},
};
use leptos::{ev, prelude::*, task::spawn_local};
use migasfree_play_records::{Fault, Package};
use migasfree_ui_kit::{Card, SearchField, SkeletonLines, error_state::Details};
use std::sync::Arc;
use wasm_bindgen::JsCast;

type Read = Result<Arc<Vec<Package>>, Fault>;

/// The card.
#[component]
pub fn Software() -> impl IntoView {
    let i18n = use_i18n();
    let read = RwSignal::new(None::<Read>);
    let toggled = move |event: ev::Event| {
        let open = (event.target())
            .and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok())
            .is_some_and(|fold| fold.has_attribute("open"));
        if open {
            spawn_local(async move {
                let packages = bridge::software().await.map(Arc::new);
                // The page may have been left meanwhile.
                let _left = read.try_set(Some(packages));
            });
        }
    };
    view! {
        <Card title=move || td_string!(i18n.get_locale(), info.software)>
            <div class="card-body stack-small" data-testid="software">
                <p class="text-muted">{move || td_string!(i18n.get_locale(), info.software_text)}</p>
                <details class="fold" on:toggle=toggled>
                    <summary>{move || td_string!(i18n.get_locale(), info.software_show)}</summary>
                    {move || match read.get() {
                        None => view! { <SkeletonLines lines=4 /> }.into_any(),
                        Some(Ok(packages)) => view! { <Packages packages /> }.into_any(),
                        Some(Err(fault)) => view! { <Unknown fault /> }.into_any(),
                    }}
                </details>
            </div>
        </Card>
    }
}

#[component]
fn Unknown(fault: Fault) -> impl IntoView {
    let i18n = use_i18n();
    let code = fault.code.clone();
    view! {
        <p>{move || problem(&code, i18n.get_locale()).title}</p>
        <Details details=fault_details(&fault, i18n.get_locale_untracked()) />
    }
}

#[component]
fn Packages(packages: Arc<Vec<Package>>) -> impl IntoView {
    let i18n = use_i18n();
    let query = RwSignal::new(String::new());
    let all = packages.len();
    let found = Memo::new(move |_| {
        let wanted = query.with(|query| query.trim().to_lowercase());
        (packages.iter())
            .filter(|package| package.name.to_lowercase().contains(&wanted))
            .cloned()
            .collect::<Vec<_>>()
    });
    let count = move || {
        let locale = i18n.get_locale();
        let total = number(all, locale);
        match found.with(Vec::len) {
            shown if shown == all => filled!(locale, info.software_count, total = total),
            shown => {
                let count = number(shown, locale);
                filled!(locale, info.software_found, count = count, total = total)
            }
        }
    };
    let text = Signal::derive(move || {
        found.with(|found| {
            (found.iter())
                .map(|package| {
                    format!(
                        "{} {} {}\n",
                        package.name, package.version, package.architecture
                    )
                })
                .collect::<String>()
        })
    });
    view! {
        <div class="stack-small">
            <SearchField value=query label=move || td_string!(i18n.get_locale(), info.software_search) />
            <div class="card-line">
                <span class="text-muted" aria-live="polite" data-testid="software-count">{count}</span>
                <CopyButton text label=move || td_string!(i18n.get_locale(), job.copy) />
            </div>
            <ul class="package-list" tabindex="0" aria-label=move || td_string!(i18n.get_locale(), info.software)>
                <For
                    each=move || found.get()
                    key=|package| (package.name.clone(), package.architecture.clone())
                    let:package
                >
                    <li>
                        <code>{package.name}</code>
                        <span class="text-muted">{package.version}</span>
                    </li>
                </For>
            </ul>
        </div>
    }
}
