//! What the person may do without asking, shown before a button is pressed.

use crate::bridge;
use leptos::{prelude::*, task::spawn_local};
use migasfree_ui_kit::Icon;

/// Whether the person may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// No.
    Never,
    /// Yes.
    Always,
    /// When an administrator agrees.
    AfterAsking,
}

impl Right {
    fn of(answer: u32) -> Self {
        match answer {
            0 => Self::Never,
            1 => Self::Always,
            _ => Self::AfterAsking,
        }
    }
}

/// Whether the person has a right of the daemon. Until that is known, an administrator seems to be needed.
pub fn right_to(action: &'static str) -> Signal<Right> {
    let right = RwSignal::new(Right::AfterAsking);
    spawn_local(async move {
        if let Ok(answer) = bridge::can_authorize(action).await {
            // The page may have been left meanwhile.
            let _left = right.try_set(Right::of(answer));
        }
    });
    right.into()
}

/// Says that an administrator is asked.
#[component]
pub fn Shield(
    /// The right.
    right: Signal<Right>,
) -> impl IntoView {
    view! {
        <Show when=move || right.get() == Right::AfterAsking>
            <Icon icon=icondata::LuShield />
        </Show>
    }
}
