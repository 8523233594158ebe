//! Calling a command of the shell.

use js_sys::{ArrayBuffer, Function, JSON, Object, Promise, Reflect, Uint8Array};
use migasfree_types::play::Fault;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A function of Tauri's global object, `core.invoke` for example.
pub(super) fn function(area: &str, name: &str) -> Result<Function, Fault> {
    let global = js_sys::global();
    let tauri = property(&global, "__TAURI__")?;
    property(&property(&tauri, area)?, name)?
        .dyn_into::<Function>()
        .map_err(|_| Fault::new("internal", format!("{area}.{name} is no function")))
}

fn property(object: &JsValue, name: &str) -> Result<JsValue, Fault> {
    Reflect::get(object, &JsValue::from_str(name))
        .ok()
        .filter(|value| !value.is_undefined())
        .ok_or_else(|| Fault::new("internal", format!("{name} is missing: not inside Play")))
}

/// Calls `command` with named arguments.
///
/// # Errors
/// The fault the command answered with.
pub(super) async fn call<T: DeserializeOwned>(
    command: &str,
    args: &[(&str, JsValue)],
) -> Result<T, Fault> {
    let bag = Object::new();
    for (name, value) in args {
        Reflect::set(&bag, &JsValue::from_str(name), value).map_err(|error| broken(&error))?;
    }
    let promise: Promise = function("core", "invoke")?
        .call2(&JsValue::NULL, &JsValue::from_str(command), &bag)
        .map_err(|error| broken(&error))?
        .unchecked_into();
    match JsFuture::from(promise).await {
        Ok(answer) => decode(&answer),
        Err(error) => Err(decode::<Fault>(&error).unwrap_or_else(|_| broken(&error))),
    }
}

/// Reads a value of the shell: bytes of JSON for large answers, an object otherwise.
pub(super) fn decode<T: DeserializeOwned>(value: &JsValue) -> Result<T, Fault> {
    let read = if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        serde_json::from_slice(&Uint8Array::new(buffer).to_vec())
    } else if value.is_undefined() {
        serde_json::from_str("null")
    } else {
        let text = JSON::stringify(value)
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default();
        serde_json::from_str(&text)
    };
    read.map_err(|error| Fault::new("internal", error.to_string()))
}

pub(super) fn broken(error: &JsValue) -> Fault {
    let text = error.as_string().unwrap_or_else(|| format!("{error:?}"));
    Fault::new("internal", text)
}
