//! Deleting: says what goes along and what changes, and wants the name typed where it is more than the thing itself.
use super::consequences::{Choose, Hold, OnDelete, effects, held};
use crate::{
    address,
    api::{ApiError, Query, events, query, request},
    entities,
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
    let narrowed = entities::sheet(entity).replaced_by;
    let among = Signal::derive(move || {
        object
            .value
            .with(|object| object.as_ref().map_or_else(String::new, narrowed))
    });
    view! {
        <IconButton icon=icondata::LuTrash2 label=t!(object.delete) framed=true on_press=move |_| open.set(true) />
        <DeleteDialog entity open ids=Signal::stored(vec![id]) title typed=name object among on_done />
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
    /// Narrows the others that can take their place: `&project__id=3`.
    #[prop(optional, into)]
    among: Signal<String>,
    /// Called with the reason when nothing was deleted.
    on_done: Callback<Option<ApiError>>,
) -> impl IntoView {
    let on_delete = RwSignal::new(OnDelete::default());
    // Asked again with every choice: what goes and what stays depends on it.
    let told = query::<deletion::Consequences>(move || {
        let ids: Vec<String> = ids.get().iter().map(ToString::to_string).collect();
        (open.get() && !ids.is_empty()).then(|| {
            let wish = on_delete.with(OnDelete::parameter);
            let wish = wish.map_or_else(String::new, |wish| format!("&{wish}"));
            format!("{}consequences/?id__in={}{wish}", entity.api, ids.join(","))
        })
    });
    let entered = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let stale = RwSignal::new(false);
    let version = StoredValue::new(None::<String>);
    Effect::new(move || {
        if open.get() {
            entered.set(String::new());
            on_delete.set(OnDelete::default());
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
    let hold = Memo::new(move |_| {
        told.value
            .with(|told| told.as_ref().map_or(Hold::Free, Hold::of))
    });
    let lets_go = Memo::new(move |_| on_delete.with(|on_delete| hold.get().lets_go(on_delete)));
    let blocked = move || hold.get() == Hold::Blocked;
    // A choice that the server does not take is told where it was made.
    let refused_choice = Signal::derive(move || {
        let chosen = on_delete.with(|on_delete| on_delete.parameter().is_some());
        let error = told.error.get().filter(|_| chosen);
        error
            .map(|error| error.reason())
            .into_iter()
            .collect::<Vec<_>>()
    });
    let wants_name = Memo::new(move |_| takes_more.get() && lets_go.get());
    let ready = Signal::derive(move || {
        let named = !takes_more.get() || entered.get().trim() == typed.get().trim();
        let fresh = !told.loading.get() && !object.is_some_and(|object| object.loading.get());
        let known = told.value.with(Option::is_some) && told.error.with(Option::is_none);
        known && fresh && named && lets_go.get()
    });
    let delete = move || {
        if !ready.get_untracked() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let ids = ids.get_untracked();
        let version = version.get_value();
        let wish = on_delete.with_untracked(OnDelete::parameter);
        let wish = wish.filter(|_| hold.get_untracked() != Hold::Free);
        let suffix = wish.map_or_else(String::new, |wish| format!("?{wish}"));
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
            <Show
                when=move || !blocked()
                fallback=move || view! { <Button on_press=move |_| open.set(false)>{t!(common.close)}</Button> }
            >
                <Button look=ButtonLook::Quiet on_press=move |_| open.set(false)>{t!(common.cancel)}</Button>
                <Button look=ButtonLook::Danger busy disabled=Signal::derive(move || !ready.get()) on_press=move |_| delete()>
                    {t!(object.delete)}
                </Button>
            </Show>
        }
    };
    let title = move || {
        if blocked() {
            t!(object.cannot_go).to_owned()
        } else {
            title.get()
        }
    };
    view! {
        <Dialog open title actions>
            <Show when=move || stale.get()>
                <Notice tone=Tone::Warning>
                    <b>{t!(object.stale)}</b>
                    <p>{t!(object.stale_text)}</p>
                </Notice>
            </Show>
            <Show when=move || !blocked()>
                <p>{t!(object.delete_for_good)}</p>
            </Show>
            {move || told.value.with(|told| told.as_ref().and_then(held))}
            {move || match hold.get() {
                Hold::Choice { replaceable, detachable } => {
                    Some(view! { <Choose entity on_delete ids among errors=refused_choice replaceable detachable /> })
                }
                Hold::Free | Hold::Blocked => None,
            }}
            {move || match (told.value.get(), told.error.get()) {
                (_, Some(error)) => {
                    refused_choice
                        .with(Vec::is_empty)
                        .then(|| view! { <Notice tone=Tone::Error>{error.line()}</Notice> })
                        .into_any()
                }
                (None, None) => view! { <SkeletonLines lines=3 /> }.into_any(),
                // With what cannot go nothing else would change.
                (Some(told), None) => (!blocked()).then(|| effects(&told)).into_any(),
            }}
            <Show when=move || wants_name.get()>
                <form on:submit=move |event| {
                    event.prevent_default();
                    delete();
                }>
                    <Field label=move || match ids.with(Vec::len) {
                        0 | 1 => tf!(object.type_name, name = typed.get()),
                        _ => tf!(object.type_number, number = typed.get()),
                    }>
                        <TextInput value=entered autocomplete="off" />
                    </Field>
                </form>
            </Show>
        </Dialog>
    }
}
