//! What the browser has that is called by its name: members of objects, and functions among them.
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A member, where the object has it.
pub fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    let found = Reflect::get(of, &JsValue::from_str(name)).ok()?;
    (!found.is_undefined()).then_some(found)
}

/// Calls a method; `None` where there is none, and where it fails.
pub fn call(of: &JsValue, name: &str, arguments: &Array) -> Option<JsValue> {
    let method: Function = member(of, name)?.dyn_into().ok()?;
    Reflect::apply(&method, of, arguments).ok()
}

/// Calls a method that answers later; `None` where there is none, and where it fails.
pub async fn asked(of: &JsValue, name: &str, arguments: &Array) -> Option<JsValue> {
    let answer: Promise = call(of, name, arguments)?.dyn_into().ok()?;
    JsFuture::from(answer).await.ok()
}
