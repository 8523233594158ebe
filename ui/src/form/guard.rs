//! Unsaved changes: leaving the page asks once, closing the window lets the browser ask.
use super::FormState;
use crate::{address, text::t};
use leptos::{ev, prelude::*};
use migasfree_ui_kit::{Button, ButtonLook, Dialog};

/// Guards a form as long as it is on the page.
#[component]
pub fn UnsavedGuard(form: FormState, on_save: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let go_on = StoredValue::new_local(None::<address::Way>);

    let held = address::hold(move |way| {
        let holds = untrack(|| form.is_dirty());
        if holds {
            go_on.set_value(Some(way));
            open.set(true);
        }
        holds
    });
    let closing = window_event_listener(ev::beforeunload, move |event| {
        if untrack(|| form.is_dirty()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        held.release();
        closing.remove();
    });

    let leave = move |_| {
        open.set(false);
        held.release();
        if let Some(way) = go_on.get_value() {
            way();
        }
    };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=leave>{t!(form.leave)}</Button>
            <Button on_press=move |_| open.set(false)>{t!(form.stay)}</Button>
            <Button
                look=ButtonLook::Primary
                on_press=move |_| {
                    open.set(false);
                    on_save.run(());
                }
            >
                {t!(form.save)}
            </Button>
        }
    };
    view! {
        <Dialog open title=t!(form.unsaved_title) actions>
            <p>{t!(form.unsaved_text)}</p>
        </Dialog>
    }
}
