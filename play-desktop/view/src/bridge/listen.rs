//! Events of the shell.

use super::call::{decode, function};
use js_sys::Reflect;
use migasfree_types::play::{Event, Fault};
use wasm_bindgen::{JsValue, closure::Closure};

/// Hands every event to `handler`, for as long as the page lives.
///
/// # Errors
/// A fault when the page is not inside Play's shell.
pub fn listen(handler: impl Fn(Event) + 'static) -> Result<(), Fault> {
    let closure = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
        let payload = Reflect::get(&message, &JsValue::from_str("payload")).unwrap_or_default();
        match decode::<Event>(&payload) {
            Ok(event) => handler(event),
            Err(fault) => leptos::logging::warn!("an event was not understood: {}", fault.detail),
        }
    });
    function("event", "listen")?
        .call2(&JsValue::NULL, &JsValue::from_str("play"), closure.as_ref())
        .map_err(|error| Fault::new("internal", format!("{error:?}")))?;
    closure.forget();
    Ok(())
}
