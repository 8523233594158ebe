//! In the place of what could not be loaded: what happened, and the way to try again. Nothing found is something else.
use crate::{
    api::{ApiError, Query},
    text::{number, t},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{Button, ButtonLook, ErrorState, Icon, Notice, Tone, texts::use_texts};
use serde_json::Value;

/// Takes a place of its own.
pub fn place(error: &ApiError, on_retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    let on_retry = Callback::new(move |()| on_retry());
    view! { <ErrorState title=error.title() text=error.text() details=error.details() on_retry /> }
        .into_any()
}

/// The same in a line.
pub fn line(error: &ApiError, on_retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    view! {
        <p class="failure-line" role="alert" title=error.text()>
            <Icon icon=icondata::LuCircleAlert />
            {words(error, on_retry)}
        </p>
    }
    .into_any()
}

/// The same in a strip above what was there before.
pub fn strip(error: &ApiError, on_retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    let text = error.text();
    let words = words(error, on_retry);
    view! {
        <Notice tone=Tone::Error>
            <p class="failure-line" title=text>{words}</p>
        </Notice>
    }
    .into_any()
}

fn words(error: &ApiError, on_retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    let texts = use_texts();
    view! {
        <span>{error.title()}</span>
        <button
            type="button"
            class="link-button"
            on:mousedown=|event| event.prevent_default()
            on:click=move |event| {
                event.stop_propagation();
                on_retry();
            }
        >
            {move || texts.get().retry}
        </button>
    }
    .into_any()
}

/// In the place of a part that did not come: after an upgrade the server has others, and the page has to be loaded anew.
pub fn missing_part() -> AnyView {
    view! {
        <ErrorState title=t!(error.part) text=t!(error.part_text)>
            <Button look=ButtonLook::Primary on_press=|_| { let _ = window().location().reload(); }>{t!(error.reload)}</Button>
        </ErrorState>
    }
    .into_any()
}

/// How many rows were found, or that it is not known.
pub fn count(found: Query<Page<Value>>) -> AnyView {
    let shown = move || match (found.value.get(), found.error.get()) {
        (Some(page), _) => number(page.count).into_any(),
        (None, Some(error)) => line(&error, move || found.refresh()),
        (None, None) => "…".into_any(),
    };
    shown.into_any()
}
