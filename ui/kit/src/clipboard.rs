//! Copying a text.
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Puts the text on the clipboard. Without a secure context browsers have no clipboard; then the text is selected in a hidden field and copied the old way.
pub fn copy(text: &str) {
    let navigator = window().navigator();
    let available = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| clipboard.is_object());
    if !available {
        copy_by_selection(text);
        return;
    }
    let written = navigator.clipboard().write_text(text);
    let text = text.to_owned();
    leptos::task::spawn_local(async move {
        // Refused: the window has not the focus, or the person said no.
        if JsFuture::from(written).await.is_err() {
            copy_by_selection(&text);
        }
    });
}

fn copy_by_selection(text: &str) {
    let document = document();
    let Ok(area) = document.create_element("textarea") else {
        return;
    };
    let area: web_sys::HtmlTextAreaElement = area.unchecked_into();
    area.set_value(text);
    area.set_class_name("visually-hidden");
    // Behind an open dialog nothing can be selected.
    let dialog = document
        .active_element()
        .and_then(|focused| focused.closest("dialog").ok().flatten());
    if let Some(place) = dialog.or_else(|| document.body().map(Into::into)) {
        let _ = place.append_child(&area);
        area.select();
        let html: &web_sys::HtmlDocument = document.unchecked_ref();
        let _ = html.exec_command("copy");
        area.remove();
    }
}
