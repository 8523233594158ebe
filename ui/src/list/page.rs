//! The page of a list.
use super::{
    bulk::{self, BulkBar, Selection},
    columns::ColumnMenu,
    filters::{FilterChips, FilterPanel},
    state::ListState,
    views::ViewsMenu,
};
use crate::{
    address,
    api::{ApiError, events, query},
    entities,
    entity::{Entity, value},
    failure,
    object::cannot_make,
    preferences,
    text::{number, t, tf},
};
use leptos::{ev, html, prelude::*};
use migasfree_types::{
    events::{Event, PublicationState},
    rest::page::Page,
};
use migasfree_ui_kit::{
    Badge, Button, ButtonLook, ButtonSize, Choice, EmptyState, ErrorState, LinkButton, PageTitle,
    Pagination, SearchField, Select,
    table::{Table, TableColumn, TableRow, is_typing},
};
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// A list with everything that lists have.
#[component]
pub fn ListPage(entity: &'static Entity) -> impl IntoView {
    let state = ListState::new(entity);
    let page = query::<Page<Value>>(move || state.api_path());
    let selected = RwSignal::new(BTreeSet::<String>::new());
    let shown = RwSignal::new(shown_columns(entity));
    refresh_on_events(entity, page);
    Effect::new(move || {
        // Rows were deleted meanwhile, and the page with them.
        if page.error.get() == Some(ApiError::NotFound) && untrack(|| state.page()) > 1 {
            state.go_to_page(1);
        }
    });

    let total = Signal::derive(move || {
        page.value
            .with(|page| page.as_ref().map_or(0, |page| page.count))
    });
    let aside = move || {
        page.value
            .with(|page| page.as_ref().map(|page| number(page.count)))
            .map(|count| view! { <Badge>{count}</Badge> })
    };
    let selection = Selection {
        state,
        selected,
        all: RwSignal::new(false),
        total,
        on_done: Callback::new(move |()| page.refresh()),
    };
    bulk::follow(selection, page);
    view! {
        <div class="page page-list">
            <PageTitle title=entity.plural.text() aside=ViewFn::from(aside)>
                {state.sheet.tools.map(|tools| tools())}
                {create(entity)}
            </PageTitle>
            <section class="surface list">
                <Toolbar state shown selected />
                <FilterChips state />
                {move || {
                    let error = page.error.get()?;
                    let there = page.value.with(|page| page.as_ref().is_some_and(|page| !page.results.is_empty()));
                    there.then(|| failure::strip(&error, move || page.refresh()))
                }}
                <Rows state page shown selected />
                <Footer state total />
            </section>
            <BulkBar entity selection page />
        </div>
    }
}

/// The way to a new object, or what right is missing for it.
fn create(entity: &'static Entity) -> Option<AnyView> {
    let create = entity.create.filter(|_| entity.may("add"))?;
    let button = || {
        view! { <LinkButton look=ButtonLook::Primary icon=icondata::LuPlus href=format!("/{}/new", entity.path)>{create.text()}</LinkButton> }
            .into_any()
    };
    Some(cannot_make(entity).unwrap_or_else(button))
}

#[component]
fn Toolbar(
    state: ListState,
    shown: RwSignal<Vec<String>>,
    selected: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let search = RwSignal::new(untrack(|| state.get("search")));
    let input = NodeRef::<html::Input>::new();
    Effect::new(move || {
        let new = state.get("search");
        if search.get_untracked() != new {
            search.set(new);
        }
    });
    let slash = window_event_listener(ev::keydown, move |event| {
        if event.key() == "/" && preferences::single_keys().get_untracked() && !is_typing(&event) {
            event.prevent_default();
            if let Some(input) = input.get_untracked() {
                let _ = input.focus();
            }
        }
    });
    on_cleanup(move || slash.remove());
    let entity = state.entity;
    view! {
        <div class="list-tools">
            <SearchField value=search label=tf!(list.search, things = entity.things()) input_ref=input on_search=move |text: String| state.set("search", text.trim()) />
            {state.sheet.filters.iter().any(|filter| filter.offered).then(|| view! { <FilterPanel state /> })}
            <span class="list-spring"></span>
            <ViewsMenu state />
            <ColumnMenu entity shown />
            {state.sheet.export
                .then(|| {
                    view! {
                        <LinkButton
                            look=ButtonLook::Quiet
                            size=ButtonSize::Small
                            icon=icondata::LuDownload
                            download=format!("{}.csv", entity.path)
                            href=Signal::derive(move || state.export_path(&selected.with(|ids| ids.iter().cloned().collect::<Vec<_>>())))
                        >
                            <span class="tool-text">{t!(list.export)}</span>
                        </LinkButton>
                    }
                })}
        </div>
    }
}

#[component]
fn Rows(
    state: ListState,
    page: crate::api::Query<Page<Value>>,
    shown: RwSignal<Vec<String>>,
    selected: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let entity = state.entity;
    let sheet = state.sheet;
    let columns = Signal::derive(move || table_columns(entity, &shown.get()));
    let rows = Signal::derive(move || {
        page.value
            .with(|page| page.as_ref().map(|page| table_rows(entity, &page.results)))
    });
    let sort = Signal::derive(move || {
        let (by, descending) = state.sort()?;
        let column = sheet
            .columns
            .iter()
            .find(|column| column.sort == Some(by.as_str()))?;
        Some((column.key.to_owned(), descending))
    });
    let on_sort = Callback::new(move |key: String| {
        if let Some(name) = sheet
            .columns
            .iter()
            .find(|column| column.key == key)
            .and_then(|column| column.sort)
        {
            state.sort_by(name);
        }
    });
    // Told of the answer, not of what is typed until the next one comes.
    let nothing = Memo::new(move |_| {
        let empty = page
            .value
            .with(|page| page.as_ref().is_some_and(|page| page.results.is_empty()));
        empty.then(|| untrack(|| Emptiness::of(state)))
    });
    // Nothing that was found before says little about now.
    let failed = Memo::new(move |_| {
        let empty =
            |page: &Option<Page<Value>>| page.as_ref().is_none_or(|page| page.results.is_empty());
        page.error.get().filter(|_| page.value.with(empty))
    });
    let selectable = state.is_selectable();
    view! {
        {move || {
            if let Some(error) = failed.get() {
                return view! {
                    <ErrorState title=error.title() text=error.text() details=error.details() on_retry=Callback::new(move |()| page.refresh())>
                        {move || {
                            state
                                .is_narrowed()
                                .then(|| view! { <Button size=ButtonSize::Small on_press=move |_| state.clear()>{t!(list.clear)}</Button> })
                        }}
                    </ErrorState>
                }
                .into_any();
            }
            if let Some(emptiness) = nothing.get() {
                return view! { <Nothing state emptiness /> }.into_any();
            }
            let on_open = Callback::new(move |href: String| address::go(&href));
            if selectable {
                view! { <Table columns rows loading=page.loading sort on_sort selected compact=preferences::compact() keys=preferences::single_keys() on_open label=entity.plural.text() /> }.into_any()
            } else {
                view! { <Table columns rows loading=page.loading sort on_sort compact=preferences::compact() keys=preferences::single_keys() on_open label=entity.plural.text() /> }.into_any()
            }
        }}
    }
}

/// Why a list has no rows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Emptiness {
    /// Nothing contains these words.
    Unfound(String),
    /// Nothing passes the filters.
    Filtered,
    /// Nothing passes the filter that the list has before anybody sets one.
    Own,
    /// There is nothing at all.
    Bare,
}

impl Emptiness {
    fn of(state: ListState) -> Self {
        let search = state.get("search");
        if !search.is_empty() && state.filters().is_empty() {
            Self::Unfound(search)
        } else if state.is_narrowed() {
            Self::Filtered
        } else if !state.filters().is_empty() {
            Self::Own
        } else {
            Self::Bare
        }
    }
}

#[component]
fn Nothing(state: ListState, emptiness: Emptiness) -> impl IntoView {
    match emptiness {
        Emptiness::Unfound(search) => unfound(&search, move || state.set("search", "")),
        Emptiness::Filtered => filtered(state),
        Emptiness::Own => view! { <Beyond state /> }.into_any(),
        Emptiness::Bare => bare(state),
    }
}

/// Under the list's own filter: whether there is something without it.
#[component]
fn Beyond(state: ListState) -> impl IntoView {
    let entity = state.entity;
    let all = query::<Page<Value>>(move || Some(format!("{}?page_size=1", entity.api)));
    let failed = all.failed();
    move || {
        let count = all.value.with(|page| page.as_ref().map(|page| page.count));
        match count {
            Some(1..) => filtered(state),
            None if failed.with(Option::is_none) => ().into_any(),
            _ => bare(state),
        }
    }
}

fn filtered(state: ListState) -> AnyView {
    view! {
        <EmptyState icon=icondata::LuSearchX title=t!(list.no_match) text=t!(list.no_match_text)>
            <Button on_press=move |_| state.clear()>{t!(list.clear)}</Button>
        </EmptyState>
    }
    .into_any()
}

fn bare(state: ListState) -> AnyView {
    let entity = state.entity;
    view! {
        <EmptyState icon=entity.icon title=tf!(list.none, things = entity.things()) text=state.sheet.about.text()>
            {entities::can_make(entity).then(|| create(entity))}
            {state.sheet.first.map(|first| first())}
        </EmptyState>
    }
    .into_any()
}

/// Says that a search found nothing, and takes it back.
pub fn unfound(search: &str, clear: impl Fn() + Send + Sync + 'static) -> AnyView {
    view! {
        <EmptyState icon=icondata::LuSearchX title=tf!(list.not_found, text = value::line(search)) text=t!(list.not_found_text)>
            <Button on_press=move |_| clear()>{t!(list.clear_search)}</Button>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn Footer(state: ListState, total: Signal<u64>) -> impl IntoView {
    let size = RwSignal::new(untrack(|| state.page_size()).to_string());
    let choices: Vec<Choice> = preferences::PAGE_SIZES
        .iter()
        .map(|size| Choice::new(size.to_string(), size.to_string()))
        .collect();
    Effect::new(move |before: Option<String>| {
        let chosen = size.get();
        if before.is_some_and(|before| before != chosen)
            && let Ok(chosen) = chosen.parse()
        {
            preferences::set_page_size(chosen);
            state.set("page_size", "");
        }
        chosen
    });
    view! {
        <Show when=move || { total.get() > 0 }>
            <footer class="list-foot">
                <label class="list-size">
                    <span>{t!(list.rows)}</span>
                    <Select value=size choices=choices.clone() class="select-sm" label=t!(list.rows) />
                </label>
                <span class="list-keys">{keys(state)}</span>
                <Pagination
                    page=Signal::derive(move || state.page())
                    page_size=Signal::derive(move || state.page_size())
                    total
                    on_page=move |page| state.go_to_page(page)
                />
            </footer>
        </Show>
    }
}

/// What the keys do in the list.
fn keys(state: ListState) -> String {
    let keys = [
        Some(t!(list.key_move)),
        state.is_selectable().then(|| t!(list.key_select)),
        state.entity.page.then(|| t!(list.key_open)),
    ];
    keys.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The columns of a person's choice, or the declared ones.
fn shown_columns(entity: &'static Entity) -> Vec<String> {
    let declared = || {
        entities::sheet(entity)
            .columns
            .iter()
            .filter(|column| column.shown)
            .map(|column| column.key.to_owned())
            .collect()
    };
    preferences::columns(entity.path).unwrap_or_else(declared)
}

fn table_columns(entity: &'static Entity, shown: &[String]) -> Vec<TableColumn> {
    entities::sheet(entity)
        .columns
        .iter()
        .enumerate()
        .filter(|(index, column)| *index == 0 || shown.iter().any(|key| key == column.key))
        .map(|(index, column)| TableColumn {
            key: column.key.to_owned(),
            label: column.label.text().to_owned(),
            sortable: column.sort.is_some(),
            numeric: column.cell.is_numeric(),
            primary: index == 0,
        })
        .collect()
}

fn table_rows(entity: &'static Entity, rows: &[Value]) -> Vec<TableRow> {
    rows.iter()
        .map(|row| {
            let id = value::id(row);
            let row = row.clone();
            TableRow {
                id: id.to_string(),
                stamp: value::stamp(&row),
                name: match entity.text_of(&row) {
                    name if name.is_empty() => format!("{} {id}", entity.singular.text()),
                    name => name,
                },
                href: entity.page.then(|| entity.object_href(id)),
                cell: Arc::new(move |key: &str| {
                    entities::sheet(entity)
                        .columns
                        .iter()
                        .find(|column| column.key == key)
                        .map_or_else(
                            || ().into_any(),
                            |column| column.cell.draw(entity, &row, column.key),
                        )
                }),
            }
        })
        .collect()
}

/// Rows follow what happens on the server, at most every few seconds.
fn refresh_on_events(entity: &'static Entity, page: crate::api::Query<Page<Value>>) {
    const PAUSE: Duration = Duration::from_secs(4);
    let waiting = StoredValue::new(false);
    events::on_event(move |event| {
        let concerns = match event {
            Event::Changed { entity: kind, .. } => kind == entity.model,
            Event::Synchronization { .. } => {
                matches!(entity.model, "client.computer" | "client.synchronization")
            }
            Event::Publication { state, .. } => {
                entity.model == "core.deployment" && state != PublicationState::Running
            }
            Event::Progress { .. } | Event::Presence { .. } | Event::Resync => false,
        };
        if !concerns || waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        set_timeout(
            move || {
                if waiting.try_set_value(false).is_none() {
                    page.follow_up();
                }
            },
            PAUSE,
        );
    });
}
