//! Tabs that have addresses: links, so that each can be bookmarked, opened beside, and gone back to.
use crate::scrolling::show_in_view;
use leptos::{ev, html, prelude::*};

/// One tab.
#[derive(Debug, Clone)]
pub struct Tab {
    pub href: String,
    pub label: String,
    /// How many things it holds, when known.
    pub count: Option<u64>,
    pub current: bool,
}

/// The row of tabs. Where it is too narrow for all of them it can be scrolled, and fades out where more follow.
#[component]
pub fn Tabs(
    #[prop(into)] tabs: Signal<Vec<Tab>>,
    /// What the tabs are of, for screen readers.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let row = NodeRef::<html::Div>::new();
    let more_before = RwSignal::new(false);
    let more_after = RwSignal::new(false);
    let measure = move || {
        let Some(row) = row.try_get_untracked().flatten() else {
            return;
        };
        let before = row.scroll_left();
        let after = row.scroll_width() - row.client_width() - before;
        for (more, there) in [(more_before, before > 1), (more_after, after > 1)] {
            if more.try_get_untracked() == Some(!there) {
                more.set(there);
            }
        }
    };
    Effect::new(move || {
        tabs.track();
        let Some(row) = row.get() else { return };
        request_animation_frame(move || {
            if let Ok(Some(current)) = row.query_selector(".tab-current") {
                show_in_view(&current);
            }
            measure();
        });
    });
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    view! {
        <nav class="tab-row" aria-label=move || label.get().to_string()>
            <div node_ref=row class="tab-scroll" class:tab-more-before=more_before class:tab-more-after=more_after on:scroll=move |_| measure()>
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
            </div>
        </nav>
    }
}
