//! Sending a form: the object first, then its files.
use super::FormState;
use crate::{
    api::{ApiError, request, upload},
    entity::value,
};
use leptos::prelude::*;
use serde_json::Value;
use web_sys::FormData;

/// Saves; `on_saved` gets the id and the server's answer. Messages of the server go to their fields, the rest to `on_error`.
pub fn save(form: FormState, on_saved: Callback<(i64, Value)>, on_error: Callback<ApiError>) {
    if form.saving.get_untracked() {
        return;
    }
    if !form.check() {
        focus_first_error();
        return;
    }
    form.saving.set(true);
    leptos::task::spawn_local(async move {
        let answer = send(form).await;
        if form.saving.try_set(false).is_some() {
            return;
        }
        match answer {
            Ok((id, object)) => {
                form.doubted.set(false);
                form.settle();
                form.note_version(&object);
                on_saved.run((id, object));
            }
            Err(ApiError::Invalid(fields)) => {
                form.refuse(fields);
                focus_first_error();
            }
            Err(error) => {
                on_error.run(error);
                show_trouble();
            }
        }
    });
}

async fn send(form: FormState) -> Result<(i64, Value), ApiError> {
    // All of it now: the page may be left on the way.
    let body = Value::Object(form.body());
    let known = form.stored_id();
    let files = form.files();
    let object = match known {
        Some(id) => {
            let path = form.entity.object_api(id);
            request::patch_version(&path, &body, form.version().as_deref()).await?
        }
        None => request::post(form.entity.api, &body).await?,
    };
    let id = known.unwrap_or_else(|| value::id(&object));
    form.note_created(id);
    if files.is_empty() {
        return Ok((id, object));
    }
    let data = FormData::new().map_err(|_| ApiError::Unreachable)?;
    for (name, file) in &files {
        data.append_with_blob_and_filename(name, file, &file.name())
            .map_err(|_| ApiError::Unreachable)?;
    }
    let object = upload::send_form("PATCH", &form.entity.object_api(id), &data).await?;
    Ok((id, object))
}

fn focus_first_error() {
    request_animation_frame(|| {
        match found(".field-invalid :is(input, select, textarea, button)") {
            Some(control) => {
                use wasm_bindgen::JsCast;
                let _ = control.unchecked_ref::<web_sys::HtmlElement>().focus();
                let field = control.closest(".field-invalid").ok().flatten();
                center(&field.unwrap_or(control));
            }
            // It concerns no single field.
            None => show_trouble(),
        }
    });
}

/// Brings into sight what stands below the fields.
fn show_trouble() {
    request_animation_frame(|| {
        if let Some(told) = found(".form-trouble") {
            center(&told);
        }
    });
}

fn found(css: &str) -> Option<web_sys::Element> {
    document().query_selector(css).ok().flatten()
}

/// With its label above and its message below, away from the bars at the edges.
fn center(element: &web_sys::Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
