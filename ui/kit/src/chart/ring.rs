//! A ring for a share of a whole, with its number in the middle.
use leptos::prelude::*;

/// One part of the whole. The first is drawn in the main colour, the others in greys.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    pub label: String,
    pub value: f64,
    /// The number as text.
    pub text: String,
    pub href: Option<String>,
}

/// The ring and its parts named beside it.
#[component]
pub fn RingChart(
    #[prop(into)] slices: Signal<Vec<Slice>>,
    /// Written in the middle.
    #[prop(into)]
    middle: TextProp,
) -> impl IntoView {
    view! {
        <div class="ring-chart">
            <div class="ring-figure">
                <svg viewBox="0 0 42 42" aria-hidden="true">
                    <circle class="ring-track" cx="21" cy="21" r="17" pathLength="100" />
                    {move || arcs(&slices.get())}
                </svg>
                <span class="ring-middle">{move || middle.get()}</span>
            </div>
            <ul class="ring-legend">
                {move || {
                    slices
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, slice)| {
                            let name = match slice.href {
                                Some(href) => view! { <a href=href>{slice.label}</a> }.into_any(),
                                None => view! { <span>{slice.label}</span> }.into_any(),
                            };
                            view! {
                                <li>
                                    <span class=format!("ring-key slice-{}", index.min(5)) aria-hidden="true"></span>
                                    {name}
                                    <span class="tabular text-muted">{slice.text}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </div>
    }
}

fn arcs(slices: &[Slice]) -> impl IntoView + use<> {
    let total = slices
        .iter()
        .map(|slice| slice.value)
        .sum::<f64>()
        .max(f64::MIN_POSITIVE);
    let mut start = 0.0;
    slices
        .iter()
        .enumerate()
        .map(|(index, slice)| {
            let share = slice.value / total * 100.0;
            let offset = -start;
            start += share;
            let drawn = (share - 1.0).max(share.min(0.4));
            view! {
                <circle
                    class=format!("ring-slice slice-{}", index.min(5))
                    cx="21"
                    cy="21"
                    r="17"
                    pathLength="100"
                    stroke-dasharray=format!("{drawn:.2} 100")
                    stroke-dashoffset=format!("{offset:.2}")
                />
            }
        })
        .collect_view()
}
