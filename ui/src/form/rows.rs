//! Rows that belong to an object and are saved one by one: groups of a policy, packages of an application.
use super::{FieldView, FormState, page::Doubt, save};
use crate::{
    api::{ApiError, query, request},
    entities,
    entity::{Entity, Sheet, value},
    object::{DeleteDialog, cannot_make},
    text::t,
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Dialog, ErrorState, IconButton, Notice, SkeletonLines, Tone,
    use_toasts,
};
use serde_json::Value;

/// The rows with their dialog. They are shown by `draw`.
#[component]
pub fn Rows(
    entity: &'static Entity,
    sheet: &'static Sheet,
    /// Member of the row that names its object, e.g. `policy`.
    parent: &'static str,
    parent_id: i64,
    /// Order of the rows.
    ordering: &'static str,
    #[prop(into)] title: TextProp,
    #[prop(into)] help: TextProp,
    #[prop(into)] add: TextProp,
    /// Whether the object they belong to is the person's to change.
    theirs: bool,
    draw: fn(&Value) -> AnyView,
) -> impl IntoView {
    let rows = query::<Page<Value>>(move || {
        Some(format!(
            "{}?{parent}__id={parent_id}&ordering={ordering}&page_size=200",
            entity.api
        ))
    });
    let edited = RwSignal::new(None::<Option<Value>>);
    let open = RwSignal::new(false);
    let may_add = theirs && entities::can_make(entity);
    let lacking = cannot_make(entity).filter(|_| theirs);
    let edit = move |row: Option<Value>| {
        leptos::task::spawn_local(async move {
            // As it is now, with its version: nobody overwrites what they have not seen.
            let row = match row {
                Some(row) => Some(
                    request::get(&entity.object_api(value::id(&row)))
                        .await
                        .unwrap_or(row),
                ),
                None => None,
            };
            if edited.try_set(Some(row)).is_none() {
                open.set(true);
            }
        });
    };
    let on_saved = Callback::new(move |()| {
        open.set(false);
        rows.refresh();
    });
    let among = format!("&{parent}__id={parent_id}");
    let title_words = title.clone();
    let add_words = add.clone();
    view! {
        <section class="surface form-section rows-section">
            <header class="form-section-head">
                <div class="rows-head">
                    <h2 class="card-heading">{move || title_words.get()}</h2>
                    {may_add
                        .then(|| {
                            view! {
                                <Button size=ButtonSize::Small icon=icondata::LuPlus on_press=move |_| edit(None)>
                                    {move || add_words.get()}
                                </Button>
                            }
                        })}
                </div>
                <p class="field-help">{move || help.get()}</p>
                {lacking}
            </header>
            {move || match (rows.value.get(), rows.error.get()) {
                (Some(page), _) => {
                    page.results
                        .into_iter()
                        .map(|row| view! { <Row entity row theirs draw among=among.clone() on_edit=Callback::new(move |row| edit(Some(row))) on_deleted=Callback::new(move |()| rows.refresh()) /> })
                        .collect_view()
                        .into_any()
                }
                (None, Some(error)) => {
                    view! { <ErrorState title=error.title() text=error.text() on_retry=Callback::new(move |()| rows.refresh()) /> }.into_any()
                }
                (None, None) => view! { <SkeletonLines lines=2 /> }.into_any(),
            }}
            <Dialog open title=move || if edited.get().flatten().is_some() { t!(form.edit).to_owned() } else { add.get().to_string() }>
                {move || {
                    edited
                        .get()
                        .map(|row| view! { <RowForm entity sheet parent parent_id row on_saved on_cancel=Callback::new(move |()| open.set(false)) /> })
                }}
            </Dialog>
        </section>
    }
}

#[component]
fn Row(
    entity: &'static Entity,
    row: Value,
    theirs: bool,
    draw: fn(&Value) -> AnyView,
    /// The rows that can take its place.
    among: String,
    on_edit: Callback<Value>,
    on_deleted: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let asking = RwSignal::new(false);
    let id = value::id(&row);
    let content = draw(&row);
    let on_done = Callback::new(move |failure: Option<ApiError>| match failure {
        None | Some(ApiError::NotFound) => {
            // The page may have been left meanwhile.
            let _left = on_deleted.try_run(());
        }
        Some(error) => toasts.error(error.line()),
    });
    let name = entity.text_of(&row);
    view! {
        <div class="row-item">
            <div class="row-content">{content}</div>
            {(theirs && entity.may("change"))
                .then(|| view! { <IconButton icon=icondata::LuPencil label=t!(form.edit) on_press=move |_| on_edit.run(row.clone()) /> })}
            {(theirs && entity.may("delete"))
                .then(|| view! { <IconButton icon=icondata::LuTrash2 label=t!(object.delete) on_press=move |_| asking.set(true) /> })}
            <DeleteDialog
                entity
                open=asking
                ids=Signal::stored(vec![id])
                title=Signal::stored(t!(form.delete_row).to_owned())
                typed=Signal::stored(name)
                among=Signal::stored(among)
                on_done
            />
        </div>
    }
}

#[component]
fn RowForm(
    entity: &'static Entity,
    sheet: &'static Sheet,
    parent: &'static str,
    parent_id: i64,
    row: Option<Value>,
    on_saved: Callback<()>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let form = FormState::new(entity, sheet, row.as_ref(), row.as_ref().map(value::id))
        .of_parent(parent, parent_id);
    let failure = RwSignal::new(None::<ApiError>);
    let others = form.other_errors();
    let submit = Callback::new(move |()| {
        failure.set(None);
        save::save(
            form,
            Callback::new(move |_| on_saved.run(())),
            Callback::new(move |error| {
                failure.set(Some(error).filter(|error| *error != ApiError::SignedOut))
            }),
        );
    });
    view! {
        <form
            class="dialog-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                event.stop_propagation();
                submit.run(());
            }
        >
            {form.sheet.form.iter().flat_map(|section| section.fields).map(|field| view! { <FieldView form field /> }).collect_view()}
            {move || {
                let mut messages = others.get();
                messages.extend(failure.get().map(|error| error.line()));
                (!messages.is_empty()).then(|| view! { <Notice tone=Tone::Error>{messages.join(" ")}</Notice> })
            }}
            <div class="dialog-form-actions">
                <Button look=ButtonLook::Quiet on_press=move |_| on_cancel.run(())>{t!(common.cancel)}</Button>
                <Doubt form on_insist=submit />
                <Button look=ButtonLook::Primary kind="submit" busy=form.saving>{t!(form.save)}</Button>
            </div>
        </form>
    }
}
