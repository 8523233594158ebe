//! Rows that belong to an object, with a dialog in which one of them is entered.
use super::{FieldView, FormState, page::Doubt, save};
use crate::{
    api::{ApiError, query, request},
    entities,
    entity::{RelatedRows, value},
    failure,
    object::{DeleteDialog, cannot_make},
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{
    Button, ButtonLook, ButtonSize, Dialog, EmptyState, IconButton, Notice, SkeletonLines, Tone,
    use_toasts,
};
use serde_json::Value;

/// The rows of an object; each is saved by itself.
#[component]
pub fn RowsCard(
    rows: &'static RelatedRows,
    parent_id: i64,
    /// Whether the object they belong to is the person's to change.
    theirs: bool,
) -> impl IntoView {
    let &RelatedRows {
        entity,
        sheet,
        parent,
        ..
    } = rows;
    let ordering = sheet.ordering;
    let found = query::<Page<Value>>(move || {
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
        found.refresh();
    });
    let among = format!("&{parent}__id={parent_id}");
    let add = entity.create.map_or("", |create| create.text());
    let row = move |row: Value| {
        let on_edit = Callback::new(move |row| edit(Some(row)));
        let on_deleted = Callback::new(move |()| found.refresh());
        view! { <Row rows row theirs among=among.clone() on_edit on_deleted /> }
    };
    view! {
        <section class="surface form-section rows-section">
            <header class="form-section-head">
                <div class="rows-head">
                    <h2 class="card-heading">{entity.plural.text()}</h2>
                    {may_add
                        .then(|| {
                            view! {
                                <Button size=ButtonSize::Small icon=icondata::LuPlus on_press=move |_| edit(None)>
                                    {add}
                                </Button>
                            }
                        })}
                </div>
                <p class="field-help">{sheet.about.text()}</p>
                {lacking}
            </header>
            {move || match (found.value.get(), found.error.get()) {
                (Some(page), None) if page.results.is_empty() => {
                    view! { <EmptyState icon=entity.icon title=tf!(list.none, things = entity.things()) /> }.into_any()
                }
                (Some(page), error) if !page.results.is_empty() => {
                    view! {
                        {error.map(|error| failure::strip(&error, move || found.refresh()))}
                        {page.results.into_iter().map(&row).collect_view()}
                    }
                    .into_any()
                }
                (_, Some(error)) => failure::place(&error, move || found.refresh()),
                (_, None) => view! { <SkeletonLines lines=2 /> }.into_any(),
            }}
            <Dialog open title=move || if edited.get().flatten().is_some() { t!(form.edit) } else { add }>
                {move || {
                    edited
                        .get()
                        .map(|row| view! { <RowForm rows parent_id row on_saved on_cancel=Callback::new(move |()| open.set(false)) /> })
                }}
            </Dialog>
        </section>
    }
}

#[component]
fn Row(
    rows: &'static RelatedRows,
    row: Value,
    theirs: bool,
    /// The rows that can take its place.
    among: String,
    on_edit: Callback<Value>,
    on_deleted: Callback<()>,
) -> impl IntoView {
    let entity = rows.entity;
    let toasts = use_toasts();
    let asking = RwSignal::new(false);
    let id = value::id(&row);
    let content = (rows.draw)(&row);
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
    rows: &'static RelatedRows,
    parent_id: i64,
    row: Option<Value>,
    on_saved: Callback<()>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let id = row.as_ref().map(value::id);
    let form =
        FormState::new(rows.entity, rows.sheet, row.as_ref(), id).of_parent(rows.parent, parent_id);
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
