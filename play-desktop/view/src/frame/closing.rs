//! Says once that work goes on without the window.

use crate::{
    bridge,
    state::use_store,
    text::{i18n::td_string, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_ui_kit::{Button, ButtonLook, Dialog};

/// The dialog.
#[component]
pub fn ClosingDialog() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let close = move |_| {
        spawn_local(async move {
            let _closed = bridge::close_window().await;
        });
    };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| store.closing.set(false)>
                {move || td_string!(i18n.get_locale(), closing.stay)}
            </Button>
            <Button look=ButtonLook::Primary on_press=close>
                {move || td_string!(i18n.get_locale(), closing.close)}
            </Button>
        }
    };
    view! {
        <Dialog open=store.closing title=move || td_string!(i18n.get_locale(), closing.title) actions>
            <p data-testid="closing">{move || td_string!(i18n.get_locale(), closing.text)}</p>
            <p class="text-muted">{move || td_string!(i18n.get_locale(), closing.once)}</p>
        </Dialog>
    }
}
