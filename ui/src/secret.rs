//! What is shown this once and cannot be read again.
use crate::{address, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Dialog, LinkButton, Notice, Tone, clipboard, use_toasts,
};

/// A text with a button that copies it.
#[component]
pub fn Secret(
    /// Why it should be copied now.
    warning: &'static str,
    text: String,
    /// The file it can be saved as.
    #[prop(optional, into)]
    file: Option<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let copied = text.clone();
    let copy = move |_| {
        clipboard::copy(&copied);
        toasts.info(t!(secret.copied));
    };
    let saved = file.map(|file| (text_file(&text), file));
    view! {
        <Notice tone=Tone::Warning icon=icondata::LuKeyRound>
            <p>{warning}</p>
            <code class="token">{text}</code>
            <div class="chip-row">
                <Button size=ButtonSize::Small icon=icondata::LuCopy on_press=copy>{t!(user.copy)}</Button>
                {saved
                    .map(|(href, file)| {
                        view! {
                            <LinkButton size=ButtonSize::Small icon=icondata::LuDownload href download=file>
                                {t!(secret.save)}
                            </LinkButton>
                        }
                    })}
            </div>
        </Notice>
    }
}

/// A dialog around it, which only whoever kept it closes.
#[component]
pub fn SecretDialog(
    open: RwSignal<bool>,
    title: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let actions = move || {
        view! { <Button look=ButtonLook::Primary on_press=move |_| open.set(false)>{t!(secret.kept)}</Button> }
    };
    view! { <Dialog open title sealed=true actions>{children()}</Dialog> }
}

/// The address of a text that is saved as a file.
pub fn text_file(text: &str) -> String {
    format!("data:text/plain;charset=utf-8,{}", address::encode(text))
}

/// The address of a file that the server sent in base 64.
pub fn binary_file(base64: &str) -> String {
    format!("data:application/octet-stream;base64,{base64}")
}
