//! Cards: a surface for one thing, and a number that matters.
use crate::{badge::Tone, icon::Icon};
use leptos::prelude::*;

/// A raised surface with an optional title line.
#[component]
pub fn Card(
    #[prop(optional, into)] title: Option<TextProp>,
    #[prop(optional, into)] class: &'static str,
    /// Buttons at the end of the title line.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let head = title.map(|title| {
        view! {
            <header class="card-head">
                <h2 class="card-heading">{move || title.get()}</h2>
                {actions.map(|actions| view! { <div class="card-actions">{actions.run()}</div> })}
            </header>
        }
    });
    view! { <section class=format!("surface {class}")>{head} {children()}</section> }
}

/// A number with its name and its trend; leads to what it counts.
#[component]
pub fn StatCard(
    #[prop(into)] label: TextProp,
    #[prop(into)] value: Signal<String>,
    /// Change in words, e.g. "+12 this week".
    #[prop(optional, into)]
    trend: MaybeProp<String>,
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] icon: Option<icondata::Icon>,
    #[prop(optional, into)] href: Option<String>,
) -> impl IntoView {
    let inner = view! {
        <span class="stat-label">
            {icon.map(|icon| view! { <Icon icon /> })}
            {move || label.get()}
        </span>
        <span class="stat-value">{move || value.get()}</span>
        <span class=move || format!("stat-trend {}", tone.get().class())>{move || trend.get()}</span>
    };
    match href {
        Some(href) => view! { <a class="surface stat" href=href>{inner}</a> }.into_any(),
        None => view! { <div class="surface stat">{inner}</div> }.into_any(),
    }
}
