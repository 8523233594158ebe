//! Dialogs on the native element: focus trapped, Escape closes, the page behind is inert.
use crate::{
    button::{Button, ButtonLook, IconButton},
    field::unique_id,
    texts::use_texts,
};
use leptos::{html, prelude::*};

/// A modal dialog. Its content lives only while it is open.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    #[prop(optional)] wide: bool,
    /// Only its own buttons close it: what it shows is not shown again.
    #[prop(optional)]
    sealed: bool,
    /// Buttons at the bottom, the main one last.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    children: ChildrenFn,
) -> impl IntoView {
    let texts = use_texts();
    let node = NodeRef::<html::Dialog>::new();
    let heading = unique_id("dialog");
    let labelled = heading.clone();
    Effect::new(move || {
        let Some(dialog) = node.get() else { return };
        if open.get() {
            if !dialog.open() {
                let _ = dialog.show_modal();
            }
        } else if dialog.open() {
            dialog.close();
        }
    });
    let children = StoredValue::new(children);
    let actions = StoredValue::new(actions);
    let title = StoredValue::new(title);
    let heading = StoredValue::new(heading);
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:dialog-wide=wide
            aria-labelledby=labelled
            on:keydown=move |event| {
                if sealed && event.key() == "Escape" {
                    event.prevent_default();
                }
            }
            on:close=move |_| {
                // Gestures of the browser, such as the way back on a phone, close it all the same.
                if sealed && open.try_get_untracked() == Some(true) {
                    if let Some(dialog) = node.try_get_untracked().flatten() {
                        let _ = dialog.show_modal();
                    }
                } else {
                    open.set(false);
                }
            }
            on:mousedown=move |event| {
                let backdrop = node.get_untracked().is_some_and(|dialog| {
                    event.target().is_some_and(|target| {
                        let dialog: &web_sys::EventTarget = dialog.as_ref();
                        *dialog == target
                    })
                });
                if backdrop && !sealed {
                    open.set(false);
                }
            }
        >
            <Show when=move || open.get()>
                <div class="dialog-body">
                    <header class="dialog-head">
                        <h2 id=heading.get_value()>{move || title.read_value().get()}</h2>
                        {(!sealed)
                            .then(|| {
                                view! {
                                    <IconButton
                                        icon=icondata::LuX
                                        label=move || texts.get().close
                                        on_press=move |_| open.set(false)
                                    />
                                }
                            })}
                    </header>
                    <div class="dialog-content">{children.read_value()()}</div>
                    {actions
                        .get_value()
                        .map(|actions| view! { <footer class="dialog-actions">{actions.run()}</footer> })}
                </div>
            </Show>
        </dialog>
    }
}

/// Asks once before something is destroyed, naming the thing.
#[component]
pub fn ConfirmDialog(
    open: RwSignal<bool>,
    #[prop(into)] title: TextProp,
    /// What happens, in one or two sentences.
    #[prop(into)]
    message: TextProp,
    /// The verb, e.g. "Delete".
    #[prop(into)]
    confirm: TextProp,
    #[prop(default = ButtonLook::Danger)] look: ButtonLook,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(into)] on_confirm: Callback<()>,
) -> impl IntoView {
    let texts = use_texts();
    let confirm = StoredValue::new(confirm);
    let message = StoredValue::new(message);
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>
                {move || texts.get().cancel}
            </Button>
            <Button look busy on_press=move |_| on_confirm.run(())>
                {move || confirm.read_value().get()}
            </Button>
        }
    };
    view! {
        <Dialog open title actions>
            <p class="text-base">{move || message.read_value().get()}</p>
        </Dialog>
    }
}
