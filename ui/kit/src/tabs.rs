//! Tabs that have addresses: links, so that each can be bookmarked, opened beside, and gone back to.
use crate::scrolling::show_in_view;
use leptos::{html, prelude::*};

/// One tab.
#[derive(Debug, Clone)]
pub struct Tab {
    pub href: String,
    pub label: String,
    /// How many things it holds, when known.
    pub count: Option<u64>,
    pub current: bool,
}

/// The row of tabs.
#[component]
pub fn Tabs(
    #[prop(into)] tabs: Signal<Vec<Tab>>,
    /// What the tabs are of, for screen readers.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let row = NodeRef::<html::Nav>::new();
    Effect::new(move || {
        tabs.track();
        let Some(row) = row.get() else { return };
        request_animation_frame(move || {
            if let Ok(Some(current)) = row.query_selector(".tab-current") {
                show_in_view(&current);
            }
        });
    });
    view! {
        <nav node_ref=row class="tab-row" aria-label=move || label.get().to_string()>
            {move || {
                tabs.get()
                    .into_iter()
                    .map(|tab| {
                        view! {
                            <a
                                class="tab-link"
                                class:tab-current=tab.current
                                href=tab.href
                                aria-current=tab.current.then_some("page")
                            >
                                {tab.label}
                                {tab.count.map(|count| view! { <span class="tab-count">{count}</span> })}
                            </a>
                        }
                    })
                    .collect_view()
            }}
        </nav>
    }
}
