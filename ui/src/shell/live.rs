//! Whether the page is live.
use crate::{api::events, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::Icon;

/// Says when events no longer arrive; silent while they do.
#[component]
pub fn LiveMark() -> impl IntoView {
    let live = events::live();
    let late = RwSignal::new(false);
    Effect::new(move || {
        let now = live.get();
        if now {
            late.set(false);
            return;
        }
        set_timeout(
            move || {
                let still = live.try_get_untracked() == Some(false);
                let _ = late.try_set(still);
            },
            std::time::Duration::from_secs(8),
        );
    });
    view! {
        <Show when=move || late.get()>
            <span class="live-mark" role="status" title=t!(shell.stale_text)>
                <Icon icon=icondata::LuCloudOff />
                <span class="tool-text">{t!(shell.stale)}</span>
            </span>
        </Show>
    }
}
