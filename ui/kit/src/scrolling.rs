//! Scrolling to what the keyboard is at.
use leptos::{ev::MouseEvent, prelude::document};

/// Scrolls the element with this id into view, no further than needed: the focus stays in the field, so that the browser
/// does not do it by itself.
pub fn keep_in_view(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Whether the pointer was moved: browsers tell of it, too, when something scrolls below a pointer at rest.
pub fn has_moved(event: &MouseEvent) -> bool {
    event.movement_x() != 0 || event.movement_y() != 0
}
