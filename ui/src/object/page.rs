//! The generic page: a form, and its history.
use super::{DeleteButton, History};
use crate::{
    address,
    api::{ApiError, Query, events, query},
    entities::{self, AUDIT},
    entity::{Entity, cell, value},
    form::EditForm,
    shell::crumbs::Opened,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::events::Event;
use migasfree_ui_kit::{
    ButtonSize, ErrorState, LinkButton, Notice, PageTitle, SkeletonLines, Status, Tab, Tabs, Tone,
};
use serde_json::Value;

/// Reads an object, and again when the server says it changed.
pub fn load(entity: &'static Entity, id: i64) -> Query<Value> {
    let object = query(move || Some(entity.object_api(id)));
    events::on_event(move |event| {
        if let Event::Changed {
            entity: kind,
            id: Some(changed),
            ..
        } = event
            && kind == entity.model
            && changed == id
        {
            object.refresh();
        }
    });
    object
}

/// Whether an object that is shown is not there any more.
pub fn gone(object: Query<Value>) -> Memo<bool> {
    Memo::new(move |_| {
        let shown = object.value.with(Option::is_some);
        shown
            && object
                .error
                .with(|error| *error == Some(ApiError::NotFound))
    })
}

/// Says above an object that somebody deleted it while it was looked at.
#[component]
pub fn GoneNotice(entity: &'static Entity, object: Query<Value>) -> impl IntoView {
    let gone = gone(object);
    view! {
        <Show when=move || gone.get()>
            <Notice tone=Tone::Error>
                <b>{t!(object.gone)}</b>
                <p>{t!(object.gone_text)}</p>
                <LinkButton size=ButtonSize::Small href=entity.href()>{entity.plural.text()}</LinkButton>
            </Notice>
        </Show>
    }
}

/// Whether the object is within the domains of the person; it is not offered to be changed before that is known.
pub fn theirs(entity: &'static Entity, object: Query<Value>) -> Memo<bool> {
    Memo::new(move |_| {
        object.value.with(|object| {
            object
                .as_ref()
                .is_some_and(|object| entity.is_theirs(object))
        })
    })
}

/// The browser's tab and the end of the breadcrumbs say which object is shown.
pub fn name_tab(entity: &'static Entity, id: i64, name: Signal<String>) {
    let opened = Opened::at_root();
    Effect::new(move || {
        let name = name.get();
        if name != UNNAMED {
            if let Some(opened) = opened {
                opened.tell(entity.object_href(id), name.clone());
            }
            crate::app::set_title(&format!("{name} · {}", entity.plural.text()));
        }
    });
}

/// Stands for a name that has not come yet.
pub const UNNAMED: &str = "…";

/// What takes the place of an object that cannot be shown.
#[component]
pub fn Trouble(entity: &'static Entity, error: ApiError, on_retry: Callback<()>) -> impl IntoView {
    let back = move || view! { <LinkButton href=entity.href()>{entity.plural.text()}</LinkButton> };
    let state = if error == ApiError::NotFound {
        view! { <ErrorState title=error.title() text=error.text()>{back()}</ErrorState> }.into_any()
    } else {
        view! {
            <ErrorState title=error.title() text=error.text() details=error.details() on_retry>
                {back()}
            </ErrorState>
        }
        .into_any()
    };
    view! {
        <h1 class="visually-hidden">{entity.singular.text()}</h1>
        {state}
    }
}

/// The page of an object whose declaration has a form.
#[component]
pub fn ObjectPage(entity: &'static Entity, id: i64) -> impl IntoView {
    let sheet = entities::sheet(entity);
    let object = load(entity, id);
    let tab = Memo::new(move |_| {
        address::address().with(|address| address.part(2).unwrap_or_default().to_owned())
    });
    let failed = object.failed();
    let there = Memo::new(move |_| object.value.with(Option::is_some));
    let title = move || {
        object.value.with(|object| {
            object
                .as_ref()
                .map_or_else(|| UNNAMED.to_owned(), |object| entity.text_of(object))
        })
    };
    name_tab(entity, id, Signal::derive(title));
    let theirs = theirs(entity, object);
    let kept = Memo::new(move |_| {
        object
            .value
            .with(|object| object.as_ref().is_some_and(sheet.keeps))
    });
    let aside = move || {
        object.value.with(|object| {
            let object = object.as_ref()?;
            object.get("enabled")?;
            let (tone, label) = cell::enabled(object);
            Some(view! { <Status tone label /> })
        })
    };
    let tabs = Signal::derive(move || {
        let base = entity.object_href(id);
        let one = |name: &str, label: &str| Tab {
            href: if name.is_empty() {
                base.clone()
            } else {
                format!("{base}/{name}")
            },
            label: label.to_owned(),
            count: None,
            current: tab.get() == name,
        };
        let mut tabs = vec![one("", t!(object.settings))];
        if AUDIT.may("view") {
            tabs.push(one("history", t!(object.history)));
        }
        tabs
    });
    view! {
        <div class="page">
            {move || match failed.get() {
                Some(error) => {
                    view! { <Trouble entity error on_retry=Callback::new(move |()| object.refresh()) /> }.into_any()
                }
                None => {
                    view! {
                        <PageTitle title aside=ViewFn::from(aside)>
                            {sheet.actions.map(|actions| actions(id, object))}
                            <Show when=move || sheet.may_delete(entity) && theirs.get() && !kept.get()>
                                <DeleteButton entity id name=Signal::derive(title) object />
                            </Show>
                        </PageTitle>
                        <GoneNotice entity object />
                        <Tabs tabs label=entity.singular.text() />
                        {move || match (tab.get().as_str(), there.get()) {
                            ("history", _) => view! { <History entity id /> }.into_any(),
                            (_, false) => view! { <div class="surface form-section"><SkeletonLines lines=6 /></div> }.into_any(),
                            (_, true) => {
                                let below = sheet.below.map(|below| below(id, object.value.get_untracked().unwrap_or_default()));
                                view! {
                                    <EditForm entity id object />
                                    {below}
                                }
                                .into_any()
                            }
                        }}
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

/// Members of an object as a list of facts.
pub fn fact(label: &'static str, content: impl IntoView) -> AnyView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>{content}</dd>
        </div>
    }
    .into_any()
}

/// A text member as a fact; a dash when empty.
pub fn text_fact(label: &'static str, object: &Value, path: &str) -> AnyView {
    let text = value::text(object, path);
    fact(
        label,
        if text.is_empty() {
            "–".to_owned()
        } else {
            text
        },
    )
}
