//! The picture of an app, or a generated tile with its letter.
use crate::icon::Icon;
use leptos::prelude::*;

/// An app's icon at 48, 64 or 128 pixels.
#[component]
pub fn AppIcon(
    /// Name of the app; its first letter and its colour when there is no picture.
    #[prop(into)]
    name: Signal<String>,
    #[prop(optional, into)] src: MaybeProp<String>,
    #[prop(default = 48)] size: u16,
) -> impl IntoView {
    let broken = RwSignal::new(None::<String>);
    let edge = format!("{}rem", f64::from(size) / 16.0);
    let picture = move || {
        src.get()
            .filter(|src| !src.is_empty() && broken.get().as_ref() != Some(src))
    };
    view! {
        <span class="app-icon" style:width=edge.clone() style:height=edge>
            {move || match picture() {
                Some(src) => {
                    let failed = src.clone();
                    view! {
                        <img src=src alt="" loading="lazy" decoding="async" on:error=move |_| broken.set(Some(failed.clone())) />
                    }
                    .into_any()
                }
                None => view! { <LetterTile name /> }.into_any(),
            }}
        </span>
    }
}

/// A tile with the first letter, or a picture of none without a name; the same name always has the same colour.
#[component]
pub fn LetterTile(#[prop(into)] name: Signal<String>) -> impl IntoView {
    let letter = move || {
        name.get()
            .chars()
            .find(|letter| letter.is_alphanumeric())
            .map(|letter| letter.to_uppercase().to_string())
    };
    let hue = move || {
        name.get().bytes().fold(7_u32, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u32::from(byte))
        }) % 360
    };
    view! {
        <span class="letter-tile" aria-hidden="true" style:--tile-hue=move || hue().to_string()>
            {move || match letter() {
                Some(letter) => view! { <span>{letter}</span> }.into_any(),
                None => view! { <Icon icon=icondata::LuImage size=24 /> }.into_any(),
            }}
        </span>
    }
}
