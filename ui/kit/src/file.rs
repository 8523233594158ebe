//! Files of a view that are fetched when they are wanted.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// The text of a file; nothing if it cannot be had.
pub async fn text(address: &str) -> Option<String> {
    let answer = JsFuture::from(window().fetch_with_str(address))
        .await
        .ok()?;
    let answer: web_sys::Response = answer.dyn_into().ok()?;
    if !answer.ok() {
        return None;
    }
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

/// What the page says of itself at the script that starts it: `data-locales` for `locales`.
pub fn told(name: &str) -> Option<String> {
    let start = leptos::prelude::document().get_element_by_id("start")?;
    start.get_attribute(&format!("data-{name}"))
}
