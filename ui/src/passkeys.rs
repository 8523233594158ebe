//! Passkeys, as the browser has them.
use crate::script::{call, member};
use js_sys::{Array, JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Whether there can be any here: browsers have them in pages that came safely, and they belong to the name of a host.
pub fn are_known() -> bool {
    let host = window().location().hostname().unwrap_or_default();
    let is_name = host.contains(|letter: char| letter.is_ascii_alphabetic()) && !host.contains(':');
    is_name && member(&window(), CLASS).is_some()
}

/// Why the browser gave none.
pub enum Withheld {
    /// The device has one for the account already.
    Held,
    /// It has none to show, or the person does not want to.
    Unshown,
}

/// Makes one, as the server asked for it.
pub async fn make(options: &Value) -> Result<Value, Withheld> {
    answer(options, "parseCreationOptionsFromJSON", "create").await
}

/// Shows one, as the server asked for it.
pub async fn show(options: &Value) -> Result<Value, Withheld> {
    answer(options, "parseRequestOptionsFromJSON", "get").await
}

const CLASS: &str = "PublicKeyCredential";

async fn answer(options: &Value, read: &str, act: &str) -> Result<Value, Withheld> {
    let promise = asked(options, read, act).ok_or(Withheld::Unshown)?;
    let credential = JsFuture::from(promise).await;
    let credential = credential.map_err(|error| why(&error))?;
    written(&credential).ok_or(Withheld::Unshown)
}

fn asked(options: &Value, read: &str, act: &str) -> Option<Promise> {
    let asked = JSON::parse(&options.get("publicKey")?.to_string()).ok()?;
    let read_asked = call(&member(&window(), CLASS)?, read, &Array::of1(&asked))?;
    let wrapped = Object::new();
    let wrapped: &JsValue = wrapped.unchecked_ref();
    Reflect::set(wrapped, &JsValue::from_str("publicKey"), &read_asked).ok()?;
    let store = member(&window().navigator(), "credentials")?;
    call(&store, act, &Array::of1(wrapped))?.dyn_into().ok()
}

/// The name comes with [Web Authentication](https://www.w3.org/TR/webauthn-3/#sctn-createCredential).
fn why(error: &JsValue) -> Withheld {
    let name = member(error, "name").and_then(|name| name.as_string());
    match name.as_deref() {
        Some("InvalidStateError") => Withheld::Held,
        _ => Withheld::Unshown,
    }
}

fn written(credential: &JsValue) -> Option<Value> {
    let written = String::from(JSON::stringify(credential).ok()?);
    serde_json::from_str(&written).ok()
}
