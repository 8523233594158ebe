//! Shapes of what comes.
use leptos::prelude::*;

/// Lines of a text.
#[component]
pub fn SkeletonLines(#[prop(default = 3)] lines: usize) -> impl IntoView {
    view! {
        <div class="skeleton-lines" aria-hidden="true">
            {(0..lines).map(|_| view! { <div class="skeleton skeleton-line"></div> }).collect_view()}
        </div>
    }
}

/// Rows of a table.
#[component]
pub fn SkeletonRows(
    #[prop(default = 8)] rows: usize,
    #[prop(default = 4)] columns: usize,
) -> impl IntoView {
    (0..rows)
        .map(|_| {
            view! {
                <tr aria-hidden="true">
                    {(0..columns)
                        .map(|_| view! { <td><div class="skeleton skeleton-line"></div></td> })
                        .collect_view()}
                </tr>
            }
        })
        .collect_view()
}

/// Cards of a grid.
#[component]
pub fn SkeletonCards(#[prop(default = 6)] cards: usize) -> impl IntoView {
    (0..cards)
        .map(|_| {
            view! {
                <div class="surface skeleton-card" aria-hidden="true">
                    <div class="skeleton skeleton-icon"></div>
                    <div class="skeleton-lines">
                        <div class="skeleton skeleton-line"></div>
                        <div class="skeleton skeleton-line"></div>
                    </div>
                </div>
            }
        })
        .collect_view()
}
