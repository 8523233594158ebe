//! Texts of one line, whatever is pasted into them.
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, HtmlDocument};

/// The text in one line: a blank stands for each break and tab.
pub fn one_line(text: &str) -> String {
    let parts = text.split(['\n', '\r', '\t']).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Pastes several lines as one: a browser would join the last word of a line with the first of the next.
pub(crate) fn paste(event: &ClipboardEvent) {
    let pasted = event.clipboard_data();
    let Some(text) = pasted.and_then(|data| data.get_data("text/plain").ok()) else {
        return;
    };
    if !text.contains(['\n', '\r', '\t']) {
        return;
    }
    let document = document();
    let document: &HtmlDocument = document.unchecked_ref();
    // As if it was typed: it can be undone, and whoever listens hears of it.
    let typed = document.exec_command_with_show_ui_and_value("insertText", false, &one_line(&text));
    if typed == Ok(true) {
        event.prevent_default();
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn words_of_two_lines_stay_two_words() {
        assert_eq!(one_line("Office\r\nPrinters\n"), "Office Printers");
        assert_eq!(one_line("\n a\tb \n\n c"), "a b c");
        assert_eq!(one_line("two  blanks"), "two  blanks");
    }
}
