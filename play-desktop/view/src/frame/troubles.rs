//! What could not be done, what it means and what to do, until it is dismissed.

use crate::{
    state::{Trouble, use_actions},
    text::{i18n::td_string, use_i18n},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Icon, error_state::Details};

/// The problems, above everything else.
#[component]
pub fn Troubles() -> impl IntoView {
    let actions = use_actions();
    view! {
        <div class="toast-area troubles">
            <For each=move || actions.troubles.get() key=|trouble| trouble.number let:trouble>
                <TroubleCard trouble />
            </For>
        </div>
    }
}

#[component]
fn TroubleCard(trouble: Trouble) -> impl IntoView {
    let i18n = use_i18n();
    let actions = use_actions();
    let number = trouble.number;
    let reasons: Vec<_> = (trouble.reasons.into_iter())
        .map(|reason| view! { <p data-testid="trouble-reason">{reason}</p> })
        .collect();
    view! {
        <div class="toast-card tone-error trouble" role="alert" data-testid="trouble">
            <Icon icon=icondata::LuCircleAlert />
            <div class="toast-text">
                {(!trouble.about.is_empty())
                    .then(|| view! { <p class="trouble-about">{trouble.about.clone()}</p> })}
                <p class="trouble-title">{trouble.words.title}</p>
                {reasons}
                <p class="text-muted">{trouble.words.text}</p>
                <Details details=trouble.detail.clone() />
            </div>
            <button
                type="button"
                class="chip-remove"
                aria-label=move || td_string!(i18n.get_locale(), problem.dismiss)
                on:click=move |_| actions.dismiss(number)
            >
                <Icon icon=icondata::LuX />
            </button>
        </div>
    }
}
