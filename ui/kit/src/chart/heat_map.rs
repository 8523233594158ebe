//! A calendar of days, weeks as columns, darker where more happened.
use leptos::prelude::*;

/// One day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// What is written when pointed at, e.g. `3 Nov: 12 synchronisations`.
    pub label: String,
    pub count: u64,
    pub href: Option<String>,
}

/// Days in order; the first is put into `first_weekday`'s row (0 is Monday).
#[component]
pub fn HeatMap(
    #[prop(into)] days: Signal<Vec<Day>>,
    #[prop(into)] first_weekday: Signal<u8>,
) -> impl IntoView {
    view! {
        <div class="heat-frame"><div class="heat-map">
            {move || {
                let days = days.get();
                let most = days.iter().map(|day| day.count).max().unwrap_or(0).max(1);
                let skipped = (0..first_weekday.get()).map(|_| view! { <span></span> }).collect_view();
                let cells = days
                    .into_iter()
                    .map(|day| {
                        let level = if day.count == 0 { 0 } else { (day.count * 4).div_ceil(most) };
                        let class = format!("heat heat-{level}");
                        match day.href {
                            Some(href) => view! { <a class=class href=href title=day.label.clone() aria-label=day.label></a> }.into_any(),
                            None => view! { <span class=class role="img" title=day.label.clone() aria-label=day.label></span> }.into_any(),
                        }
                    })
                    .collect_view();
                view! {
                    {skipped}
                    {cells}
                }
            }}
        </div></div>
    }
}
