//! What became of a deployment on the computers it is aimed at.
use crate::{
    api::{events, query},
    failure,
    object::fact,
    text::{number, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Card, Progress, SkeletonLines};
use serde_json::Value;
use std::time::Duration;

/// The card; follows the synchronisations, at most every few seconds.
#[component]
pub fn ResultsCard(id: i64) -> impl IntoView {
    let timeline = query::<Value>(move || Some(format!("stats/deployments/{id}/timeline/")));
    let waiting = StoredValue::new(false);
    events::on_event(move |event| {
        if event.synchronized().is_none() || waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                if waiting.try_set_value(false).is_none() {
                    timeline.refresh();
                }
            },
            Duration::from_secs(5),
        );
    });
    let count = move |name: &str| {
        timeline.value.with(|timeline| {
            let timeline = timeline.as_ref()?;
            timeline.pointer(&format!("/computers/{name}"))?.as_u64()
        })
    };
    view! {
        <Card title=t!(deployment.results)>
            <div class="card-pad stack-small">
                {move || match (count("assigned"), count("ok"), count("error")) {
                    (Some(assigned), Some(ok), Some(error)) => figures(id, assigned, ok, error),
                    _ => match timeline.error.get() {
                        Some(error) => failure::line(&error, move || timeline.refresh()),
                        None => view! { <SkeletonLines lines=3 /> }.into_any(),
                    },
                }}
            </div>
        </Card>
    }
}

fn figures(id: i64, assigned: u64, ok: u64, error: u64) -> AnyView {
    if ok + error == 0 {
        return view! { <p class="text-muted">{t!(deployment.results_none)}</p> }.into_any();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of computers")]
    let percent = (ok + error) as f64 / assigned.max(ok + error) as f64 * 100.0;
    let failed = if error == 0 {
        number(error).into_any()
    } else {
        view! { <a href=format!("/computers?failed_deployment={id}")>{number(error)}</a> }
            .into_any()
    };
    view! {
        <Progress percent=Signal::stored(Some(percent)) label=t!(deployment.results) />
        <dl class="facts facts-small tabular">
            {fact(t!(deployment.assigned), number(assigned))}
            {fact(t!(deployment.results_ok), number(ok))}
            {fact(t!(deployment.results_failed), failed)}
        </dl>
    }
    .into_any()
}
