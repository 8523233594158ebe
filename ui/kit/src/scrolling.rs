//! Scrolling to what the keyboard is at.
use leptos::{ev::MouseEvent, prelude::document};
use web_sys::Element;

/// Scrolls the element with this id into view, no further than needed: the focus stays in the field, so that the browser
/// does not do it by itself.
pub fn keep_in_view(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        show_in_view(&element);
    }
}

/// Whether the pointer was moved: browsers tell of it, too, when something scrolls below a pointer at rest.
pub fn has_moved(event: &MouseEvent) -> bool {
    event.movement_x() != 0 || event.movement_y() != 0
}

/// Scrolls an element into view, no further than needed.
pub fn show_in_view(element: &Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
