//! The button that carries an app through its life: same width in every state.
use crate::{icon::Icon, progress::Ring};
use leptos::prelude::*;

/// What the button shows. The words come from the caller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StateLook {
    /// Can be installed.
    Get,
    /// A newer version is there.
    Update,
    /// Waiting in the queue.
    Waiting,
    /// Being worked on; percent when known. Pressing it cancels.
    Running(Option<f64>),
    /// Installed and has something to open.
    Open,
    /// Installed.
    Installed,
    /// Somebody has to approve first.
    Ask,
    /// An administrator has to authenticate.
    NeedsAdministrator,
    /// Not for this computer; the reason stands beside or below the button.
    Unavailable,
}

impl StateLook {
    fn class(self) -> &'static str {
        match self {
            Self::Get | Self::Update => "state-button state-main",
            Self::Waiting | Self::Running(_) => "state-button state-busy",
            Self::Open | Self::Ask | Self::NeedsAdministrator => "state-button state-plain",
            Self::Installed => "state-button state-have",
            Self::Unavailable => "state-button state-off",
        }
    }

    fn icon(self) -> Option<icondata::Icon> {
        match self {
            Self::Installed => Some(icondata::LuCheck),
            Self::NeedsAdministrator => Some(icondata::LuShield),
            _ => None,
        }
    }
}

/// The state button. While running it shows a ring with the percent, and `cancel_label` when pointed at.
#[component]
pub fn StateButton(
    #[prop(into)] look: Signal<StateLook>,
    /// "Get", "Open", "Installed"…; while running, e.g. "42 %".
    #[prop(into)]
    label: TextProp,
    /// Name of the whole for screen readers, e.g. "Get Inkscape".
    #[prop(into)]
    accessible_label: TextProp,
    /// Shown instead of the label while running and pointed at or focused.
    #[prop(into)]
    cancel_label: TextProp,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Whether Tab reaches it; in a group that arrow keys move through, only one does.
    #[prop(default = true.into(), into)]
    tab_stop: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    let running = move || matches!(look.get(), StateLook::Running(_));
    let percent = Signal::derive(move || match look.get() {
        StateLook::Running(percent) => percent,
        _ => None,
    });
    view! {
        <button
            type="button"
            class=move || look.get().class()
            aria-label=move || accessible_label.get().to_string()
            aria-busy=move || running().then_some("true")
            tabindex=move || (!tab_stop.get()).then_some("-1")
            disabled=move || disabled.get() || look.get() == StateLook::Unavailable
            on:click=move |event| {
                event.stop_propagation();
                event.prevent_default();
                on_press.run(());
            }
        >
            <Show when=running>
                <Ring percent size=18 />
            </Show>
            {move || look.get().icon().map(|icon| view! { <Icon icon /> })}
            <span class="state-label">{move || label.get()}</span>
            <Show when=running>
                <span class="state-cancel" aria-hidden="true">{cancel_label.get()}</span>
            </Show>
        </button>
    }
}
