//! A card of the grid: icon, name, one line, why it is in its state, and its button.

use super::{AppButton, AppPicture};
use crate::{
    state::{Page, Status, status_of, use_store},
    text::{filled, hint, i18n::td_string, job_progress_short, use_i18n},
};
use leptos::prelude::*;
use migasfree_play_records::{App, JobState};

/// The card.
#[component]
pub fn GridCard(
    /// The application.
    app: App,
    /// Larger, for the recommended ones.
    #[prop(optional)]
    featured: bool,
    /// Whether Tab reaches it.
    #[prop(default = true.into(), into)]
    tab_stop: Signal<bool>,
) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let status = status_of(app.id);
    let id = app.id;
    let name = app.name.clone();
    let spoken = {
        let name = app.name.clone();
        move || filled!(i18n.get_locale(), discover.open_app, name = name.clone())
    };
    let size = if featured { 64 } else { 48 };
    view! {
        <article
            class="surface grid-card"
            class:grid-card-featured=featured
            data-testid="app-card"
            data-app=id.to_string()
        >
            <AppPicture app=app.clone() size />
            <div class="grid-card-text">
                <h3>
                    <button
                        type="button"
                        class="grid-card-name"
                        tabindex=move || (!tab_stop.get()).then_some("-1")
                        aria-description=spoken
                        on:click=move |_| store.navigation.go(Page::App(id))
                    >
                        {name}
                    </button>
                </h3>
                <p title=app.summary.clone()>{app.summary.clone()}</p>
            </div>
            <div class="grid-card-foot">
                <CardHint app=app.clone() status />
                <AppButton app status tab_stop />
            </div>
        </article>
    }
}

/// The small line beside the button: progress, the reason of the state, or the category.
#[component]
pub fn CardHint(
    /// The application.
    app: App,
    /// Its standing.
    status: Memo<Status>,
) -> impl IntoView {
    let i18n = use_i18n();
    let text = Memo::new(move |_| {
        let locale = i18n.get_locale();
        status.with(|status| match status {
            Status::Pressed => td_string!(locale, stage.preparing).to_string(),
            Status::Working(job) if job.state == JobState::Queued => match job.position {
                0 => td_string!(locale, hint.queued).to_string(),
                1 => td_string!(locale, hint.queued_single).to_string(),
                count => filled!(locale, hint.queued_many, count = count),
            },
            Status::Working(job) => job_progress_short(job, locale),
            Status::Still(info) => {
                let reason = hint(info, locale);
                if reason.is_empty() {
                    app.category_name.clone()
                } else {
                    reason
                }
            }
        })
    });
    view! { <p class="card-hint" title=text data-testid="card-hint">{text}</p> }
}
