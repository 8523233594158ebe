//! A chip: an object or a filter in one line, removable when asked.
use crate::{icon::Icon, texts::use_texts};
use leptos::prelude::*;

/// A chip. With `href` it leads to its object, with `on_remove` it has a cross.
#[component]
pub fn Chip(
    #[prop(into)] label: TextProp,
    /// A short text before the label, e.g. an attribute's prefix.
    #[prop(optional, into)]
    prefix: MaybeProp<String>,
    #[prop(optional, into)] icon: Option<icondata::Icon>,
    #[prop(optional, into)] href: Option<String>,
    #[prop(optional, into)] title: MaybeProp<String>,
    /// Pressed state of a chip that is a choice.
    #[prop(optional, into)]
    selected: MaybeProp<bool>,
    /// Says something about an object instead of naming it.
    #[prop(optional)]
    muted: bool,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    #[prop(optional, into)] on_remove: Option<Callback<()>>,
) -> impl IntoView {
    let texts = use_texts();
    let shown = label.clone();
    let inner = view! {
        {icon.map(|icon| view! { <Icon icon size=14 /> })}
        {move || prefix.get().map(|prefix| view! { <span class="chip-prefix">{prefix}</span> })}
        <span class="chip-text">{move || shown.get()}</span>
    };
    let body = if let Some(href) = href {
        view! { <a class="chip-body" href=href>{inner}</a> }.into_any()
    } else if let Some(on_press) = on_press {
        view! {
            <button
                type="button"
                class="chip-body"
                aria-pressed=move || selected.get().map(|on| if on { "true" } else { "false" })
                on:click=move |_| on_press.run(())
            >
                {inner}
            </button>
        }
        .into_any()
    } else {
        view! { <span class="chip-body">{inner}</span> }.into_any()
    };
    view! {
        <span class="chip" class:chip-muted=muted class:chip-selected=move || selected.get() == Some(true) title=move || title.get()>
            {body}
            {on_remove.map(|on_remove| {
                view! {
                    <button
                        type="button"
                        class="chip-remove"
                        aria-label=move || format!("{} {}", texts.get().remove, label.get())
                        on:click=move |_| on_remove.run(())
                    >
                        <Icon icon=icondata::LuX size=14 />
                    </button>
                }
            })}
        </span>
    }
}
