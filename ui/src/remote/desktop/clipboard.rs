//! The clipboard of the computer as a field: for browsers that keep theirs to themselves.
use crate::text::t;
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonSize, TextArea};

#[component]
pub fn Clipboard(
    open: RwSignal<bool>,
    /// What was copied there.
    copied: RwSignal<String>,
    /// Whether a text can go there.
    #[prop(into)]
    sends: Signal<bool>,
    #[prop(into)] on_send: Callback<String>,
) -> impl IntoView {
    view! {
        <Show when=move || open.get()>
            <div class="remote-clipboard">
                <TextArea value=copied rows=3 label=t!(remote.clipboard) />
                <Show when=move || sends.get()>
                    <Button size=ButtonSize::Small on_press=move |_| on_send.run(copied.get_untracked())>{t!(remote.clipboard_send)}</Button>
                </Show>
            </div>
        </Show>
    }
}
