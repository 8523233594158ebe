//! The page of a new object, and the form of an existing one.
use super::{
    FormState,
    clash::{Clash, ClashDialog, ClashNotice},
    controls::FieldView,
    guard::UnsavedGuard,
    once::ToldOnce,
    save,
};
use crate::{
    address,
    api::{ApiError, Query},
    entities,
    entity::{Entity, Section},
    object::gone,
    text::{t, tf},
};
use leptos::{ev, prelude::*};
use migasfree_ui_kit::{
    Button, ButtonLook, Icon, LinkButton, Notice, PageTitle, Tone, one_line::one_line, use_toasts,
};
use serde_json::Value;

/// A form for a new object.
#[component]
pub fn CreatePage(entity: &'static Entity) -> impl IntoView {
    let form = FormState::new(entity, entities::sheet(entity), None, None);
    prefill(form);
    let title = entity.create.map_or("", |create| create.text());
    crate::app::set_title(title);
    view! {
        <div class="page">
            <PageTitle title />
            <FormBody form />
        </div>
    }
}

/// First values from the address: `?project=3` in a link from a project.
fn prefill(form: FormState) {
    use crate::entity::Kind;
    let query = address::address().get_untracked().query;
    for field in super::state::fields(form.sheet) {
        let Some(given) = query.get(field.name).map(str::to_owned) else {
            continue;
        };
        match field.kind {
            Kind::One { entity, .. } => {
                let Ok(id) = given.parse::<i64>() else {
                    continue;
                };
                let untouched = form.value(field.name).get_untracked();
                leptos::task::spawn_local(async move {
                    let answer = crate::api::request::get(&entity.object_api(id)).await;
                    let now = form.value(field.name).try_get_untracked();
                    if let Ok(object) = answer
                        && now == Some(untouched)
                    {
                        form.begin_with(field.name, object);
                    }
                });
            }
            Kind::Flag => form.begin_with(field.name, Value::Bool(given == "true")),
            Kind::Text | Kind::Mono | Kind::Email => {
                form.begin_with(field.name, Value::String(one_line(&given)));
            }
            _ => form.begin_with(field.name, Value::String(given)),
        }
    }
}

/// The form of an object that is there.
#[component]
pub fn EditForm(entity: &'static Entity, id: i64, object: Query<Value>) -> impl IntoView {
    let loaded = object.value.get_untracked();
    let form = FormState::new(entity, entities::sheet(entity), loaded.as_ref(), Some(id));
    view! { <FormBody form object /> }
}

#[component]
fn FormBody(form: FormState, #[prop(optional)] object: Option<Query<Value>>) -> impl IntoView {
    let toasts = use_toasts();
    let failure = RwSignal::new(None::<ApiError>);
    let entity = form.entity;
    let sheet = form.sheet;
    let beyond = object.is_some_and(|object| {
        object
            .value
            .with_untracked(|object| object.as_ref().is_some_and(|one| !entity.is_theirs(one)))
    });
    let allowed = entity.may(if form.id.is_some() { "change" } else { "add" });
    let may_save = allowed && !beyond;
    let form = form.reading(!may_save);
    let made = RwSignal::new(None::<Value>);
    let is_gone = match object {
        Some(object) => gone(object).into(),
        None => Signal::stored(false),
    };
    let on_saved = Callback::new(move |(id, answer): (i64, Value)| {
        failure.set(None);
        let name = entity.text_of(&answer);
        if form.id.is_some() {
            toasts.success(tf!(form.saved, name = name));
            if let Some(object) = object {
                object.refresh();
            }
        } else {
            toasts.success(tf!(form.created, name = name));
            address::release();
            match sheet.told_once {
                Some(_) => made.set(Some(answer)),
                None => address::go(&sheet.opens_at(entity, id, &answer)),
            }
        }
    });
    let clash = Clash::new(form);
    let on_error = Callback::new(move |error| match object {
        Some(object) if error == ApiError::Stale => {
            failure.set(None);
            clash.refuse();
            object.refresh();
        }
        Some(object) if error == ApiError::NotFound => {
            failure.set(Some(error));
            object.refresh();
        }
        // The dialog that asks to sign in says it, and nothing is wrong any more afterwards.
        _ if error == ApiError::SignedOut => failure.set(None),
        _ => failure.set(Some(error)),
    });
    let submit = Callback::new(move |()| {
        if !is_gone.get_untracked() {
            failure.set(None);
            save::save(form, on_saved, on_error);
        }
    });
    if let Some(object) = object {
        clash.follow(object, failure, submit);
    }
    let read_only = if allowed {
        t!(right.beyond)
    } else {
        t!(form.read_only)
    };
    let keys = window_event_listener(ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && event.key() == "s" {
            event.prevent_default();
            if may_save {
                submit.run(());
            }
        }
    });
    on_cleanup(move || keys.remove());

    let dirty = Memo::new(move |_| form.is_dirty());
    let others = form.other_errors();
    view! {
        <form
            class="form-grid"
            class:form-with-aside=sheet.aside.is_some()
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                submit.run(());
            }
        >
            <div class="form-main">
                <ClashNotice clash />
                {(!may_save)
                    .then(|| view! { <Notice tone=Tone::Info icon=icondata::LuLock>{read_only}</Notice> })}
                {sheet
                    .new_note
                    .filter(|_| form.id.is_none())
                    .map(|note| view! { <Notice tone=Tone::Info>{note.text()}</Notice> })}
                <fieldset class="form-sections" disabled=!may_save>
                    {sheet.form.iter().map(|section| view! { <SectionView form section /> }).collect_view()}
                </fieldset>
                {move || {
                    let messages = others.get();
                    (!messages.is_empty())
                        .then(|| view! { <div class="form-trouble"><Notice tone=Tone::Error>{messages.join(" ")}</Notice></div> })
                }}
                {move || {
                    failure
                        .get()
                        // Then the page says it.
                        .filter(|_| !is_gone.get())
                        .map(|error| {
                            let text = if error == ApiError::Unreachable {
                                format!("{} {}", error.text(), t!(form.still_here))
                            } else {
                                error.text()
                            };
                            view! {
                                <div class="form-trouble">
                                    <Notice tone=Tone::Error>
                                        <b>{error.title()}</b>
                                        <p>{text}</p>
                                        {error.details().map(|details| view! { <migasfree_ui_kit::error_state::Details details /> })}
                                    </Notice>
                                </div>
                            }
                        })
                }}
                {may_save
                    .then(|| {
                        view! {
                            <div class="save-bar" class:save-bar-quiet=move || form.id.is_some() && !dirty.get() && !form.saving.get()>
                                <span class="save-state" aria-live="polite">
                                    {move || match (is_gone.get(), dirty.get()) {
                                        (true, _) => view! { <Icon icon=icondata::LuTrash2 /> <span>{t!(object.gone)}</span> }.into_any(),
                                        (false, true) => view! { <Icon icon=icondata::LuPencilLine /> <span>{t!(form.unsaved)}</span> }.into_any(),
                                        (false, false) => ().into_any(),
                                    }}
                                </span>
                                {if form.id.is_some() {
                                    view! {
                                        <Button
                                            look=ButtonLook::Quiet
                                            disabled=Signal::derive(move || !dirty.get())
                                            on_press=move |_| {
                                                failure.set(None);
                                                form.discard();
                                                clash.take_theirs();
                                            }
                                        >
                                            {t!(form.discard)}
                                        </Button>
                                    }
                                    .into_any()
                                } else {
                                    view! { <LinkButton look=ButtonLook::Quiet href=entity.href()>{t!(common.cancel)}</LinkButton> }.into_any()
                                }}
                                <Doubt form on_insist=submit />
                                <Button
                                    look=ButtonLook::Primary
                                    kind="submit"
                                    busy=form.saving
                                    disabled=Signal::derive(move || is_gone.get() || form.id.is_some() && !dirty.get())
                                >
                                    {if form.id.is_some() { t!(form.save) } else { t!(form.create) }}
                                </Button>
                            </div>
                        }
                    })}
            </div>
            {sheet.aside.map(|aside| view! { <aside class="form-aside">{aside(form)}</aside> })}
            {sheet.told_once.map(|draw| view! { <ToldOnce form draw made /> })}
            <UnsavedGuard form on_save=submit />
            <ClashDialog clash on_save=submit />
        </form>
    }
}

/// Offers to save packages that nothing in the project is known to offer.
#[component]
pub(super) fn Doubt(form: FormState, on_insist: Callback<()>) -> impl IntoView {
    view! {
        <Show when=move || form.doubted.get()>
            <Button on_press=move |_| {
                form.insist();
                on_insist.run(());
            }>{t!(form.save_anyway)}</Button>
        </Show>
    }
}

#[component]
fn SectionView(form: FormState, section: &'static Section) -> impl IntoView {
    let title = section.title.text();
    view! {
        <section class="surface form-section">
            {(!title.is_empty())
                .then(|| {
                    view! {
                        <header class="form-section-head">
                            <h2 class="card-heading">{title}</h2>
                            {section.help.map(|help| view! { <p class="field-help">{help.text()}</p> })}
                        </header>
                    }
                })}
            {section.fields.iter().map(|field| view! { <FieldView form field /> }).collect_view()}
        </section>
    }
}
