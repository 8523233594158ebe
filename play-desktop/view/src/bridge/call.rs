//! Calling a command of the shell.

use js_sys::{ArrayBuffer, Function, JSON, Object, Promise, Reflect, Uint8Array};
use migasfree_play_records::Fault;
use migasfree_types::shown::{is_hidden, shown};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::borrow::Cow;
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
    let text = if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        String::from_utf8(Uint8Array::new(buffer).to_vec())
            .map_err(|error| Fault::new("internal", error.to_string()))?
    } else if value.is_undefined() {
        "null".to_owned()
    } else {
        JSON::stringify(value)
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    };
    read(&text).map_err(|error| Fault::new("internal", error.to_string()))
}

/// Reads an answer with every text in it as it may be shown: what packages, persons and servers wrote passes here.
fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    if !text.contains("\\u") && !text.chars().any(is_hidden) {
        return serde_json::from_str(text);
    }
    let mut value: Value = serde_json::from_str(text)?;
    make_shown(&mut value);
    serde_json::from_value(value)
}

fn make_shown(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(readable) = shown(text) {
                *text = readable;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(make_shown),
        // The output of a job has colours and lines that are written again: the log reads them.
        Value::Object(members) if is_output(members) => {}
        Value::Object(members) => members.values_mut().for_each(make_shown),
        _ => {}
    }
}

pub(super) fn broken(error: &JsValue) -> Fault {
    let text = error.as_string().unwrap_or_else(|| format!("{error:?}"));
    Fault::new("internal", text)
}

fn is_output(members: &Map<String, Value>) -> bool {
    members.contains_key("text") && (members.contains_key("offset") || members.contains_key("next"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::read;
    use serde_json::{Value, json};

    #[test]
    fn texts_arrive_as_they_may_be_shown() {
        let app: Value = read("{\"name\":\"photo\u{202e}gnp\",\"by\":[\"\\u001b[31mx\"]}").unwrap();
        assert_eq!(
            app,
            json!({"name": "photo\\u{202e}gnp", "by": ["\\x1b[31mx"]})
        );
        let piece: Value = read("{\"offset\":1,\"text\":\"\\u001b[0m\"}").unwrap();
        assert_eq!(piece["text"], "\u{1b}[0m");
    }
}
