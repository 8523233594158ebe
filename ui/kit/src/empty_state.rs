//! What belongs here and the first step.
use crate::icon::Icon;
use leptos::prelude::*;

/// An empty place. Children: the button of the first step.
#[component]
pub fn EmptyState(
    #[prop(into)] icon: Signal<icondata::Icon>,
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: MaybeProp<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <span class="empty-icon"><Icon icon size=24 /></span>
            <p class="empty-title">{move || title.get()}</p>
            {move || text.get().map(|text| view! { <p class="empty-text">{text}</p> })}
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}
