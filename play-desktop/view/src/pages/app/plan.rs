//! What installing or removing would change, asked when the page opens and when the state changed.

use crate::{
    bridge,
    parts::PlanSummary,
    state::Status,
    text::{i18n::td_string, problem, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_types::play::{AppState, Fault, Plan};
use migasfree_ui_kit::{Card, SkeletonLines, error_state::Details};

/// The card.
#[component]
pub fn PlanCard(
    /// The application.
    id: u32,
    /// Whether it is on the computer; then it is about removing.
    installed: Memo<bool>,
    /// Its standing.
    status: Memo<Status>,
) -> impl IntoView {
    let i18n = use_i18n();
    let plan = RwSignal::new(None::<Result<Plan, Fault>>);
    let questions = StoredValue::new(0_u32);
    let asked = StoredValue::new("");
    let settled = Memo::new(move |_| match status.get() {
        Status::Still(info) => Some(info.state),
        Status::Working(_) | Status::Pressed => None,
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
        let role = if installed.get() { "remove" } else { "install" };
        let question = questions.get_value() + 1;
        questions.set_value(question);
        // What is known of the same question stays until the answer comes.
        if asked.get_value() != role {
            asked.set_value(role);
            plan.set(None);
        }
        spawn_local(async move {
            let answer = bridge::plan(role, id).await;
            // Meanwhile the page may have been left, or the state may have changed and asked again.
            if questions.try_get_value() == Some(question) {
                plan.set(Some(answer));
            }
        });
    });
    let title = move || {
        let locale = i18n.get_locale();
        if installed.get() {
            td_string!(locale, page.plan_remove)
        } else {
            td_string!(locale, page.plan_install)
        }
    };
    view! {
        <Show when=move || of_interest.get()>
            <Card title=title>
                <div class="card-body" aria-live="polite">
                    {move || match plan.get() {
                        None => view! { <SkeletonLines lines=3 /> }.into_any(),
                        Some(Ok(plan)) => {
                            view! { <PlanSummary plan installing=!installed.get_untracked() /> }.into_any()
                        }
                        Some(Err(fault)) => view! { <Failed fault /> }.into_any(),
                    }}
                </div>
            </Card>
        </Show>
    }
}

#[component]
fn Failed(fault: Fault) -> impl IntoView {
    let i18n = use_i18n();
    let code = fault.code.clone();
    view! {
        <p class="text-muted">
            {move || td_string!(i18n.get_locale(), page.plan_failed)} " "
            {move || problem(&code, i18n.get_locale()).text}
        </p>
        <Details details=format!("{}: {}", fault.code, fault.detail) />
    }
}
