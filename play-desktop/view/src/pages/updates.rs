//! What has a newer version, and getting it: application by application, or everything.

use crate::{
    parts::{AppButton, AppPicture, JobRow, Right, Shield, right_to},
    state::{Page, Status, Store, read_updates, status_of, use_actions, use_store},
    text::{Locale, bytes, fault_details, filled, i18n::td_string, number, problem, use_i18n},
};
use leptos::{prelude::*, task::spawn_local};
use migasfree_play_records::{App, AppState, Fault, JobRole, Update};
use migasfree_ui_kit::{
    Badge, Button, ButtonLook, EmptyState, ErrorState, PageTitle, SkeletonLines, badge::Tone,
};

/// The page.
#[component]
pub fn Updates() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let list = Memo::new(move |_| {
        (store.updates).with(|known| match known {
            Some(Ok(updates)) => updates.clone(),
            _ => Vec::new(),
        })
    });
    let fault =
        Memo::new(move |_| (store.updates).with(|known| known.as_ref()?.as_ref().err().cloned()));
    let loaded = Memo::new(move |_| store.updates.with(Option::is_some));
    let running = Memo::new(move |_| store.work.general(JobRole::Upgrade).map(|job| job.id));
    let count = move || {
        let locale = i18n.get_locale();
        list.with(|list| (!list.is_empty()).then(|| summary(list, locale)))
    };
    view! {
        <div class="page updates" data-testid="updates">
            <PageTitle
                title=move || td_string!(i18n.get_locale(), updates.title)
                subtitle=Signal::derive(count)
            >
                <LookButton />
                <Show when=move || !list.with(Vec::is_empty)>
                    <AllButton />
                </Show>
            </PageTitle>
            {move || {
                running
                    .get()
                    .map(|id| {
                        let job = store.work.follow(id.clone());
                        view! { <div class="surface job-list updates-running"><JobRow id job /></div> }
                    })
            }}
            {move || match (loaded.get(), fault.get()) {
                (false, _) => view! { <SkeletonLines lines=6 /> }.into_any(),
                (true, Some(fault)) => view! { <Failed fault /> }.into_any(),
                (true, None) => view! { <List list /> }.into_any(),
            }}
        </div>
    }
}

/// How many there are, and how many of them should not wait.
fn summary(list: &[Update], locale: Locale) -> String {
    let packages = match list.len() {
        1 => td_string!(locale, updates.count_single).to_string(),
        count => filled!(locale, updates.count_many, count = number(count, locale)),
    };
    match list.iter().filter(|update| update.security).count() {
        0 => packages,
        1 => filled!(locale, updates.security_single, packages = packages),
        count => filled!(
            locale,
            updates.security_many,
            packages = packages,
            count = number(count, locale)
        ),
    }
}

#[component]
fn LookButton() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    view! {
        <Button
            icon=icondata::LuRefreshCw
            busy=Signal::derive(move || store.work.general(JobRole::Refresh).is_some())
            class="updates-look"
            on_press=move |_| actions.look_for_updates()
        >
            {move || td_string!(i18n.get_locale(), updates.look)}
        </Button>
    }
}

#[component]
fn AllButton() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let actions = use_actions();
    let right = right_to("system-upgrade");
    let why = Signal::derive(move || {
        (right.get() == Right::AfterAsking)
            .then(|| td_string!(i18n.get_locale(), hint.needs_admin).to_owned())
    });
    view! {
        <Show when=move || right.get() != Right::Never>
            <Button
                look=ButtonLook::Primary
                busy=Signal::derive(move || store.work.general(JobRole::Upgrade).is_some())
                title=why
                class="updates-all"
                on_press=move |_| actions.update_all()
            >
                <Shield right />
                {move || td_string!(i18n.get_locale(), updates.all)}
            </Button>
        </Show>
    }
}

#[component]
fn Failed(fault: Fault) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let words = problem(&fault.code, i18n.get_locale());
    view! {
        <ErrorState
            title=words.title
            text=words.text
            details=Some(fault_details(&fault, i18n.get_locale()))
            on_retry=move |()| {
                store.updates.set(None);
                spawn_local(read_updates(store));
            }
        />
    }
}

#[component]
fn List(list: Memo<Vec<Update>>) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let parts = Memo::new(move |_| list.with(|list| by_app(&store, list)));
    let apps = move || parts.with(|parts| parts.apps.clone());
    let system = move || parts.with(|parts| parts.system.clone());
    view! {
        <Show
            when=move || !list.with(Vec::is_empty)
            fallback=move || {
                view! {
                    <EmptyState
                        icon=icondata::LuCircleCheck
                        title=move || td_string!(i18n.get_locale(), updates.none_title)
                        text=Signal::derive(move || {
                            Some(td_string!(i18n.get_locale(), updates.none_text).to_owned())
                        })
                    />
                }
            }
        >
            <Show when=move || !parts.with(|parts| parts.apps.is_empty())>
                <section class="update-part">
                    <h2>{move || td_string!(i18n.get_locale(), discover.apps)}</h2>
                    <ul class="surface update-list">
                        <For each=apps key=Clone::clone let((app, updates))>
                            <AppRow app updates />
                        </For>
                    </ul>
                </section>
            </Show>
            <Show when=move || !parts.with(|parts| parts.system.is_empty())>
                <section class="update-part">
                    <h2>{move || td_string!(i18n.get_locale(), updates.packages)}</h2>
                    <ul class="surface update-list">
                        <For each=system key=Clone::clone let:update>
                            <PackageRow update />
                        </For>
                    </ul>
                </section>
            </Show>
        </Show>
    }
}

/// The updates of applications, and those of everything else.
#[derive(Clone, Debug, Default, PartialEq)]
struct Parts {
    apps: Vec<(u32, Vec<Update>)>,
    system: Vec<Update>,
}

/// Sorts updates to their applications. What closes a hole comes first.
fn by_app(store: &Store, list: &[Update]) -> Parts {
    let mut parts = Parts::default();
    for update in list {
        match update.app.filter(|id| store.face(*id).is_some()) {
            Some(id) => match parts.apps.iter_mut().find(|(app, _)| *app == id) {
                Some((_, updates)) => updates.push(update.clone()),
                None => parts.apps.push((id, vec![update.clone()])),
            },
            None => parts.system.push(update.clone()),
        }
    }
    parts
        .apps
        .sort_by_key(|(_, updates)| !updates.iter().any(|update| update.security));
    parts.system.sort_by_key(|update| !update.security);
    parts
}

#[component]
fn AppRow(app: u32, updates: Vec<Update>) -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    let Some(face) = store.face(app) else {
        return ().into_any();
    };
    let name = face.name.clone();
    let size: Option<u64> = updates.iter().map(|update| update.size).sum();
    let security = updates.iter().any(|update| update.security);
    let versions = updates.first().map(versions).unwrap_or_default();
    let more = updates.len().saturating_sub(1);
    let facts = move || {
        let locale = i18n.get_locale();
        let more = match more {
            0 => None,
            1 => Some(td_string!(locale, updates.more_single).to_string()),
            count => Some(filled!(locale, updates.more_many, count = count)),
        };
        [
            Some(versions.clone()),
            more,
            size.map(|size| bytes(size, locale)),
        ]
        .into_iter()
        .flatten()
        .map(|fact| view! { <span>{fact}</span> })
        .collect_view()
    };
    view! {
        <li class="update-row" data-testid="update" data-app=app.to_string()>
            <AppPicture app=face.clone() size=32 />
            <div class="update-text">
                <h3>
                    <button type="button" class="link-button" on:click=move |_| store.navigation.go(Page::App(app))>
                        {name}
                    </button>
                    {security.then(|| view! { <SecurityBadge /> })}
                </h3>
                <p class="update-facts">{facts}</p>
            </div>
            <RowButton app=face />
        </li>
    }
    .into_any()
}

/// The button of an application's row. One that a policy demands says so elsewhere; here it is updated like the others.
#[component]
fn RowButton(app: App) -> impl IntoView {
    let i18n = use_i18n();
    let actions = use_actions();
    let (id, name) = (app.id, app.name.clone());
    let status = status_of(id);
    let required = Memo::new(
        move |_| matches!(status.get(), Status::Still(info) if info.state == AppState::Required),
    );
    let app = StoredValue::new(app);
    let title = Signal::derive(move || {
        Some(filled!(
            i18n.get_locale(),
            button.update_named,
            name = name.clone()
        ))
    });
    view! {
        <Show when=move || required.get() fallback=move || view! { <AppButton app=app.get_value() status /> }>
            <Button title class="update-required" on_press=move |_| actions.update(id)>
                {move || td_string!(i18n.get_locale(), button.update)}
            </Button>
        </Show>
    }
}

#[component]
fn PackageRow(update: Update) -> impl IntoView {
    let versions = versions(&update);
    view! {
        <li class="update-row" data-testid="update">
            <div class="update-text">
                <h3>
                    <code>{update.name}</code>
                    {update.security.then(|| view! { <SecurityBadge /> })}
                </h3>
                <p class="update-facts">{versions}</p>
            </div>
        </li>
    }
}

fn versions(update: &Update) -> String {
    format!("{} → {}", update.from, update.to)
}

#[component]
fn SecurityBadge() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Badge tone=Tone::Warning>{move || td_string!(i18n.get_locale(), updates.security)}</Badge>
    }
}
