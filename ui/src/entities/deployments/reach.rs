//! The effect of a deployment before it is saved: how many computers, and when.
use crate::{
    api::{ApiError, request},
    form::FormState,
    text::{self, number, plural, t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::deployment::{DayReach, DeploymentPreview, DeploymentPreviewRequest};
use migasfree_ui_kit::{
    Card, Later, SkeletonLines,
    chart::{LineChart, Series},
    format,
};
use std::time::Duration;

/// The card; asks the server again shortly after the form changed.
#[component]
pub fn Reach(form: FormState) -> impl IntoView {
    // With whether it is one of a schedule: the form may have another one by now.
    let preview = RwSignal::new(None::<(Result<DeploymentPreview, ApiError>, bool)>);
    let busy = RwSignal::new(false);
    let pending = Later::new();
    let newest = StoredValue::new(0_u32);
    let wanted = Memo::new(move |_| DeploymentPreviewRequest {
        project: form.chosen_id("project"),
        domain: form.chosen_id("domain"),
        included_attributes: form.chosen_ids("included_attributes"),
        excluded_attributes: form.chosen_ids("excluded_attributes"),
        schedule: form.chosen_id("schedule"),
        start_date: form.text("start_date"),
    });
    Effect::new(move || {
        let wanted = wanted.get();
        let number = newest.get_value().wrapping_add(1);
        newest.set_value(number);
        pending.cancel();
        if wanted.project.is_none() {
            preview.set(None);
            return;
        }
        busy.set(true);
        let scheduled = wanted.schedule.is_some();
        let ask = move || {
            leptos::task::spawn_local(async move {
                let body = serde_json::to_value(&wanted).unwrap_or_default();
                let answer = request::post("deployments/preview/", &body).await;
                let answer = answer.and_then(|value| request::typed("deployments/preview/", value));
                if newest.try_get_value() == Some(number) {
                    preview.set(Some((answer, scheduled)));
                    busy.set(false);
                }
            });
        };
        pending.run(Duration::from_millis(250), ask);
    });
    view! {
        <Card title=t!(reach.title)>
            <div class="card-pad reach" class:reach-busy=busy aria-live="polite">
                {move || match preview.get() {
                    None if form.chosen_id("project").is_some() => view! { <SkeletonLines lines=2 /> }.into_any(),
                    None if form.read_only => view! { <p class="text-muted">{t!(reach.unknown)}</p> }.into_any(),
                    None => view! { <p class="text-muted">{t!(reach.choose_project)}</p> }.into_any(),
                    Some((Err(error), _)) => view! { <p class="text-muted">{error.line()}</p> }.into_any(),
                    Some((Ok(preview), scheduled)) => figures(&preview, scheduled, form.read_only),
                }}
            </div>
        </Card>
    }
}

fn figures(preview: &DeploymentPreview, scheduled: bool, read_only: bool) -> AnyView {
    let now = preview.computers_now;
    let later = last_growth(&preview.by_day)
        .filter(|_| preview.computers_total > now)
        .map(|day| {
            tf!(
                reach.later,
                count = number(preview.computers_total),
                day = day_text(&day.date)
            )
        });
    let idle = scheduled
        && preview.computers_total > 0
        && preview.computers_included == preview.computers_total;
    let days = preview.by_day.clone();
    let has_chart = scheduled && days.len() > 1;
    view! {
        <p class="reach-number">{number(now)}</p>
        <p>{plural(now, t!(reach.now_one), t!(reach.now))}</p>
        {later.map(|words| view! { <p class="reach-later">{words}</p> })}
        {idle.then(|| view! { <p class="text-muted">{t!(reach.schedule_idle)}</p> })}
        {(preview.computers_total == 0 && !read_only).then(|| view! { <p class="text-muted">{t!(reach.nobody)}</p> })}
        {has_chart.then(|| view! { <DaysChart days /> })}
    }
    .into_any()
}

#[component]
fn DaysChart(days: Vec<DayReach>) -> impl IntoView {
    let labels: Vec<String> = days
        .iter()
        .map(|day| {
            format::parse_time(&day.date)
                .map_or_else(|| day.date.clone(), |at| format::short_day(at, text::tag()))
        })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "counts of computers")]
    let series = vec![Series {
        label: t!(computer.plural).to_owned(),
        values: days.iter().map(|day| day.computers as f64).collect(),
    }];
    let summary = days
        .iter()
        .map(|day| format!("{}: {}", day.date, day.computers))
        .collect::<Vec<_>>()
        .join(", ");
    view! {
        <div class="reach-chart">
            <LineChart series labels format=Callback::new(|value: f64| format::decimal(value, 0, text::tag())) summary />
        </div>
    }
}

/// The day on which the last computers come.
fn last_growth(days: &[DayReach]) -> Option<&DayReach> {
    let most = days.iter().map(|day| day.computers).max()?;
    days.iter().find(|day| day.computers == most)
}

/// A weekday within the next days, else the date.
fn day_text(date: &str) -> String {
    format::parse_time(date).map_or_else(
        || date.to_owned(),
        |at| format::near_day(at, js_sys::Date::now(), text::tag()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_growth_is_the_first_day_with_everybody() {
        let day = |date: &str, computers| DayReach {
            date: date.to_owned(),
            computers,
        };
        let days = [day("1", 5), day("2", 9), day("3", 9)];
        assert_eq!(last_growth(&days).map(|day| day.date.as_str()), Some("2"));
        assert_eq!(last_growth(&[]), None);
    }
}
