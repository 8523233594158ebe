//! What needs attention, as a list that can be worked off.
use crate::{
    address,
    api::Query,
    entities::{
        self, APPLICATION_REQUESTS, CERTIFICATES, COMPUTER_KEYS, COMPUTERS, DEPLOYMENTS, ERRORS,
        FAULTS, PACKAGES, SYNCHRONIZATIONS,
    },
    entity::{Entity, value},
    failure,
    text::{plural, t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::overview::{Attention, Overview};
use migasfree_ui_kit::{Card, EmptyState, Icon, SkeletonLines, Tone};

/// The list.
#[component]
pub fn AttentionList(overview: Query<Overview>) -> impl IntoView {
    let data = overview.value;
    view! {
        <Card title=t!(overview.attention) class="attention">
            {move || match data.get() {
                None => match overview.error.get() {
                    Some(error) => failure::place(&error, move || overview.refresh()),
                    None => view! { <div class="card-pad"><SkeletonLines lines=4 /></div> }.into_any(),
                },
                Some(data) if data.attention.is_empty() => match overview.error.get() {
                    Some(error) => failure::place(&error, move || overview.refresh()),
                    None => nothing(),
                },
                Some(data) => {
                    view! {
                        <ul class="attention-list">{data.attention.into_iter().map(item).collect_view()}</ul>
                        {unseen().map(|text| view! { <p class="text-muted card-pad">{text}</p> })}
                    }
                    .into_any()
                }
            }}
        </Card>
    }
}

/// What is looked at for things that need attention.
static WATCHED: [&Entity; 9] = [
    &COMPUTERS,
    &COMPUTER_KEYS,
    &CERTIFICATES,
    &SYNCHRONIZATIONS,
    &ERRORS,
    &FAULTS,
    &DEPLOYMENTS,
    &PACKAGES,
    &APPLICATION_REQUESTS,
];

fn hidden() -> Vec<&'static str> {
    let hidden = WATCHED.iter().filter(|entity| !entity.may("view"));
    hidden.map(|entity| entity.plural.text()).collect()
}

/// What was not looked at, because the person may not see it.
fn unseen() -> Option<String> {
    let hidden = hidden();
    (!hidden.is_empty()).then(|| tf!(overview.not_looked_at, things = hidden.join(", ")))
}

/// All is well only as far as one sees.
fn nothing() -> AnyView {
    match unseen() {
        None => {
            view! { <EmptyState icon=icondata::LuPartyPopper title=t!(overview.all_well) text=t!(overview.all_well_text) /> }.into_any()
        }
        Some(text) if hidden().len() == WATCHED.len() => {
            view! { <EmptyState icon=icondata::LuLock title=t!(overview.not_known) text /> }.into_any()
        }
        Some(text) => {
            view! { <EmptyState icon=icondata::LuEye title=t!(overview.nothing_seen) text /> }.into_any()
        }
    }
}

fn item(attention: Attention) -> impl IntoView {
    let tone = match attention.level.as_str() {
        "critical" => Tone::Error,
        "warning" => Tone::Warning,
        _ => Tone::Info,
    };
    let words = words(&attention);
    let names: Vec<String> = attention
        .examples
        .iter()
        .take(3)
        .map(|one| value::line(&one.name))
        .collect();
    let query = address::Query(attention.query.into_iter().collect()).text();
    let href =
        entities::by_model(&attention.entity).map(|entity| format!("{}{query}", entity.href()));
    let inner = view! {
        <span class=format!("attention-icon {}", tone.class())><Icon icon=tone.icon() /></span>
        <span class="attention-text">
            <span>{words}</span>
            <span class="text-muted">{names.join(", ")}</span>
        </span>
    };
    match href {
        Some(href) => view! { <li><a class="attention-item" href=href>{inner}<Icon icon=icondata::LuChevronRight /></a></li> }.into_any(),
        None => view! { <li><span class="attention-item">{inner}</span></li> }.into_any(),
    }
}

fn words(attention: &Attention) -> String {
    let (one, many) = match attention.code.as_str() {
        "publication_failed" => (
            t!(attention.publication_failed_one),
            t!(attention.publication_failed),
        ),
        "synchronization_failed" => (
            t!(attention.synchronization_failed_one),
            t!(attention.synchronization_failed),
        ),
        "errors" => (t!(attention.errors_one), t!(attention.errors)),
        "faults" => (t!(attention.faults_one), t!(attention.faults)),
        "application_requests" => (t!(attention.requests_one), t!(attention.requests)),
        "silent_computers" => (t!(attention.silent_one), t!(attention.silent)),
        "orphan_packages" => (t!(attention.orphan_one), t!(attention.orphan)),
        "contested_keys" => (t!(attention.contested_one), t!(attention.contested)),
        "pending_keys" => (t!(attention.pending_keys_one), t!(attention.pending_keys)),
        "certificates" => (t!(attention.certificates_one), t!(attention.certificates)),
        "no_room" => (t!(attention.no_room), t!(attention.no_room)),
        "finished_schedules" => (t!(attention.finished_one), t!(attention.finished)),
        _ => (t!(attention.other_one), t!(attention.other)),
    };
    plural(attention.count, one, many)
}
