//! What is installed, and what came and went.
use crate::{
    api::{Query, query},
    entity::value,
    failure,
    list::unfound,
    text::{number, plural, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonSize, Card, EmptyState, RelativeTime, SearchField, SkeletonLines, clipboard,
    use_toasts,
};
use serde_json::Value;

/// How many names are drawn before somebody asks for all.
const FIRST: usize = 200;
/// The newest change is unfolded when it has no more lines than this.
const OPEN: usize = 40;

/// On the computer's page.
pub fn tab(id: i64, _: Query<Value>) -> AnyView {
    view! { <SoftwareTab id /> }.into_any()
}

/// The tab.
#[component]
fn SoftwareTab(id: i64) -> impl IntoView {
    view! {
        <div class="object-columns">
            <Installed id />
            <Changes id />
        </div>
    }
}

#[component]
fn Installed(id: i64) -> impl IntoView {
    let toasts = use_toasts();
    let inventory =
        query::<Vec<Value>>(move || Some(format!("computers/{id}/software/inventory/")));
    let typed = RwSignal::new(String::new());
    let all = RwSignal::new(false);
    let names = Memo::new(move |_| {
        let words = typed.get().trim().to_lowercase();
        inventory.value.with(|rows| {
            rows.as_ref().map(|rows| {
                let names = rows
                    .iter()
                    .map(|row| value::text_of(row, &["name", "fullname"]));
                names
                    .filter(|name| name.to_lowercase().contains(&words))
                    .collect::<Vec<_>>()
            })
        })
    });
    let copy = move |_| {
        clipboard::copy(&names.get_untracked().unwrap_or_default().join("\n"));
        toasts.info(t!(computer.list_copied));
    };
    let count = move || names.with(|names| names.as_ref().map_or(0, Vec::len));
    view! {
        <section class="surface list">
            <div class="list-tools">
                <SearchField value=typed label=t!(computer.search_software) />
                <span class="text-muted tabular" aria-live="polite">
                    {move || names.with(Option::is_some).then(|| plural(count() as u64, t!(computer.packages_one), t!(computer.packages)))}
                </span>
                <span class="list-spring"></span>
                <Button size=ButtonSize::Small icon=icondata::LuCopy on_press=copy>{t!(user.copy)}</Button>
            </div>
            {move || match (names.get(), inventory.error.get()) {
                (Some(names), _) if names.is_empty() && typed.with(|typed| !typed.trim().is_empty()) => {
                    unfound(typed.get().trim(), move || typed.set(String::new()))
                }
                (Some(names), Some(error)) if names.is_empty() => failure::place(&error, move || inventory.refresh()),
                (Some(names), _) if names.is_empty() => {
                    view! { <EmptyState icon=icondata::LuPackage title=t!(computer.no_software) text=t!(computer.no_software_text) /> }.into_any()
                }
                (Some(names), _) => {
                    let shown = if all.get() { names.len() } else { FIRST };
                    let hidden = names.len().saturating_sub(shown);
                    view! {
                        <ul class="name-list mono">{names.into_iter().take(shown).map(|name| view! { <li>{name}</li> }).collect_view()}</ul>
                        {(hidden > 0)
                            .then(|| {
                                view! {
                                    <footer class="list-foot">
                                        <Button size=ButtonSize::Small on_press=move |_| all.set(true)>
                                            {format!("{} (+{})", t!(common.show_all), number(hidden as u64))}
                                        </Button>
                                    </footer>
                                }
                            })}
                    }
                    .into_any()
                }
                (None, Some(error)) => failure::place(&error, move || inventory.refresh()),
                (None, None) => view! { <div class="card-pad"><SkeletonLines lines=10 /></div> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Changes(id: i64) -> impl IntoView {
    let history = query::<Value>(move || Some(format!("computers/{id}/software/history/")));
    let days = move || {
        history.value.with(|history| {
            let mut days: Vec<(String, Vec<Value>)> = history
                .as_ref()?
                .as_object()?
                .iter()
                .map(|(at, rows)| (at.clone(), rows.as_array().cloned().unwrap_or_default()))
                .collect();
            days.sort_by(|one, other| other.0.cmp(&one.0));
            Some(days)
        })
    };
    view! {
        <Card title=t!(computer.software_history) class="timeline-card">
            {move || match (days(), history.error.get()) {
                (Some(days), Some(error)) if days.is_empty() => failure::place(&error, move || history.refresh()),
                (Some(days), _) if days.is_empty() => view! { <p class="chart-empty">{t!(computer.no_changes)}</p> }.into_any(),
                (Some(days), _) => days.into_iter().enumerate().map(|(index, (at, rows))| change(&at, &rows, index == 0 && rows.len() <= OPEN)).collect_view().into_any(),
                (None, Some(error)) => failure::line(&error, move || history.refresh()),
                (None, None) => view! { <div class="card-pad"><SkeletonLines lines=6 /></div> }.into_any(),
            }}
        </Card>
    }
}

fn change(at: &str, rows: &[Value], open: bool) -> impl IntoView + use<> {
    let at = if at.ends_with('Z') || at.contains('+') {
        at.to_owned()
    } else {
        format!("{at}Z")
    };
    let count = |mode: &str| {
        rows.iter()
            .filter(|row| value::text(row, "mode") == mode)
            .count()
    };
    let (added, removed) = (count("+"), count("-"));
    let lines = rows
        .iter()
        .map(|row| {
            let removed = value::text(row, "mode") == "-";
            let sign = if removed { "−" } else { "+" };
            view! { <li class=if removed { "went" } else { "came" }><span>{sign}</span>{value::text_of(row, &["name", "fullname"])}</li> }
        })
        .collect_view();
    view! {
        <details class="software-day" open=open>
            <summary>
                <RelativeTime at />
                <span class="text-muted tabular">{format!("+{added} −{removed}")}</span>
            </summary>
            <ul class="mono">{lines}</ul>
        </details>
    }
}
