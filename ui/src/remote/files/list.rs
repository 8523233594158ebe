//! What is in a folder, a page at a time.
use super::{
    Desk,
    folder::{By, Folder, MOST, arranged, inside},
};
use crate::{
    preferences,
    text::{self, number, t, tf},
};
use leptos::prelude::*;
use migasfree_tunnel::files::{Entry, EntryKind};
use migasfree_types::shown::shown_line;
use migasfree_ui_kit::{
    EmptyState, Icon, IconButton, Notice, Pagination, RelativeTime, Tone, format,
    table::{Table, TableColumn, TableRow},
};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};
use wasm_bindgen::JsValue;

/// Entries on a page.
const PAGE: u64 = 100;
/// The years 0 and 9999: what a computer says beyond is no time.
const TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

const COLUMNS: [(&str, Option<By>); 5] = [
    ("name", Some(By::Name)),
    ("size", Some(By::Size)),
    ("modified", Some(By::Changed)),
    ("owner", Some(By::Owner)),
    ("download", None),
];

fn by(key: &str) -> Option<By> {
    let column = COLUMNS.iter().find(|(own, _)| *own == key);
    column.and_then(|(_, by)| *by)
}

/// It as a table.
#[component]
pub fn FolderTable(desk: Desk, folder: Folder) -> impl IntoView {
    let page = RwSignal::new(1_u64);
    let sort = desk.sort;
    let is_cut = folder.is_cut;
    let entries = StoredValue::new(folder.entries);
    let shown = Memo::new(move |_| {
        let sort = sort.get();
        let order = sort
            .as_ref()
            .and_then(|(key, descending)| Some((by(key)?, *descending)));
        let (by, descending) = order.unwrap_or((By::Name, false));
        let hidden = desk.hidden.get();
        entries.with_value(|entries| arranged(entries, hidden, by, descending))
    });
    let total = Signal::derive(move || shown.with(Vec::len) as u64);
    let is_empty = Memo::new(move |_| total.get() == 0);
    let from = desk.ways.get_untracked().is_some_and(|ways| ways.from);
    let rows = Signal::derive(move || {
        let before = page.get().saturating_sub(1) * PAGE;
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        let rows = shown.with(|shown| {
            let page = shown.iter().skip(before).take(PAGE as usize);
            let mut before = HashMap::<&str, u32>::new();
            let rows = page.map(|entry| {
                let alike = before.entry(&entry.name).or_default();
                *alike += 1;
                row(desk, entry, *alike, from)
            });
            rows.collect()
        });
        Some::<Vec<TableRow>>(rows)
    });
    let on_sort = Callback::new(move |key: String| {
        page.set(1);
        sort.update(|sort| {
            let again = sort.as_ref().filter(|(by, _)| *by == key);
            let descending = again.is_some_and(|(_, descending)| !descending);
            *sort = Some((key, descending));
        });
    });
    let on_open = Callback::new(move |name: String| {
        let entry =
            shown.with_untracked(|shown| shown.iter().find(|one| one.name == name).cloned());
        if let Some(entry) = entry {
            open(desk, &entry, from);
        }
    });
    Effect::new(move || {
        desk.hidden.track();
        page.set(1);
    });
    view! {
        {is_cut.then(|| view! { <Notice tone=Tone::Info>{tf!(remote.folder_cut, count = number(MOST as u64))}</Notice> })}
        {move || if is_empty.get() {
            let hides = entries.with_value(|entries| !entries.is_empty());
            let words = if hides { t!(remote.folder_hidden_text) } else { t!(remote.folder_empty_text) };
            view! { <EmptyState icon=icondata::LuFolderOpen title=t!(remote.folder_empty) text=words /> }.into_any()
        } else {
            view! {
                <Table
                    columns=columns(from)
                    rows
                    loading=desk.loading
                    sort
                    on_sort
                    compact=preferences::compact()
                    keys=preferences::single_keys()
                    on_open
                    label=t!(remote.files)
                />
            }
            .into_any()
        }}
        <Show when=move || { total.get() > PAGE }>
            <Pagination page page_size=Signal::stored(PAGE) total on_page=move |to: u64| page.set(to) />
        </Show>
    }
}

fn columns(from: bool) -> Vec<TableColumn> {
    let shown = COLUMNS
        .into_iter()
        .filter(|(key, _)| from || *key != "download");
    shown
        .map(|(key, by)| TableColumn {
            key: key.to_owned(),
            label: match by {
                Some(By::Name) => t!(common.name),
                Some(By::Size) => t!(remote.file_size),
                Some(By::Changed) => t!(remote.file_modified),
                Some(By::Owner) => t!(remote.file_owner),
                None => "",
            }
            .to_owned(),
            sortable: by.is_some(),
            numeric: by == Some(By::Size),
            primary: by == Some(By::Name),
        })
        .collect()
}

/// Names that are no text may look alike: each is `alike` of its name.
fn row(desk: Desk, entry: &Entry, alike: u32, from: bool) -> TableRow {
    let entry = entry.clone();
    let mut hasher = DefaultHasher::new();
    (entry.size, entry.modified, &entry.owner, entry.kind as u8).hash(&mut hasher);
    TableRow {
        id: format!("{alike}/{}", entry.name),
        name: shown_line(&entry.name).into_owned(),
        href: is_opened(&entry, from).then(|| entry.name.clone()),
        stamp: hasher.finish(),
        cell: Arc::new(move |key: &str| cell(desk, &entry, from, key)),
    }
}

/// Whether there is anything to be done with it.
fn is_opened(entry: &Entry, from: bool) -> bool {
    match entry.kind {
        EntryKind::Folder | EntryKind::Link => true,
        EntryKind::File => from,
        EntryKind::Other => false,
    }
}

/// Folders are entered, files fetched. A link is taken for a folder: one of a file has a button of its own.
fn open(desk: Desk, entry: &Entry, from: bool) {
    match entry.kind {
        EntryKind::Folder | EntryKind::Link => {
            let path = desk.path.with_untracked(|path| inside(path, &entry.name));
            desk.go(path);
        }
        EntryKind::File if from => desk.download(entry),
        EntryKind::File | EntryKind::Other => {}
    }
}

fn cell(desk: Desk, entry: &Entry, from: bool, key: &str) -> AnyView {
    match key {
        "name" => name(desk, entry, from),
        "size" if entry.kind == EntryKind::File => {
            format::bytes(entry.size, text::tag()).into_any()
        }
        "modified" => {
            view! { <RelativeTime at=Signal::stored(moment(entry.modified)) /> }.into_any()
        }
        "owner" => {
            let owner = entry.owner.as_deref().unwrap_or("–");
            shown_line(owner).into_owned().into_any()
        }
        "download" if matches!(entry.kind, EntryKind::File | EntryKind::Link) => {
            let label = tf!(remote.download_named, name = shown_line(&entry.name));
            let entry = entry.clone();
            view! { <IconButton icon=icondata::LuDownload label on_press=move |_| desk.download(&entry) /> }.into_any()
        }
        _ => ().into_any(),
    }
}

fn name(desk: Desk, entry: &Entry, from: bool) -> AnyView {
    let icon = match entry.kind {
        EntryKind::Folder => icondata::LuFolder,
        EntryKind::File => icondata::LuFile,
        EntryKind::Link => icondata::LuLink,
        EntryKind::Other => icondata::LuCircleDashed,
    };
    let words = shown_line(&entry.name).into_owned();
    let shown = if is_opened(entry, from) {
        let entry = entry.clone();
        view! { <button type="button" class="link-button" on:click=move |_| open(desk, &entry, from)>{words}</button> }.into_any()
    } else {
        words.into_any()
    };
    view! { <span class="remote-file"><Icon icon />{shown}</span> }.into_any()
}

/// Unix seconds as the page writes times.
fn moment(seconds: i64) -> String {
    let seconds = seconds.clamp(*TIMES.start(), *TIMES.end());
    let date = js_sys::Date::new(&JsValue::from_f64(seconds as f64 * 1_000.0));
    date.to_iso_string().into()
}
