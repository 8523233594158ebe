//! Passkeys, as the browser has them.
use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
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

/// Makes one, as the server asked for it.
pub async fn make(options: &Value) -> Option<Value> {
    answer(options, "parseCreationOptionsFromJSON", "create").await
}

/// Shows one, as the server asked for it.
pub async fn show(options: &Value) -> Option<Value> {
    answer(options, "parseRequestOptionsFromJSON", "get").await
}

const CLASS: &str = "PublicKeyCredential";

/// Nothing where the browser has none, and where the person does not want to.
async fn answer(options: &Value, read: &str, act: &str) -> Option<Value> {
    let asked = JSON::parse(&options.get("publicKey")?.to_string()).ok()?;
    let read_asked = call(&member(&window(), CLASS)?, read, &asked)?;
    let wrapped = Object::new();
    let wrapped: &JsValue = wrapped.unchecked_ref();
    Reflect::set(wrapped, &JsValue::from_str("publicKey"), &read_asked).ok()?;
    let store = member(&window().navigator(), "credentials")?;
    let promise: Promise = call(&store, act, wrapped)?.dyn_into().ok()?;
    let credential = JsFuture::from(promise).await.ok()?;
    let written = String::from(JSON::stringify(&credential).ok()?);
    serde_json::from_str(&written).ok()
}

fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    let found = Reflect::get(of, &JsValue::from_str(name)).ok()?;
    (!found.is_undefined()).then_some(found)
}

fn call(of: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    let method: Function = member(of, name)?.dyn_into().ok()?;
    Reflect::apply(&method, of, &Array::of1(argument)).ok()
}
