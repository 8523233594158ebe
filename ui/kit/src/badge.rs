//! Small facts: a badge, and a status with its icon (never colour alone).
use crate::icon::Icon;
use leptos::prelude::*;

/// What a colour means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    Success,
    Warning,
    Error,
    Info,
    Brand,
    /// New things, highlights.
    Accent,
}

impl Tone {
    /// The style sheet's class of this tone.
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Success => "tone-success",
            Self::Warning => "tone-warning",
            Self::Error => "tone-error",
            Self::Info => "tone-info",
            Self::Brand => "tone-brand",
            Self::Accent => "tone-accent",
        }
    }

    /// The icon that says the same as the colour.
    pub fn icon(self) -> icondata::Icon {
        match self {
            Self::Neutral => icondata::LuCircle,
            Self::Success => icondata::LuCircleCheck,
            Self::Warning => icondata::LuTriangleAlert,
            Self::Error => icondata::LuCircleX,
            Self::Info => icondata::LuInfo,
            Self::Brand | Self::Accent => icondata::LuSparkles,
        }
    }
}

/// A quiet label.
#[component]
pub fn Badge(
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] title: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    view! { <span class=move || format!("badge-quiet {}", tone.get().class()) title=move || title.get()>{children()}</span> }
}

/// A state in words with its icon.
#[component]
pub fn Status(
    #[prop(into)] tone: Signal<Tone>,
    #[prop(into)] label: TextProp,
    /// Another icon than the tone's.
    #[prop(optional, into)]
    icon: Option<icondata::Icon>,
    /// Moves while something is going on.
    #[prop(optional, into)]
    busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <span class=move || format!("status-line {}", tone.get().class())>
            {move || {
                if busy.get() {
                    view! { <span class="loading loading-spinner loading-xs" aria-hidden="true"></span> }.into_any()
                } else {
                    let icon = icon.unwrap_or_else(|| tone.get().icon());
                    view! { <Icon icon /> }.into_any()
                }
            }}
            <span>{move || label.get()}</span>
        </span>
    }
}
