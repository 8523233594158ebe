//! A picture: shown as it will look, chosen or dropped.
use super::FormState;
use crate::{entity::Field, text::t};
use leptos::{ev, html, prelude::*};
use migasfree_ui_kit::{AppIcon, Button, ButtonSize};
use serde_json::Value;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, Url};

/// The control.
#[component]
pub fn PictureField(
    form: FormState,
    field: &'static Field,
    /// It is only shown.
    fixed: bool,
) -> impl IntoView {
    let src = form.value(field.name);
    let src = Signal::derive(move || src.with(|value| value.as_str().map(str::to_owned)));
    let name = Signal::derive(move || form.text("name"));
    if fixed {
        return view! { <div class="picture-field picture-fixed"><AppIcon name src size=64 /></div> }
            .into_any();
    }
    let input = NodeRef::<html::Input>::new();
    let value = form.value(field.name);
    let over = RwSignal::new(false);
    let ids = migasfree_ui_kit::field::field_ids();
    let take = move |file: Option<File>| {
        let Some(file) = file else { return };
        if let Ok(shown) = Url::create_object_url_with_blob(&file) {
            value.set(Value::String(shown));
        }
        form.set_file(field.name, Some(file));
    };
    let chosen = move |_: ev::Event| {
        let files = input.get_untracked().and_then(|input| input.files());
        take(files.and_then(|files| files.get(0)));
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        take(
            event
                .data_transfer()
                .and_then(|data| data.files())
                .and_then(|files| files.get(0)),
        );
    };
    view! {
        <div
            class="picture-field"
            class:picture-over=over
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_: DragEvent| over.set(false)
            on:drop=dropped
        >
            <AppIcon name src size=64 />
            <input
                node_ref=input
                id=ids.control
                class="visually-hidden"
                type="file"
                accept="image/png,image/svg+xml,image/jpeg,image/webp"
                aria-describedby=ids.description
                on:change=chosen
            />
            <Button
                size=ButtonSize::Small
                icon=icondata::LuImageUp
                on_press=move |_| {
                    if let Some(input) = input.get_untracked() {
                        input.unchecked_ref::<web_sys::HtmlElement>().click();
                    }
                }
            >
                {t!(form.choose_picture)}
            </Button>
            <span class="field-help">{t!(form.drop_picture)}</span>
        </div>
    }
    .into_any()
}
