//! Deleting: asks once, naming the thing.
use crate::{
    address,
    api::request,
    entity::Entity,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{ConfirmDialog, IconButton, use_toasts};

/// The button with its question; goes to the list afterwards.
#[component]
pub fn DeleteButton(
    entity: &'static Entity,
    id: i64,
    #[prop(into)] name: Signal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let delete = move |()| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = request::delete(&entity.object_api(id)).await;
            let _ = busy.try_set(false);
            let _ = open.try_set(false);
            match answer {
                Ok(_) => {
                    toasts.success(tf!(
                        object.deleted,
                        name = name.try_get_untracked().unwrap_or_default()
                    ));
                    address::release();
                    address::go(&entity.href());
                }
                Err(error) => toasts.error(error.line()),
            }
        });
    };
    view! {
        <IconButton icon=icondata::LuTrash2 label=t!(object.delete) framed=true on_press=move |_| open.set(true) />
        <ConfirmDialog
            open
            title=move || tf!(object.delete_title, name = name.get())
            message=move || tf!(object.delete_text, kind = (entity.singular)())
            confirm=t!(object.delete)
            busy
            on_confirm=delete
        />
    }
}
