//! A button that copies a text and says so.

use crate::text::{i18n::td_string, use_i18n};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize, clipboard};

/// The button.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What the button says.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let i18n = use_i18n();
    let copied = RwSignal::new(false);
    let said = move || {
        if copied.get() {
            td_string!(i18n.get_locale(), job.copied).to_owned()
        } else {
            label.get().to_string()
        }
    };
    let press = move |_| {
        clipboard::copy(&text.get_untracked());
        copied.set(true);
        set_timeout(
            move || {
                // The button may be gone by then.
                let _gone = copied.try_set(false);
            },
            std::time::Duration::from_secs(2),
        );
    };
    view! {
        <Button size=ButtonSize::Small icon=icondata::LuCopy on_press=press>
            <span aria-live="polite">{said}</span>
        </Button>
    }
}
