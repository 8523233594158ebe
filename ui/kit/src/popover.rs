//! A native popover placed at its button.
use crate::field::unique_id;
use leptos::{context::Provider, html, prelude::*};
use wasm_bindgen::JsCast;

/// Closes the popover around, given to what is inside one.
#[derive(Debug, Clone, Copy)]
pub struct ClosePopover(Callback<()>);

impl ClosePopover {
    /// Closes the popover, unless it is gone already.
    pub fn close(self) {
        let _gone = self.0.try_run(());
    }
}

/// A button and the panel it opens. The panel is created when first opened.
#[component]
pub fn Popover(
    /// Content of the button.
    #[prop(into)]
    trigger: ViewFn,
    /// Name of the button when its content has no text.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    #[prop(default = "btn btn-ghost btn-sm")] class: &'static str,
    #[prop(default = "")] panel_class: &'static str,
    /// Whether Tab reaches the button; in a group that arrow keys move through, only one does.
    #[prop(default = true.into(), into)]
    tab_stop: Signal<bool>,
    /// Kept in step with the panel, and opens it when set.
    #[prop(optional)]
    open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let id = unique_id("popover");
    let button = NodeRef::<html::Button>::new();
    let panel = NodeRef::<html::Div>::new();
    let opened_once = RwSignal::new(false);
    let close = Callback::new(move |()| {
        if let Some(panel) = panel.try_get_untracked().flatten() {
            let _ = panel.hide_popover();
        }
        if let Some(button) = button.try_get_untracked().flatten() {
            let _ = button.focus();
        }
    });
    Effect::new(move || {
        let wanted = open.get();
        let Some(panel) = panel.get() else { return };
        let shown = panel.matches(":popover-open").unwrap_or(false);
        if wanted && !shown {
            let _ = panel.show_popover();
        } else if !wanted && shown {
            let _ = panel.hide_popover();
        }
    });
    let children = StoredValue::new(children);
    view! {
        <button
            node_ref=button
            type="button"
            class=class
            tabindex=move || (!tab_stop.get()).then_some("-1")
            popovertarget=id.clone()
            aria-haspopup="true"
            aria-expanded=move || if open.get() { "true" } else { "false" }
            aria-label=move || label.get()
            title=move || label.get()
        >
            {trigger.run()}
        </button>
        <div
            node_ref=panel
            id=id
            popover="auto"
            class=format!("popover-panel {panel_class}")
            on:beforetoggle=move |_: leptos::ev::Event| {
                opened_once.set(true);
                if let (Some(button), Some(panel)) = (button.get_untracked(), panel.get_untracked()) {
                    place(&button, &panel);
                }
            }
            on:toggle=move |_: leptos::ev::Event| {
                // Told later: what was chosen may have ended this part of the view by then.
                let shown = panel
                    .try_get_untracked()
                    .flatten()
                    .is_some_and(|panel| panel.matches(":popover-open").unwrap_or(false));
                let _gone = open.try_set(shown);
            }
        >
            <Show when=move || opened_once.get()>
                <Provider value=ClosePopover(close)>{children.read_value()()}</Provider>
            </Show>
        </div>
    }
}

/// Puts the panel below or above the button, flush with its nearer edge, inside the window.
fn place(button: &web_sys::HtmlElement, panel: &web_sys::HtmlElement) {
    let rect = button.get_bounding_client_rect();
    let edge = |name: Result<wasm_bindgen::JsValue, _>| {
        name.ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let (width, height) = (edge(window().inner_width()), edge(window().inner_height()));
    let style = panel.unchecked_ref::<web_sys::HtmlElement>().style();
    let set = |name: &str, value: Option<f64>| {
        let value = value.map_or_else(
            || "auto".to_owned(),
            |value| format!("{:.0}px", value.max(8.0)),
        );
        let _ = style.set_property(name, &value);
    };
    let below = rect.bottom() < height * 0.62;
    set("top", below.then_some(rect.bottom() + 4.0));
    set("bottom", (!below).then_some(height - rect.top() + 4.0));
    let left = (rect.left() + rect.right()) / 2.0 < width * 0.55;
    set("left", left.then_some(rect.left()));
    set("right", (!left).then_some(width - rect.right()));
    let beside = if left {
        width - rect.left()
    } else {
        rect.right()
    };
    let _ = style.set_property("max-width", &format!("min(24rem, {:.0}px)", beside - 8.0));
    let room = if below {
        height - rect.bottom()
    } else {
        rect.top()
    };
    let _ = style.set_property("max-height", &format!("{:.0}px", (room - 16.0).max(160.0)));
}
