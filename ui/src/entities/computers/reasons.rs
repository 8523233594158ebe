//! Why the computer gets a deployment, or does not.
use crate::{
    api::{Query, query},
    entities::attributes::chip,
    entity::value,
    failure,
    text::{self, t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::deployment::DeploymentReason;
use migasfree_ui_kit::{EmptyState, Icon, SkeletonLines, Tone, format};
use serde_json::Value;

/// On the computer's page.
pub fn tab(id: i64, _: Query<Value>) -> AnyView {
    view! { <ReasonsTab id /> }.into_any()
}

/// The tab.
#[component]
fn ReasonsTab(id: i64) -> impl IntoView {
    let answer =
        query::<Vec<DeploymentReason>>(move || Some(format!("computers/{id}/deployments/")));
    view! {
        <section class="surface">
            <p class="reasons-intro">{t!(reason.intro)}</p>
            {move || match (answer.value.get(), answer.error.get()) {
                (Some(reasons), Some(error)) if reasons.is_empty() => failure::place(&error, move || answer.refresh()),
                (Some(reasons), _) if reasons.is_empty() => {
                    view! { <EmptyState icon=icondata::LuRocket title=t!(reason.none) text=t!(reason.none_text) /> }.into_any()
                }
                (Some(mut reasons), _) => {
                    reasons.sort_by(|one, other| (!one.applies, &one.name).cmp(&(!other.applies, &other.name)));
                    view! { <ul class="reasons">{reasons.into_iter().map(line).collect_view()}</ul> }.into_any()
                }
                (None, Some(error)) => failure::place(&error, move || answer.refresh()),
                (None, None) => view! { <div class="card-pad"><SkeletonLines lines=6 /></div> }.into_any(),
            }}
        </section>
    }
}

fn line(reason: DeploymentReason) -> impl IntoView {
    let (icon, tone) = if reason.applies {
        (icondata::LuCircleCheck, Tone::Success)
    } else if reason.reason == "not_yet" {
        (icondata::LuHourglass, Tone::Info)
    } else {
        (icondata::LuCircleMinus, Tone::Neutral)
    };
    let words = words(&reason);
    let attribute = reason
        .attribute
        .map(|attribute| chip(&serde_json::to_value(attribute).unwrap_or_default()));
    view! {
        <li class="reason">
            <span class=format!("attention-icon {}", tone.class())><Icon icon /></span>
            <a class="name-link" href=format!("/deployments/{}", reason.id)>{value::line(&reason.name)}</a>
            <span class="reason-words">{words}" "{attribute}</span>
        </li>
    }
}

fn words(reason: &DeploymentReason) -> String {
    match reason.reason.as_str() {
        "included" => t!(reason.included).to_owned(),
        "excluded" => t!(reason.excluded).to_owned(),
        "not_included" => t!(reason.not_included).to_owned(),
        "disabled" => t!(reason.disabled).to_owned(),
        "domain" => t!(reason.domain).to_owned(),
        "not_yet" => {
            let opens = reason.opens.as_deref().unwrap_or_default();
            let day = format::parse_time(opens)
                .map_or_else(|| opens.to_owned(), |at| format::day(at, text::tag()));
            if day.is_empty() {
                t!(reason.not_yet).to_owned()
            } else {
                tf!(reason.opens, day = day)
            }
        }
        other => other.replace('_', " "),
    }
}
