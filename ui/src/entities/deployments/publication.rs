//! The publication of a deployment as it goes.
use crate::{
    api::{Query, events, gather, query, query_by, request},
    failure,
    object::fact,
    text::{number, said, t, tf},
};
use leptos::prelude::*;
use migasfree_types::{
    events::{Event, PublicationState},
    rest::deployment::Publication,
};
use migasfree_ui_kit::{
    Button, ButtonSize, Card, Notice, Progress, RelativeTime, Status, Tone, use_toasts,
};
use serde_json::json;

thread_local! {
    static WAITING: gather::Waiting = gather::Waiting::default();
}

fn address(id: i64) -> String {
    format!("deployments/{id}/publication/")
}

/// The last known state, kept fresh by events.
#[derive(Clone, Copy)]
pub struct LiveState(Query<Publication>);

impl LiveState {
    /// Follows a deployment.
    pub fn new(id: i64) -> Self {
        Self::following(id, query(move || Some(address(id))))
    }

    /// Follows a deployment of a list, whose rows ask together.
    pub fn in_list(id: i64) -> Self {
        let ask = move |_| gather::one_of_many(&WAITING, "deployments/publications/", id);
        Self::following(id, query_by(move || Some(address(id)), ask))
    }

    fn following(id: i64, publication: Query<Publication>) -> Self {
        events::on_event(move |event| {
            let Event::Publication {
                deployment,
                state,
                done,
                total,
                message,
                ..
            } = event
            else {
                return;
            };
            if deployment.id != id {
                return;
            }
            publication.value.update(|publication| {
                let known = publication.get_or_insert_default();
                known.state = state.as_str().to_owned();
                known.done = Some(done);
                known.total = Some(total);
                known.message = message.as_ref().map(|message| message.text.clone());
                known.said = message;
            });
            if matches!(
                state,
                PublicationState::Published | PublicationState::Failed
            ) {
                publication.refresh();
            }
        });
        Self(publication)
    }

    fn get(self) -> Option<Publication> {
        self.0.value.get()
    }
}

fn words(publication: &Publication) -> (Tone, String, bool) {
    match publication.state.as_str() {
        "published" => (Tone::Success, t!(deployment.published).to_owned(), false),
        "failed" => (
            Tone::Error,
            t!(deployment.publication_failed).to_owned(),
            false,
        ),
        "queued" => (
            Tone::Neutral,
            t!(deployment.publication_queued).to_owned(),
            true,
        ),
        "running" => {
            let words = match (publication.done, publication.total) {
                (Some(done), Some(total)) if total > 0 => tf!(
                    deployment.publishing_count,
                    done = number(done),
                    total = number(total)
                ),
                _ => t!(deployment.publishing).to_owned(),
            };
            (Tone::Info, words, true)
        }
        _ => (
            Tone::Neutral,
            t!(deployment.not_published).to_owned(),
            false,
        ),
    }
}

/// The state in a line.
#[component]
pub fn StateLine(state: LiveState) -> impl IntoView {
    let shown = Memo::new(move |_| state.get());
    let failed = state.0.failed();
    move || match (shown.get(), failed.get()) {
        (None, Some(error)) => failure::line(&error, move || state.0.refresh()),
        (None, None) => {
            view! { <span class="text-muted" aria-label=t!(common.loading)>"…"</span> }.into_any()
        }
        (Some(publication), _) => {
            let (tone, label, busy) = words(&publication);
            view! { <Status tone label busy /> }.into_any()
        }
    }
}

/// The state with its numbers.
#[component]
pub fn PublicationCard(id: i64) -> impl IntoView {
    let state = LiveState::new(id);
    let percent = Signal::derive(move || {
        let publication = state.get()?;
        #[expect(clippy::cast_precision_loss, reason = "a count of packages")]
        match (publication.done, publication.total) {
            (Some(done), Some(total)) if total > 0 => Some(done as f64 / total as f64 * 100.0),
            _ => None,
        }
    });
    let running = Memo::new(move |_| {
        state
            .get()
            .is_some_and(|publication| matches!(publication.state.as_str(), "running" | "queued"))
    });
    view! {
        <Card title=t!(deployment.publication)>
            <div class="card-pad stack-small">
                <StateLine state />
                <Show when=move || running.get()>
                    <Progress percent label=t!(deployment.publication) />
                </Show>
                {move || {
                    state
                        .get()
                        .map(|publication| {
                            // What is left out of a publication is named in its message.
                            let tone = match publication.state.as_str() {
                                "failed" => Tone::Error,
                                _ => Tone::Warning,
                            };
                            let is_over = ["failed", "published"].contains(&publication.state.as_str());
                            view! {
                                <dl class="facts facts-small">
                                    {publication.packages.map(|packages| fact(t!(package.plural), number(packages)))}
                                    {publication.finished_at.clone().map(|at| fact(t!(deployment.finished), view! { <RelativeTime at /> }))}
                                </dl>
                                {publication
                                    .said
                                    .as_ref()
                                    .map(said)
                                    .or(publication.message)
                                    .filter(|message| is_over && !message.is_empty())
                                    .map(|message| view! { <Notice tone>{message}</Notice> })}
                            }
                        })
                }}
            </div>
        </Card>
    }
}

/// Publishes again.
#[component]
pub fn PublishButton(id: i64) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let publish = move |_| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = request::post(
                &format!("deployments/internal-sources/{id}/metadata/"),
                &json!({}),
            )
            .await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => toasts.info(t!(deployment.publication_asked)),
                Err(error) => toasts.error(error.line()),
            }
        });
    };
    view! {
        <Button size=ButtonSize::Small icon=icondata::LuRotateCw busy on_press=publish>{t!(deployment.publish_again)}</Button>
    }
}
