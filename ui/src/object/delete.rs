//! Deleting: says what goes along and what changes, and wants the name typed where it is more than the thing itself.
use super::consequences::{Consequences, Fate, suffix};
use crate::{
    address,
    api::{ApiError, Query, events, query, request},
    entity::Entity,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::deletion;
use migasfree_ui_kit::{
    Button, ButtonLook, Dialog, Field, IconButton, Notice, SkeletonLines, TextInput, Tone,
    use_toasts,
};
use serde_json::{Value, json};

/// The button with its question; goes to the list afterwards.
#[component]
pub fn DeleteButton(
    entity: &'static Entity,
    id: i64,
    #[prop(into)] name: Signal<String>,
    /// What the person sees: only that is deleted.
    object: Query<Value>,
) -> impl IntoView {
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let on_done = Callback::new(move |failure: Option<ApiError>| {
        let name = name.try_get_untracked().unwrap_or_default();
        match failure {
            None => toasts.success(tf!(object.deleted, name = name)),
            Some(ApiError::NotFound) => toasts.success(tf!(object.already_deleted, name = name)),
            Some(error) => return toasts.error(error.line()),
        }
        address::release();
        address::go(&entity.href());
    });
    let title = Signal::derive(move || tf!(object.delete_title, name = name.get()));
    view! {
        <IconButton icon=icondata::LuTrash2 label=t!(object.delete) framed=true on_press=move |_| open.set(true) />
        <DeleteDialog entity open ids=Signal::stored(vec![id]) title typed=name object on_done />
    }
}

/// The version of the object that is shown.
fn seen(object: Query<Value>) -> Option<String> {
    object
        .value
        .with_untracked(|object| object.as_ref().and_then(request::version))
}

/// The question before objects are deleted, with what that would do.
#[component]
pub fn DeleteDialog(
    entity: &'static Entity,
    open: RwSignal<bool>,
    #[prop(into)] ids: Signal<Vec<i64>>,
    #[prop(into)] title: Signal<String>,
    /// What is typed where more goes than the objects themselves.
    #[prop(into)]
    typed: Signal<String>,
    /// The one object, as the person sees it.
    #[prop(optional)]
    object: Option<Query<Value>>,
    /// Called with the reason when nothing was deleted.
    on_done: Callback<Option<ApiError>>,
) -> impl IntoView {
    let told = query::<deletion::Consequences>(move || {
        let ids: Vec<String> = ids.get().iter().map(ToString::to_string).collect();
        (open.get() && !ids.is_empty())
            .then(|| format!("{}consequences/?id__in={}", entity.api, ids.join(",")))
    });
    let entered = RwSignal::new(String::new());
    let fate = RwSignal::new(Fate::default());
    let busy = RwSignal::new(false);
    let stale = RwSignal::new(false);
    let version = StoredValue::new(None::<String>);
    Effect::new(move || {
        if open.get() {
            entered.set(String::new());
            fate.set(Fate::default());
            stale.set(false);
            version.set_value(object.and_then(seen));
        }
    });
    if let Some(object) = object {
        Effect::new(move || {
            object.value.track();
            if stale.get_untracked() && !object.loading.get_untracked() {
                version.set_value(seen(object));
            }
        });
    }
    let takes_more = Memo::new(move |_| {
        told.value
            .with(|told| told.as_ref().is_some_and(|told| !told.gone.is_empty()))
    });
    let is_held = Memo::new(move |_| {
        told.value
            .with(|told| told.as_ref().is_some_and(|told| !told.held.is_empty()))
    });
    let ready = Signal::derive(move || {
        let named = !takes_more.get() || entered.get().trim() == typed.get().trim();
        let decided = !is_held.get() || fate.with(Fate::is_decided);
        let fresh = !told.loading.get() && !object.is_some_and(|object| object.loading.get());
        told.value.with(Option::is_some) && fresh && named && decided
    });
    let delete = move || {
        if !ready.get_untracked() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let ids = ids.get_untracked();
        let version = version.get_value();
        let suffix = suffix(is_held.get_untracked(), &fate.get_untracked());
        let held = events::hold();
        leptos::task::spawn_local(async move {
            let _held = held;
            let answer = match ids.as_slice() {
                [id] => {
                    let path = format!("{}{suffix}", entity.object_api(*id));
                    request::delete(&path, version.as_deref()).await
                }
                // All of them, or none.
                _ => {
                    let path = format!("{}bulk-delete/{suffix}", entity.api);
                    request::post(&path, &json!({"ids": ids})).await
                }
            };
            if busy.try_set(false).is_some() {
                return;
            }
            if let (Err(ApiError::Stale), Some(object)) = (&answer, object) {
                stale.set(true);
                object.refresh();
                told.refresh();
                return;
            }
            open.set(false);
            let _ = on_done.try_run(answer.err());
        });
    };
    let actions = move || {
        view! {
            <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
            <Button look=ButtonLook::Danger busy disabled=Signal::derive(move || !ready.get()) on_press=move |_| delete()>
                {t!(object.delete)}
            </Button>
        }
    };
    view! {
        <Dialog open title=move || title.get() actions>
            <Show when=move || stale.get()>
                <Notice tone=Tone::Warning>
                    <b>{t!(object.stale)}</b>
                    <p>{t!(object.stale_text)}</p>
                </Notice>
            </Show>
            <p>{t!(object.delete_for_good)}</p>
            {move || match (told.value.get(), told.error.get()) {
                (Some(told), _) => view! { <Consequences entity told fate ids /> }.into_any(),
                (None, Some(error)) => view! { <Notice tone=Tone::Error>{error.line()}</Notice> }.into_any(),
                (None, None) => view! { <SkeletonLines lines=3 /> }.into_any(),
            }}
            <Show when=move || takes_more.get()>
                <form on:submit=move |event| {
                    event.prevent_default();
                    delete();
                }>
                    <Field label=move || tf!(object.type_name, name = typed.get())>
                        <TextInput value=entered autocomplete="off" />
                    </Field>
                </form>
            </Show>
        </Dialog>
    }
}
