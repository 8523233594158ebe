//! Sending files with progress: `fetch` cannot tell how far an upload is, `XMLHttpRequest` can.
use super::{error::ApiError, request};
use crate::text;
use serde_json::Value;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{FormData, ProgressEvent, XmlHttpRequest};

/// An upload on its way.
#[derive(Debug, Clone)]
pub struct Upload(XmlHttpRequest);

impl Upload {
    /// Stops it; its end is told as unreachable.
    pub fn cancel(&self) {
        let _ = self.0.abort();
    }
}

/// Sends a form with files. `on_progress` hears sent and total bytes, `on_end` the answer.
///
/// # Errors
/// When the browser refuses to begin.
pub fn send(
    method: &str,
    path: &str,
    form: &FormData,
    on_progress: impl Fn(f64, f64) + 'static,
    on_end: impl Fn(Result<Value, ApiError>) + 'static,
) -> Result<Upload, ApiError> {
    let refused = |_| ApiError::Unreachable;
    let transfer = XmlHttpRequest::new().map_err(refused)?;
    transfer
        .open(method, &request::url(path))
        .map_err(refused)?;
    for (name, value) in [
        ("Accept", request::ACCEPTED),
        ("Accept-Language", text::tag()),
        ("X-CSRF", "1"),
    ] {
        transfer.set_request_header(name, value).map_err(refused)?;
    }
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        on_progress(event.loaded(), event.total());
    });
    if let Ok(upload) = transfer.upload() {
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    }
    let name = format!("{method} {path}");
    let ended = transfer.clone();
    // The browser holds the only use of both closures until the transfer ended, and it ends once.
    let end = Closure::once_into_js(move || {
        drop(progress);
        let status = ended.status().unwrap_or(0);
        let body = ended.response_text().ok().flatten().unwrap_or_default();
        on_end(if status == 0 {
            Err(ApiError::Unreachable)
        } else {
            request::answer(status, name, &body)
        });
    });
    transfer.set_onloadend(Some(end.unchecked_ref()));
    transfer
        .send_with_opt_form_data(Some(form))
        .map_err(refused)?;
    Ok(Upload(transfer))
}

/// Sends one form and waits for its answer.
pub async fn send_form(method: &str, path: &str, form: &FormData) -> Result<Value, ApiError> {
    let (tell, hear) = futures_channel::oneshot::channel();
    let tell = std::cell::Cell::new(Some(tell));
    send(
        method,
        path,
        form,
        |_, _| {},
        move |answer| {
            if let Some(tell) = tell.take() {
                let _ = tell.send(answer);
            }
        },
    )?;
    hear.await.unwrap_or(Err(ApiError::Unreachable))
}
