//! What installing, updating or removing would change, asked when the page opens and when the state changed.

use crate::{
    bridge,
    parts::{PlanFailed, PlanSummary},
    state::Status,
    text::{i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{AppState, Fault, Plan};
use migasfree_ui_kit::{Card, SkeletonLines};

/// What the plan is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Change {
    #[default]
    Install,
    Update,
    Remove,
}

impl Change {
    /// What is done next to an application in this state.
    fn of(state: AppState) -> Self {
        match state {
            AppState::UpdateAvailable => Self::Update,
            AppState::Installed => Self::Remove,
            _ => Self::Install,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Update => "update",
            Self::Remove => "remove",
        }
    }
}

/// The card.
#[component]
pub fn PlanCard(
    /// The application.
    id: u32,
    /// Its standing.
    status: Memo<Status>,
) -> impl IntoView {
    let i18n = use_i18n();
    let plan = RwSignal::new(None::<Result<Plan, Fault>>);
    let questions = StoredValue::new(0_u32);
    let asked = StoredValue::new(None);
    let settled = Memo::new(move |_| match status.get() {
        Status::Still(info) => Some(info.state),
        Status::Working(_) | Status::Pressed => None,
    });
    // While work goes on, what it does stays.
    let change = Memo::new(move |before: Option<&Change>| match settled.get() {
        Some(state) => Change::of(state),
        None => before.copied().unwrap_or_default(),
    });
    let of_interest = Memo::new(move |_| {
        !matches!(
            settled.get(),
            Some(AppState::Information | AppState::Required | AppState::NotAvailable)
        )
    });
    Effect::new(move || {
        if settled.get().is_none() || !of_interest.get() {
            return;
        }
        let change = change.get();
        let question = questions.get_value() + 1;
        questions.set_value(question);
        // What is known of the same question stays until the answer comes.
        if asked.get_value() != Some(change) {
            asked.set_value(Some(change));
            plan.set(None);
        }
        spawn_local(async move {
            let answer = bridge::plan(change.word(), id).await;
            // Meanwhile the page may have been left, or the state may have changed and asked again.
            if questions.try_get_value() == Some(question) {
                plan.set(Some(answer));
            }
        });
    });
    let title = move || {
        let locale = i18n.get_locale();
        match change.get() {
            Change::Install => td_string!(locale, page.plan_install),
            Change::Update => td_string!(locale, page.plan_update),
            Change::Remove => td_string!(locale, page.plan_remove),
        }
    };
    view! {
        <Show when=move || of_interest.get()>
            <Card title=title>
                <div class="card-body" aria-live="polite">
                    {move || match plan.get() {
                        None => view! { <SkeletonLines lines=3 /> }.into_any(),
                        Some(Ok(plan)) => {
                            let installing = change.get_untracked() != Change::Remove;
                            view! { <PlanSummary plan installing /> }.into_any()
                        }
                        Some(Err(fault)) => view! { <PlanFailed fault /> }.into_any(),
                    }}
                </div>
            </Card>
        </Show>
    }
}
