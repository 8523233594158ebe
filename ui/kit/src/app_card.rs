//! An app in a grid, as Play shows it and as the admin UI previews it.
use crate::app_icon::AppIcon;
use leptos::prelude::*;

/// Icon, name, one line, and the state button as child.
#[component]
pub fn AppCard(
    #[prop(into)] name: Signal<String>,
    /// One line of what it is.
    #[prop(into)]
    summary: Signal<String>,
    #[prop(optional, into)] icon: MaybeProp<String>,
    /// Where the card leads.
    #[prop(optional, into)]
    href: Option<String>,
    /// A word above the rest, e.g. "new".
    #[prop(optional, into)]
    mark: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    let title = match href {
        Some(href) => {
            view! { <a class="app-card-name" href=href>{move || name.get()}</a> }.into_any()
        }
        None => view! { <span class="app-card-name">{move || name.get()}</span> }.into_any(),
    };
    view! {
        <article class="surface app-card">
            <AppIcon name src=icon size=48 />
            <div class="app-card-text">
                <h3>{title}</h3>
                <p>{move || summary.get()}</p>
            </div>
            {move || mark.get().map(|mark| view! { <span class="badge-quiet tone-accent app-card-mark">{mark}</span> })}
            <div class="app-card-action">{children()}</div>
        </article>
    }
}
