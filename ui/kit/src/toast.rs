//! Short messages that come and go, read out by screen readers.
use crate::{badge::Tone, icon::Icon, texts::use_texts};
use leptos::{html, prelude::*};
use std::time::Duration;

#[derive(Debug, Clone)]
struct Toast {
    id: u32,
    tone: Tone,
    text: String,
    action: Option<(String, Callback<()>)>,
}

/// Where messages are put; one per view, see [`Toasts::provide`].
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Makes the toasts available below; put a [`ToastArea`] into the view.
    pub fn provide() -> Self {
        let toasts = Self {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        };
        provide_context(toasts);
        toasts
    }

    /// Something worked.
    pub fn success(self, text: impl Into<String>) {
        self.push(Tone::Success, text.into(), None);
    }

    /// Something to know.
    pub fn info(self, text: impl Into<String>) {
        self.push(Tone::Info, text.into(), None);
    }

    /// Something failed and there is no better place to say so. Stays until dismissed.
    pub fn error(self, text: impl Into<String>) {
        self.push(Tone::Error, text.into(), None);
    }

    /// Something worked and can be taken back.
    pub fn with_action(
        self,
        text: impl Into<String>,
        label: impl Into<String>,
        action: Callback<()>,
    ) {
        self.push(Tone::Success, text.into(), Some((label.into(), action)));
    }

    /// Takes all of them away: they were for somebody else.
    pub fn clear(self) {
        self.list.set(Vec::new());
    }

    fn push(self, tone: Tone, text: String, action: Option<(String, Callback<()>)>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        let stays = tone == Tone::Error;
        let seconds = if action.is_some() { 10 } else { 5 };
        self.list.update(|list| {
            list.retain(|toast| toast.text != text);
            list.push(Toast {
                id,
                tone,
                text,
                action,
            });
            if list.len() > 4 {
                list.remove(0);
            }
        });
        if !stays {
            set_timeout(move || self.dismiss(id), Duration::from_secs(seconds));
        }
    }

    fn dismiss(self, id: u32) {
        let _ = self
            .list
            .try_update(|list| list.retain(|toast| toast.id != id));
    }
}

/// The toasts of this view.
///
/// # Panics
/// When the view did not call [`Toasts::provide`].
#[expect(
    clippy::expect_used,
    reason = "a view without toasts is a mistake of its author"
)]
pub fn use_toasts() -> Toasts {
    use_context().expect("Toasts::provide was called at the root of the view")
}

/// Shows the toasts; once, at the end of the view.
#[component]
pub fn ToastArea() -> impl IntoView {
    let toasts = use_toasts();
    let texts = use_texts();
    let area = NodeRef::<html::Div>::new();
    // Above the dialog that is open, whose backdrop would cover what went wrong in it.
    Effect::new(move || {
        let empty = toasts.list.with(Vec::is_empty);
        let Some(area) = area.get() else { return };
        let _ = area.hide_popover();
        if !empty {
            let _ = area.show_popover();
        }
    });
    view! {
        <div node_ref=area popover="manual" class="toast-area" role="region" aria-live="polite" aria-label=move || texts.get().notifications>
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                <div class=format!("toast-card {}", toast.tone.class()) role=if toast.tone == Tone::Error { "alert" } else { "status" }>
                    <Icon icon=toast.tone.icon() />
                    <span class="toast-text">{toast.text}</span>
                    {toast
                        .action
                        .map(|(label, action)| {
                            view! {
                                <button
                                    type="button"
                                    class="toast-action"
                                    on:click=move |_| {
                                        // What offered it may be gone.
                                        let _gone = action.try_run(());
                                        toasts.dismiss(toast.id);
                                    }
                                >
                                    {label}
                                </button>
                            }
                        })}
                    <button
                        type="button"
                        class="chip-remove"
                        aria-label=move || texts.get().dismiss
                        on:click=move |_| toasts.dismiss(toast.id)
                    >
                        <Icon icon=icondata::LuX />
                    </button>
                </div>
            </For>
        </div>
    }
}
