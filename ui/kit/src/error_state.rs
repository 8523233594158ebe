//! Errors in a place of their own: what happened, what to do, and details to copy for the helpdesk.
use crate::{
    badge::Tone,
    button::{Button, ButtonSize},
    clipboard,
    icon::Icon,
    texts::use_texts,
};
use leptos::prelude::*;

/// Takes the place of content that could not be loaded.
#[component]
pub fn ErrorState(
    #[prop(into)] title: TextProp,
    /// What it means and what to do.
    #[prop(into)]
    text: TextProp,
    /// What the helpdesk wants to see.
    #[prop(optional, into)]
    details: MaybeProp<String>,
    #[prop(optional, into)] on_retry: Option<Callback<()>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let texts = use_texts();
    view! {
        <div class="empty-state" role="alert">
            <span class="empty-icon tone-error"><Icon icon=icondata::LuCircleAlert size=24 /></span>
            <p class="empty-title">{move || title.get()}</p>
            <p class="empty-text">{move || text.get()}</p>
            <div class="empty-actions">
                {on_retry.map(|on_retry| {
                    view! {
                        <Button size=ButtonSize::Small icon=icondata::LuRotateCw on_press=move |_| on_retry.run(())>
                            {move || texts.get().retry}
                        </Button>
                    }
                })}
                {children.map(|children| children())}
            </div>
            {move || details.get().map(|details| view! { <Details details /> })}
        </div>
    }
}

/// A fold with a text to copy.
#[component]
pub fn Details(#[prop(into)] details: String) -> impl IntoView {
    let texts = use_texts();
    let copied = RwSignal::new(false);
    let content = details.clone();
    view! {
        <details class="details">
            <summary>{move || texts.get().details}</summary>
            <pre tabindex="0">{details}</pre>
            <Button
                size=ButtonSize::Small
                icon=icondata::LuCopy
                on_press=move |_| {
                    clipboard::copy(&content);
                    copied.set(true);
                }
            >
                {move || if copied.get() { texts.get().copied } else { texts.get().copy }}
            </Button>
        </details>
    }
}

/// A quiet strip inside a page: something to know, with its tone.
#[component]
pub fn Notice(
    #[prop(into)] tone: Signal<Tone>,
    #[prop(optional, into)] icon: Option<icondata::Icon>,
    children: Children,
) -> impl IntoView {
    view! {
        <div
            class=move || format!("notice {}", tone.get().class())
            role=move || if tone.get() == Tone::Error { "alert" } else { "status" }
        >
            {move || {
                let icon = icon.unwrap_or_else(|| tone.get().icon());
                view! { <Icon icon /> }
            }}
            <div class="notice-text">{children()}</div>
        </div>
    }
}
