//! A menu in a popover: arrow keys move, Enter acts, Escape closes.
use crate::{
    icon::Icon,
    popover::{ClosePopover, Popover},
};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use wasm_bindgen::JsCast;

/// A button that opens a menu of [`MenuItem`]s.
#[component]
pub fn Menu(
    #[prop(into)] trigger: ViewFn,
    #[prop(optional, into)] label: MaybeProp<String>,
    #[prop(default = "btn btn-ghost btn-sm")] class: &'static str,
    /// Whether Tab reaches the button; in a group that arrow keys move through, only one does.
    #[prop(default = true.into(), into)]
    tab_stop: Signal<bool>,
    #[prop(optional)] open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let list = NodeRef::<html::Div>::new();
    Effect::new(move || {
        // The arrow keys are heard inside, so the focus goes there.
        if open.get()
            && let Some(first) = list.get().and_then(|list| {
                list.query_selector(".menu-item:not([disabled])")
                    .ok()
                    .flatten()
            })
        {
            let _ = first.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    });
    view! {
        <Popover trigger label class tab_stop open panel_class="menu-panel">
            <div node_ref=list role="menu" on:keydown=move_focus>
                {children.read_value()()}
            </div>
        </Popover>
    }
}

/// One entry: a link with `href`, else an action.
#[component]
pub fn MenuItem(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] icon: Option<icondata::Icon>,
    #[prop(optional, into)] href: Option<String>,
    /// Marks the current one of several choices.
    #[prop(optional, into)]
    checked: MaybeProp<bool>,
    /// Written in the colour of danger.
    #[prop(optional)]
    danger: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
) -> impl IntoView {
    let close = use_context::<ClosePopover>();
    let press = move || {
        if let Some(close) = close {
            close.close();
        }
        if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    let role = move || {
        if checked.get().is_some() {
            "menuitemradio"
        } else {
            "menuitem"
        }
    };
    let state = move || checked.get().map(|on| if on { "true" } else { "false" });
    let inner = view! {
        {icon.map(|icon| view! { <Icon icon /> })}
        <span class="menu-text">{move || label.get()}</span>
        {move || (checked.get() == Some(true)).then(|| view! { <Icon icon=icondata::LuCheck /> })}
    };
    match href {
        Some(href) => view! {
            <a class="menu-item" class:menu-danger=danger role=role aria-checked=state tabindex="-1" href=href on:click=move |_| press()>
                {inner}
            </a>
        }
        .into_any(),
        None => view! {
            <button
                type="button"
                class="menu-item"
                class:menu-danger=danger
                role=role
                aria-checked=state
                tabindex="-1"
                disabled=disabled
                on:click=move |_| press()
            >
                {inner}
            </button>
        }
        .into_any(),
    }
}

/// A line between groups of entries.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <hr class="menu-separator" role="separator" /> }
}

fn move_focus(event: KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "Home" => i32::MIN,
        "End" => i32::MAX,
        _ => return,
    };
    event.prevent_default();
    let Some(menu) = event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let Ok(items) = menu.query_selector_all(".menu-item:not([disabled])") else {
        return;
    };
    let count = i32::try_from(items.length()).unwrap_or(0);
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let current = (0..count).find(|index| {
        items.item(index.unsigned_abs()).is_some_and(|item| {
            active
                .as_ref()
                .is_some_and(|active| item.is_same_node(Some(active)))
        })
    });
    let target = match (step, current) {
        (i32::MIN, _) => 0,
        (i32::MAX, _) => count - 1,
        (step, Some(index)) => (index + step).rem_euclid(count),
        (1, None) => 0,
        (_, None) => count - 1,
    };
    if let Some(item) = items
        .item(target.unsigned_abs())
        .and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = item.focus();
    }
}
