//! Events of the shell.

use super::call::{broken, decode, function};
use js_sys::{Promise, Reflect};
use migasfree_play_records::{Event, Fault};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// Hands every event to `handler`, for as long as the page lives. Events that come before this is done are lost.
///
/// # Errors
/// A fault when the page is not inside Play's shell.
pub async fn listen(handler: impl Fn(Event) + 'static) -> Result<(), Fault> {
    let closure = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
        let payload = Reflect::get(&message, &JsValue::from_str("payload")).unwrap_or_default();
        match decode::<Event>(&payload) {
            Ok(event) => handler(event),
            Err(fault) => leptos::logging::warn!("an event was not understood: {}", fault.said),
        }
    });
    let listening: Promise = function("event", "listen")?
        .call2(
            &JsValue::NULL,
            &JsValue::from_str("play"),
            &closure.into_js_value(),
        )
        .map_err(|error| broken(&error))?
        .unchecked_into();
    JsFuture::from(listening)
        .await
        .map(|_id| ())
        .map_err(|error| broken(&error))
}
