//! The grid before its content is there.

use crate::text::{i18n::td_string, use_i18n};
use leptos::prelude::*;

/// Cards in the shape of what comes.
#[component]
pub fn GridSkeleton(
    /// How many.
    #[prop(default = 12)]
    cards: usize,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="grid-skeleton" role="status" data-testid="skeleton">
            <span class="visually-hidden">{move || td_string!(i18n.get_locale(), discover.loading)}</span>
            {(0..cards)
                .map(|_| {
                    view! {
                        <div class="surface grid-card" aria-hidden="true">
                            <div class="skeleton skeleton-icon"></div>
                            <div class="grid-card-text">
                                <div class="skeleton skeleton-line w-2/3"></div>
                                <div class="skeleton skeleton-line"></div>
                            </div>
                            <div class="grid-card-foot">
                                <div class="skeleton skeleton-line w-16"></div>
                                <div class="skeleton skeleton-button"></div>
                            </div>
                        </div>
                    }
                })
                .collect_view()}
        </div>
    }
}
