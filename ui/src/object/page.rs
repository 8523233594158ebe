//! The page: one for every entity, made of its declaration.
use super::{DeleteButton, History, Lacking, Summary};
use crate::{
    address,
    api::{ApiError, Query, events, query},
    entities::{self, AUDIT},
    entity::{Entity, Sheet, TabContent, value},
    form::{EditForm, RowsCard},
    shell::crumbs::Opened,
    text::t,
};
use leptos::prelude::*;
use migasfree_types::events::Event;
use migasfree_ui_kit::{
    ButtonSize, EmptyState, ErrorState, LinkButton, Notice, PageTitle, SkeletonLines, Status, Tab,
    Tabs, Tone,
};
use serde_json::Value;

/// Reads an object, and again when the server says it changed.
fn load(entity: &'static Entity, id: i64) -> Query<Value> {
    let object = query(move || Some(entity.object_api(id)));
    on_change(entity, id, move || object.refresh());
    object
}

/// Acts when the server says that an object changed.
pub(super) fn on_change(entity: &'static Entity, id: i64, act: impl Fn() + Send + Sync + 'static) {
    events::on_event(move |event| {
        if let Event::Changed {
            entity: kind,
            id: Some(changed),
            ..
        } = event
            && kind == entity.model
            && changed == id
        {
            act();
        }
    });
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
fn GoneNotice(entity: &'static Entity, object: Query<Value>) -> impl IntoView {
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
fn name_tab(entity: &'static Entity, id: i64, name: Signal<String>) {
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
const UNNAMED: &str = "…";

/// What takes the place of an object that cannot be shown.
#[component]
fn Trouble(entity: &'static Entity, error: ApiError, on_retry: Callback<()>) -> impl IntoView {
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

/// The tab with the form. The older address of it leads there, too.
const EDIT: &str = "edit";
const OLDER_EDIT: &str = "settings";

/// The tab with everything that people changed.
pub(super) const HISTORY: &str = "history";

/// The page of an object.
#[component]
pub fn ObjectPage(entity: &'static Entity, id: i64) -> impl IntoView {
    let sheet = entities::sheet(entity);
    let object = load(entity, id);
    let tab = Memo::new(move |_| {
        address::address().with(|address| match address.part(2) {
            Some(OLDER_EDIT) => EDIT.to_owned(),
            other => other.unwrap_or_default().to_owned(),
        })
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
        let (tone, label) = object
            .value
            .with(|object| sheet.state_of(object.as_ref()?))?;
        Some(view! { <Status tone label /> })
    };
    let subtitle = Signal::derive(move || {
        let said = object
            .value
            .with(|object| object.as_ref().map(sheet.subtitle));
        said.filter(|said| !said.is_empty())
    });
    let tabs = Signal::derive(move || {
        object
            .value
            .with(|object| tabs(entity, sheet, id, object.as_ref(), &tab.get()))
    });
    view! {
        <div class="page">
            {move || match failed.get() {
                Some(error) => {
                    view! { <Trouble entity error on_retry=Callback::new(move |()| object.refresh()) /> }.into_any()
                }
                None => {
                    view! {
                        <PageTitle title aside=ViewFn::from(aside) subtitle>
                            {sheet.actions.map(|actions| actions(id, object))}
                            <Show when=move || sheet.may_delete(entity) && theirs.get() && !kept.get()>
                                <DeleteButton entity id name=Signal::derive(title) object />
                            </Show>
                        </PageTitle>
                        <GoneNotice entity object />
                        {sheet.banner.map(|banner| banner(id, object))}
                        <Tabs tabs label=entity.singular.text() />
                        {move || {
                            let name = tab.get();
                            // The form is of the object as it was when it came, and of no other.
                            let waits = name == EDIT && !there.get();
                            if waits { waiting() } else { content(entity, sheet, id, object, &name) }
                        }}
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

/// The tabs of an object, as far as the signed-in user may see and do what is in them.
fn tabs(
    entity: &'static Entity,
    sheet: &'static Sheet,
    id: i64,
    object: Option<&Value>,
    current: &str,
) -> Vec<Tab> {
    let object = object.unwrap_or(&Value::Null);
    let own = sheet.tabs.iter().filter(|tab| tab.is_shown(object));
    // The address of the form leads to it also where it is only to be read.
    let reads = current == EDIT && !sheet.form.is_empty();
    let edits = reads || sheet.may_change(entity, object);
    let base = entity.object_href(id);
    std::iter::once(("", t!(object.summary)))
        .chain(own.map(|tab| (tab.path, tab.label.text())))
        .chain(edits.then(|| (EDIT, t!(form.edit))))
        .chain(AUDIT.may("view").then(|| (HISTORY, t!(object.history))))
        .map(|(name, label)| Tab {
            href: if name.is_empty() {
                base.clone()
            } else {
                format!("{base}/{name}")
            },
            label: label.to_owned(),
            count: None,
            current: current == name,
        })
        .collect()
}

/// What is behind a tab, also behind one that the row of tabs leaves out: an address may lead there.
fn content(
    entity: &'static Entity,
    sheet: &'static Sheet,
    id: i64,
    object: Query<Value>,
    name: &str,
) -> AnyView {
    if let Some(tab) = sheet.tabs.iter().find(|tab| tab.path == name) {
        return match tab.needs.filter(|needed| !needed.may("view")) {
            Some(needed) => view! { <Lacking entity=needed action="view" /> }.into_any(),
            None => match tab.content {
                TabContent::Own(draw) => draw(id, object),
                TabContent::Rows(rows) => once_there(object, move |object| {
                    let theirs = entity.is_theirs(&object);
                    view! { <RowsCard rows parent_id=id theirs /> }.into_any()
                }),
            },
        };
    }
    match name {
        "" => view! { <Summary entity id object /> }.into_any(),
        HISTORY => view! { <History entity id /> }.into_any(),
        EDIT if !sheet.form.is_empty() => view! { <EditForm entity id object /> }.into_any(),
        _ => no_tab(entity, id),
    }
}

/// In the place of a tab that there is not.
fn no_tab(entity: &'static Entity, id: i64) -> AnyView {
    view! {
        <section class="surface">
            <EmptyState icon=icondata::LuCompass title=t!(error.no_page) text=t!(error.no_page_text)>
                <LinkButton href=entity.object_href(id)>{t!(object.summary)}</LinkButton>
            </EmptyState>
        </section>
    }
    .into_any()
}

fn waiting() -> AnyView {
    view! { <div class="surface form-section"><SkeletonLines lines=6 /></div> }.into_any()
}

/// Draws an object as it is when it comes, once.
pub fn once_there(
    object: Query<Value>,
    draw: impl Fn(Value) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let there = Memo::new(move |_| object.value.with(Option::is_some));
    let drawn = move || {
        if there.get() {
            draw(object.value.get_untracked().unwrap_or_default())
        } else {
            waiting()
        }
    };
    drawn.into_any()
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
