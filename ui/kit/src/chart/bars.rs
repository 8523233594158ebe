//! Lying bars with their names and numbers, each a link when it leads somewhere.
use leptos::prelude::*;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub label: String,
    pub value: f64,
    /// The number as text.
    pub text: String,
    pub href: Option<String>,
}

/// Bars by size, the longest as wide as the chart.
#[component]
pub fn BarChart(#[prop(into)] bars: Signal<Vec<Bar>>) -> impl IntoView {
    let most = move || {
        bars.get()
            .iter()
            .map(|bar| bar.value)
            .fold(0.0, f64::max)
            .max(f64::MIN_POSITIVE)
    };
    view! {
        <ul class="bar-chart">
            {move || {
                let most = most();
                bars.get()
                    .into_iter()
                    .map(|bar| {
                        let width = format!("{:.2}%", bar.value / most * 100.0);
                        let name = match bar.href {
                            Some(href) => view! { <a class="bar-label" href=href>{bar.label}</a> }.into_any(),
                            None => view! { <span class="bar-label">{bar.label}</span> }.into_any(),
                        };
                        view! {
                            <li>
                                {name}
                                <span class="bar-track" aria-hidden="true"><span class="bar-fill" style:width=width></span></span>
                                <span class="bar-value">{bar.text}</span>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
    }
}
