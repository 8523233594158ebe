//! Buttons and links that look like buttons.
use crate::icon::Icon;
use leptos::{ev::MouseEvent, prelude::*};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonLook {
    /// The one main action of a screen.
    Primary,
    #[default]
    Plain,
    /// No frame until pointed at.
    Quiet,
    /// Destroys something; used in the dialog that asks, not in front of it.
    Danger,
}

impl ButtonLook {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn-primary",
            Self::Plain => "btn btn-plain",
            Self::Quiet => "btn btn-ghost",
            Self::Danger => "btn btn-error",
        }
    }
}

/// Height: 40 or 32 pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonSize {
    #[default]
    Normal,
    Small,
}

impl ButtonSize {
    fn class(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Small => " btn-sm",
        }
    }
}

/// A button with a text.
#[component]
pub fn Button(
    #[prop(optional)] look: ButtonLook,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional, into)] icon: Option<icondata::Icon>,
    /// Work started by this button is running: it shows that and cannot be pressed again.
    #[prop(optional, into)]
    busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// `submit` inside forms.
    #[prop(default = "button")]
    kind: &'static str,
    #[prop(optional, into)] title: MaybeProp<String>,
    #[prop(optional, into)] class: &'static str,
    #[prop(optional, into)] on_press: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type=kind
            class=format!("{}{} {class}", look.class(), size.class())
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
            title=move || title.get()
            on:click=move |event| {
                if let Some(on_press) = on_press {
                    on_press.run(event);
                }
            }
        >
            {move || {
                if busy.get() {
                    view! { <span class="loading loading-spinner loading-xs" aria-hidden="true"></span> }.into_any()
                } else {
                    icon.map(|icon| view! { <Icon icon /> }).into_any()
                }
            }}
            {children()}
        </button>
    }
}

/// A button with only an icon; `label` is its name and its tooltip.
#[component]
pub fn IconButton(
    #[prop(into)] icon: Signal<icondata::Icon>,
    #[prop(into)] label: TextProp,
    #[prop(default = ButtonSize::Small)] size: ButtonSize,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Drawn with a frame, beside other framed buttons.
    #[prop(optional)]
    framed: bool,
    /// For toggles.
    #[prop(optional, into)]
    pressed: MaybeProp<bool>,
    #[prop(optional, into)] class: &'static str,
    #[prop(optional, into)] on_press: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <button
            type="button"
            class=format!("btn {} btn-square{} {class}", if framed { "btn-plain" } else { "btn-ghost" }, size.class())
            aria-label=move || name.get().to_string()
            aria-pressed=move || pressed.get().map(|on| if on { "true" } else { "false" })
            title=move || label.get().to_string()
            disabled=disabled
            on:click=move |event| {
                if let Some(on_press) = on_press {
                    on_press.run(event);
                }
            }
        >
            <Icon icon />
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] look: ButtonLook,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional, into)] icon: Option<icondata::Icon>,
    /// Saves the target as a file of this name instead of opening it.
    #[prop(optional, into)]
    download: Option<String>,
    #[prop(optional, into)] class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=format!("{}{} {class}", look.class(), size.class()) download=download>
            {icon.map(|icon| view! { <Icon icon /> })}
            {children()}
        </a>
    }
}
