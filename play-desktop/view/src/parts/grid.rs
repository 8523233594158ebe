//! A grid of cards of which only the visible ones exist: ten thousand scroll like ten.

use super::GridCard;
use crate::{frame::Scroller, state::use_store};
use js_sys::{Function, Object, Reflect};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// Smallest width of a card, its height, and the space between, in pixels; the style sheet has the same.
const CARD_WIDTH: f64 = 248.0;
const CARD_HEIGHT: f64 = 132.0;
const GAP: f64 = 12.0;
/// Rows kept above and below the window.
const SPARE: usize = 3;

/// Where the cards are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Layout {
    columns: usize,
    card_width: f64,
    first_row: usize,
    last_row: usize,
}

impl Layout {
    /// `above` is how much of the grid is above the window's upper edge; it may be negative.
    fn of(width: f64, above: f64, window: f64) -> Self {
        let columns = whole((width + GAP) / (CARD_WIDTH + GAP)).max(1);
        let row = CARD_HEIGHT + GAP;
        Self {
            columns,
            card_width: (width + GAP) / real(columns) - GAP,
            first_row: whole(above / row).saturating_sub(SPARE),
            last_row: whole((above + window) / row) + SPARE,
        }
    }

    /// Places of the cards that exist.
    fn range(&self, count: usize) -> std::ops::Range<usize> {
        let end = ((self.last_row + 1) * self.columns).min(count);
        (self.first_row * self.columns).min(end)..end
    }

    /// Left and upper edge of a card.
    fn position(&self, place: usize) -> (f64, f64) {
        let columns = self.columns.max(1);
        (
            real(place % columns) * (self.card_width + GAP),
            real(place / columns) * (CARD_HEIGHT + GAP),
        )
    }

    /// The first card below the window's upper edge.
    fn first_visible(&self, count: usize) -> usize {
        let rows_above = match self.first_row {
            0 => 0,
            row => row + SPARE + 1,
        };
        (rows_above * self.columns).min(count.saturating_sub(1))
    }

    fn height(&self, count: usize) -> f64 {
        let rows = count.div_ceil(self.columns.max(1));
        (real(rows) * (CARD_HEIGHT + GAP) - GAP).max(0.0)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative is cut to 0 on purpose, and no grid has 2^32 rows"
)]
fn whole(value: f64) -> usize {
    value.max(0.0) as usize
}

#[expect(clippy::cast_precision_loss, reason = "counts of cards")]
fn real(value: usize) -> f64 {
    value as f64
}

/// The grid. Tab reaches one card of it, the one used last; arrow keys move among the cards.
#[component]
pub fn AppGrid(
    /// Ids of the applications, in order.
    #[prop(into)]
    ids: Signal<Vec<u32>>,
    /// Name for screen readers.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let scroller = expect_context::<Scroller>();
    let node = NodeRef::<html::Div>::new();
    let layout = RwSignal::new(Layout::default());
    let measure = move || {
        // Measured in the next frame, when the page may have been left.
        let grid = node.try_get_untracked().flatten();
        let main = scroller.0.try_get_untracked().flatten();
        let (Some(grid), Some(main)) = (grid, main) else {
            return;
        };
        let grid = grid.get_bounding_client_rect();
        let main = main.get_bounding_client_rect();
        let new = Layout::of(grid.width(), main.top() - grid.top(), main.height());
        if layout.get_untracked() != new {
            layout.set(new);
        }
    };
    let resize = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resize.remove());
    Effect::new(move || {
        scroller.1.track();
        ids.track();
        node.track();
        request_animation_frame(measure);
    });
    let visible = Memo::new(move |_| {
        let layout = layout.get();
        ids.with(|ids| {
            (layout.range(ids.len()))
                .map(|place| (place, ids[place]))
                .collect::<Vec<_>>()
        })
    });
    let count = Memo::new(move |_| ids.with(Vec::len));
    let used_last = RwSignal::new(0);
    let reached = Memo::new(move |_| {
        let (layout, count, place) = (layout.get(), count.get(), used_last.get());
        match layout.range(count).contains(&place) {
            true => place,
            false => layout.first_visible(count),
        }
    });
    let focused = keep_focus(visible);
    view! {
        <div
            node_ref=node
            class="app-grid"
            role="list"
            aria-label=label
            data-testid="app-grid"
            data-count=move || count.get().to_string()
            style:height=move || format!("{}px", layout.get().height(count.get()))
            on:keydown=move |event| {
                move_focus(&event, layout.get_untracked(), count.get_untracked(), scroller);
            }
        >
            <For each=move || visible.get() key=|(place, id)| (*place, *id) let((place, id))>
                <div
                    class="app-grid-cell"
                    role="listitem"
                    aria-setsize=move || count.get().to_string()
                    aria-posinset=(place + 1).to_string()
                    data-place=place.to_string()
                    on:focusin=move |event| {
                        used_last.set(place);
                        focused.set_value(event.target().and_then(|target| target.dyn_into().ok()));
                    }
                    style:width=move || format!("{}px", layout.get().card_width)
                    style:transform=move || {
                        let (left, top) = layout.get().position(place);
                        format!("translate({left}px, {top}px)")
                    }
                >
                    <Cell id tab_stop=Signal::derive(move || reached.get() == place) />
                </div>
            </For>
        </div>
    }
}

/// Cards that appear above others make the browser put those in anew, which takes the focus from them: what had it gets
/// it back, until somebody presses elsewhere. Answers where to note what has it.
fn keep_focus(visible: Memo<Vec<(usize, u32)>>) -> StoredValue<Option<HtmlElement>, LocalStorage> {
    let focused = StoredValue::new_local(None::<HtmlElement>);
    let pressed = window_event_listener(ev::mousedown, move |_| focused.set_value(None));
    on_cleanup(move || pressed.remove());
    Effect::new(move || {
        visible.track();
        request_animation_frame(move || {
            let lost =
                (document().active_element()).is_none_or(|element| element.tag_name() == "BODY");
            if let Some(Some(element)) = focused.try_get_value().filter(|_| lost)
                && element.is_connected()
            {
                focus_unmoved(&element);
            }
        });
    });
    focused
}

/// Gives the focus without scrolling.
fn focus_unmoved(element: &HtmlElement) {
    let options = Object::new();
    let set = Reflect::set(
        &options,
        &JsValue::from_str("preventScroll"),
        &JsValue::TRUE,
    );
    let focus = Reflect::get(element, &JsValue::from_str("focus"))
        .ok()
        .and_then(|focus| focus.dyn_into::<Function>().ok());
    if let (Ok(true), Some(focus)) = (set, focus) {
        // An element that cannot have the focus stays without it.
        let _unfocusable = focus.call1(element, &options);
    }
}

/// A card, made anew when the catalogue says something else about its application.
#[component]
fn Cell(id: u32, tab_stop: Signal<bool>) -> impl IntoView {
    let store = use_store();
    let face = Memo::new(move |_| store.face(id));
    move || face.get().map(|app| view! { <GridCard app tab_stop /> })
}

/// Arrow keys, Home and End go to another card, scrolling it into the window first when it does not exist yet.
fn move_focus(event: &ev::KeyboardEvent, layout: Layout, count: usize, scroller: Scroller) {
    let Some(card) = (event.target())
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .filter(|target| target.class_list().contains("grid-card-name"))
        .and_then(|target| target.closest("[data-place]").ok().flatten())
    else {
        return;
    };
    let here: usize = (card.get_attribute("data-place"))
        .and_then(|place| place.parse().ok())
        .unwrap_or(0);
    let there = match event.key().as_str() {
        "ArrowRight" => Some(here + 1),
        "ArrowLeft" => here.checked_sub(1),
        "ArrowDown" => Some(here + layout.columns),
        "ArrowUp" => here.checked_sub(layout.columns),
        "Home" => Some(0),
        "End" => count.checked_sub(1),
        _ => return,
    };
    event.prevent_default();
    let Some(there) = there.filter(|there| *there < count) else {
        return;
    };
    if focus_place(there) {
        return;
    }
    let rows = real(there / layout.columns.max(1)) - real(here / layout.columns.max(1));
    if let Some(main) = scroller.0.get_untracked() {
        main.set_scroll_top(main.scroll_top() + whole_pixels(rows * (CARD_HEIGHT + GAP)));
        focus_soon(there, 10);
    }
}

/// Focuses a card as soon as it exists, at most so many frames from now.
fn focus_soon(place: usize, frames: u8) {
    request_animation_frame(move || {
        if !focus_place(place) && frames > 0 {
            focus_soon(place, frames - 1);
        }
    });
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a page of ten thousand cards has some million pixels"
)]
fn whole_pixels(value: f64) -> i32 {
    value as i32
}

fn focus_place(place: usize) -> bool {
    let found = document()
        .query_selector(&format!("[data-place='{place}'] .grid-card-name"))
        .ok()
        .flatten()
        .and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
    match found {
        Some(button) => {
            button.scroll_into_view_with_bool(false);
            button.focus().is_ok()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rows_of_the_window_and_a_few_more_exist() {
        let layout = Layout::of(800.0, 13_800.0, 700.0);
        assert_eq!(layout.columns, 3);
        let range = layout.range(10_000);
        assert!(range.len() < 50, "{range:?}");
        assert!(range.contains(&300), "{range:?}");
    }

    #[test]
    fn a_narrow_window_has_one_column_of_its_own_width() {
        let layout = Layout::of(328.0, -200.0, 600.0);
        assert_eq!((layout.columns, layout.card_width), (1, 328.0));
        assert_eq!(layout.range(2), 0..2);
        assert_eq!(layout.position(1), (0.0, CARD_HEIGHT + GAP));
    }

    #[test]
    fn the_first_visible_card_is_in_the_window() {
        let row = CARD_HEIGHT + GAP;
        let scrolled = Layout::of(800.0, 20.5 * row, 700.0);
        assert_eq!(scrolled.first_visible(10_000), 21 * 3);
        assert_eq!(Layout::of(800.0, -300.0, 700.0).first_visible(10_000), 0);
        assert_eq!(scrolled.first_visible(0), 0);
    }

    #[test]
    fn an_empty_grid_takes_no_room() {
        let layout = Layout::of(800.0, 0.0, 700.0);
        assert_eq!(layout.range(0), 0..0);
        assert!(layout.height(0).abs() < f64::EPSILON);
    }
}
