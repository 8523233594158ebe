//! When it synchronised: a calendar and the newest ones.
use crate::{
    api::{Query, events, query},
    entities::{SYNCHRONIZATIONS, SYNCHRONIZATIONS_SHEET},
    failure,
    text::{self, plural, t},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{
    Card, EmptyState, LinkButton, SkeletonLines,
    chart::{Day, HeatMap},
    format,
    table::{Table, TableColumn, TableRow},
};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

const DAY: f64 = 86_400_000.0;
const WEEKS: u32 = 26;

/// On the computer's page.
pub fn tab(id: i64, _: Query<Value>) -> AnyView {
    view! { <SynchronizationsTab id /> }.into_any()
}

/// The tab.
#[component]
fn SynchronizationsTab(id: i64) -> impl IntoView {
    let rows = query::<Page<Value>>(move || {
        Some(format!(
            "syncs/?computer__id={id}&ordering=-created_at&page_size=25"
        ))
    });
    events::on_event(move |event| {
        if event
            .synchronized()
            .is_some_and(|computer| computer.id == id)
        {
            rows.refresh();
        }
    });
    let none = Memo::new(move |_| {
        rows.value
            .with(|page| page.as_ref().is_some_and(|page| page.count == 0))
    });
    let failed = rows.failed();
    view! {
        {move || match (failed.get(), none.get()) {
            (Some(error), _) => failure::place(&error, move || rows.refresh()),
            (None, true) => {
                view! { <EmptyState icon=icondata::LuRefreshCw title=t!(computer.never_synced) text=t!(computer.never_synced_text) /> }.into_any()
            }
            (None, false) => {
                view! {
                    <div class="stack">
                        <Calendar id />
                        <section class="surface list">
                            {move || rows.error.get().map(|error| failure::strip(&error, move || rows.refresh()))}
                            <SyncTable rows />
                            <footer class="list-foot">
                                <LinkButton href=format!("/synchronizations?computer__id={id}")>{t!(common.show_all)}</LinkButton>
                            </footer>
                        </section>
                    </div>
                }
                .into_any()
            }
        }}
    }
}

#[component]
fn SyncTable(rows: crate::api::Query<Page<Value>>) -> impl IntoView {
    let shown = [
        "created_at",
        "start_date",
        "pms_status_ok",
        "user",
        "consumer",
    ];
    let declared = move || {
        shown.into_iter().filter_map(|key| {
            SYNCHRONIZATIONS_SHEET
                .columns
                .iter()
                .find(|column| column.key == key)
        })
    };
    let columns: Vec<TableColumn> = declared()
        .enumerate()
        .map(|(index, column)| TableColumn {
            key: column.key.to_owned(),
            label: column.label.text().to_owned(),
            sortable: false,
            numeric: column.cell.is_numeric(),
            primary: index == 0,
        })
        .collect();
    let table_rows = Signal::derive(move || {
        rows.value.with(|page| {
            page.as_ref().map(|page| {
                page.results
                    .iter()
                    .map(|row| {
                        let row = row.clone();
                        TableRow {
                            id: crate::entity::value::id(&row).to_string(),
                            stamp: crate::entity::value::stamp(&row),
                            name: crate::entity::value::text(&row, "created_at"),
                            href: None,
                            cell: Arc::new(move |key: &str| {
                                SYNCHRONIZATIONS_SHEET
                                    .columns
                                    .iter()
                                    .find(|column| column.key == key)
                                    .map_or_else(
                                        || ().into_any(),
                                        |column| {
                                            column.cell.draw(&SYNCHRONIZATIONS, &row, column.key)
                                        },
                                    )
                            }),
                        }
                    })
                    .collect::<Vec<_>>()
            })
        })
    });
    view! { <Table columns rows=table_rows loading=rows.loading label=t!(synchronization.plural) /> }
}

/// Half a year of days.
#[component]
fn Calendar(id: i64) -> impl IntoView {
    let now = js_sys::Date::now();
    let today = js_sys::Date::new(&now.into());
    let weekday = (today.get_day() + 6) % 7;
    let days_shown = (WEEKS - 1) * 7 + weekday + 1;
    let start = now - f64::from(days_shown - 1) * DAY;
    let iso = |at: f64| {
        String::from(js_sys::Date::new(&at.into()).to_iso_string())
            .chars()
            .take(10)
            .collect::<String>()
    };
    let (from, to) = (iso(start), iso(now + DAY));
    let by_day = query::<Vec<(String, u64)>>(move || {
        Some(format!(
            "stats/syncs/by-day/?computer_id={id}&start_date={from}&end_date={to}"
        ))
    });
    let days = Signal::derive(move || {
        let counts: BTreeMap<String, u64> =
            by_day.value.get().unwrap_or_default().into_iter().collect();
        (0..days_shown)
            .map(|index| {
                let at = start + f64::from(index) * DAY;
                let count = counts.get(&iso(at)).copied().unwrap_or_default();
                let words = plural(count, t!(computer.syncs_one), t!(computer.syncs));
                Day {
                    label: format!("{}: {words}", format::day(at, text::tag())),
                    count,
                    href: None,
                }
            })
            .collect::<Vec<_>>()
    });
    let failed = by_day.failed();
    let there = Memo::new(move |_| by_day.value.with(Option::is_some));
    view! {
        <Card title=t!(computer.sync_calendar)>
            <div class="card-pad">
                {move || match (failed.get(), there.get()) {
                    (Some(error), _) => failure::line(&error, move || by_day.refresh()),
                    (None, true) => view! { <HeatMap days first_weekday=Signal::stored(0) /> }.into_any(),
                    (None, false) => view! { <SkeletonLines lines=5 /> }.into_any(),
                }}
            </div>
        </Card>
    }
}
