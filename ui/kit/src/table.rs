//! A table over columns that are known only at run time, with selection and keyboard.
//!
//! Rows come a page at a time from the server, so nothing is virtualised: a page is at most a few hundred rows, and a sticky header, the browser's own find
//! and a screen reader's table commands keep working. (leptos-struct-table wants the columns in a type.)
use crate::{icon::Icon, skeleton::SkeletonRows, texts::use_texts};
use leptos::{ev, html, prelude::*};
use std::{collections::BTreeSet, sync::Arc};
use wasm_bindgen::JsCast;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    pub key: String,
    pub label: String,
    pub sortable: bool,
    /// Numbers stand at the end of their cell.
    pub numeric: bool,
    /// The column that names the row; first on a narrow screen.
    pub primary: bool,
}

/// A row.
#[derive(Clone)]
pub struct TableRow {
    pub id: String,
    /// Its name for screen readers.
    pub name: String,
    /// Where Enter leads.
    pub href: Option<String>,
    /// Changes with what the row shows: a row with the same stamp stays as it was drawn, with its focus and what is unfolded in it.
    pub stamp: u64,
    /// Draws the cell of a column, for as long as the row is shown: columns come and go.
    pub cell: Arc<dyn Fn(&str) -> AnyView + Send + Sync>,
}

impl std::fmt::Debug for TableRow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TableRow")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Order of the rows: a column, descending or not.
pub type Sort = Option<(String, bool)>;

/// The table. j and k (or the arrows) move, x selects, Enter opens.
#[component]
pub fn Table(
    #[prop(into)] columns: Signal<Vec<TableColumn>>,
    /// `None` before the first page came.
    #[prop(into)]
    rows: Signal<Option<Vec<TableRow>>>,
    /// A new page is on its way: the old rows stay, dimmed.
    #[prop(optional, into)]
    loading: Signal<bool>,
    #[prop(optional, into)] sort: Signal<Sort>,
    #[prop(optional, into)] on_sort: Option<Callback<String>>,
    /// Ids of the selected rows; without it rows cannot be selected.
    #[prop(optional)]
    selected: Option<RwSignal<BTreeSet<String>>>,
    #[prop(optional, into)] compact: Signal<bool>,
    #[prop(optional, into)] on_open: Option<Callback<String>>,
    /// Whether the keys work.
    #[prop(default = Signal::stored(true), into)]
    keys: Signal<bool>,
    /// Its name for screen readers.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let cursor = RwSignal::new(None::<String>);
    let body = NodeRef::<html::Tbody>::new();
    Effect::new(move || {
        // The cursor stays on its row as long as the row is there.
        let gone = rows.with(|rows| {
            cursor.with_untracked(|at| {
                at.as_ref().is_some_and(|at| {
                    !rows
                        .as_ref()
                        .is_some_and(|rows| rows.iter().any(|row| row.id == *at))
                })
            })
        });
        if gone {
            cursor.set(None);
        }
    });
    let waiting = Memo::new(move |_| rows.with(Option::is_none));
    let width = move || columns.with(Vec::len) + usize::from(selected.is_some());
    let handler = Keys {
        on: keys,
        rows,
        cursor,
        selected,
        on_open,
        body,
    };
    let handle = window_event_listener(ev::keydown, move |event| handler.handle(&event));
    on_cleanup(move || handle.remove());

    view! {
        <div class="table-frame" class:table-compact=compact class:table-loading=loading>
            <table class="data-table" aria-label=move || label.get().to_string() aria-busy=move || loading.get().then_some("true")>
                <thead>
                    <tr>
                        {selected.map(|selected| view! { <th class="cell-check" scope="col"><SelectAll rows selected /></th> })}
                        <For each=move || columns.get() key=|column| column.key.clone() let:column>
                            <HeadCell column sort on_sort />
                        </For>
                    </tr>
                </thead>
                <tbody node_ref=body on:mouseover=tell_what_is_cut>
                    {move || waiting.get().then(|| view! { <SkeletonRows columns=width() /> })}
                    <For each=move || rows.get().unwrap_or_default() key=|row| (row.id.clone(), row.stamp) let:row>
                        <BodyRow row columns selected cursor />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn BodyRow(
    row: TableRow,
    columns: Signal<Vec<TableColumn>>,
    selected: Option<RwSignal<BTreeSet<String>>>,
    cursor: RwSignal<Option<String>>,
) -> impl IntoView {
    let texts = use_texts();
    let TableRow { id, name, cell, .. } = row;
    let own = id.clone();
    let is_selected = Signal::derive(move || {
        selected.is_some_and(|selected| selected.with(|ids| ids.contains(&own)))
    });
    let own = id.clone();
    let at_cursor = move || cursor.with(|at| at.as_ref() == Some(&own));
    view! {
        <tr
            class:row-selected=is_selected
            class:row-cursor=at_cursor
            aria-selected=move || is_selected.get().then_some("true")
        >
            {selected.map(|selected| {
                view! {
                    <td class="cell-check">
                        <input
                            type="checkbox"
                            class="checkbox checkbox-sm"
                            aria-label=move || format!("{}: {name}", texts.get().select_row)
                            prop:checked=is_selected
                            on:change=move |_| toggle(selected, &id)
                        />
                    </td>
                }
            })}
            <For each=move || columns.get() key=|column| column.key.clone() let:column>
                <td class:cell-numeric=column.numeric class:cell-primary=column.primary data-label=column.label>
                    {cell(&column.key)}
                </td>
            </For>
        </tr>
    }
}

/// Shows the whole text of a cell that is too long for it.
fn tell_what_is_cut(event: ev::MouseEvent) {
    let cell = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|element| element.closest("td").ok().flatten());
    let Some(cell) = cell else { return };
    let _ = if cell.scroll_width() > cell.client_width() {
        cell.set_attribute("title", &cell.text_content().unwrap_or_default())
    } else {
        cell.remove_attribute("title")
    };
}

#[component]
fn HeadCell(
    column: TableColumn,
    sort: Signal<Sort>,
    on_sort: Option<Callback<String>>,
) -> impl IntoView {
    let key = column.key.clone();
    let direction = Signal::derive(move || {
        sort.get()
            .filter(|(by, _)| *by == key)
            .map(|(_, descending)| descending)
    });
    let content = match on_sort.filter(|_| column.sortable) {
        Some(on_sort) => {
            let key = column.key.clone();
            view! {
                <button type="button" class="sort-button" on:click=move |_| on_sort.run(key.clone())>
                    {column.label.clone()}
                    {move || {
                        direction
                            .get()
                            .map(|descending| {
                                let icon = if descending { icondata::LuArrowDown } else { icondata::LuArrowUp };
                                view! { <Icon icon size=14 /> }
                            })
                    }}
                </button>
            }
            .into_any()
        }
        None => column.label.clone().into_any(),
    };
    view! {
        <th
            scope="col"
            class:cell-numeric=column.numeric
            class:cell-primary=column.primary
            aria-sort=move || direction.get().map(|descending| if descending { "descending" } else { "ascending" })
        >
            {content}
        </th>
    }
}

#[component]
fn SelectAll(
    rows: Signal<Option<Vec<TableRow>>>,
    selected: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let texts = use_texts();
    let all = Signal::derive(move || {
        rows.with(|rows| {
            rows.as_ref().is_some_and(|rows| {
                !rows.is_empty()
                    && selected.with(|ids| rows.iter().all(|row| ids.contains(&row.id)))
            })
        })
    });
    let toggle_all = move |_| {
        let choose = !all.get_untracked();
        let ids: Vec<String> =
            rows.with_untracked(|rows| rows.iter().flatten().map(|row| row.id.clone()).collect());
        selected.update(|selected| {
            for id in ids {
                if choose {
                    selected.insert(id);
                } else {
                    selected.remove(&id);
                }
            }
        });
    };
    view! {
        <input
            type="checkbox"
            class="checkbox checkbox-sm"
            aria-label=move || texts.get().select_all
            prop:checked=all
            on:change=toggle_all
        />
    }
}

fn toggle(selected: RwSignal<BTreeSet<String>>, id: &str) {
    selected.update(|ids| {
        if !ids.remove(id) {
            ids.insert(id.to_owned());
        }
    });
}

#[derive(Clone, Copy)]
struct Keys {
    on: Signal<bool>,
    rows: Signal<Option<Vec<TableRow>>>,
    cursor: RwSignal<Option<String>>,
    selected: Option<RwSignal<BTreeSet<String>>>,
    on_open: Option<Callback<String>>,
    body: NodeRef<html::Tbody>,
}

impl Keys {
    fn handle(self, event: &ev::KeyboardEvent) {
        if !self.on.get_untracked()
            || event.default_prevented()
            || event.ctrl_key()
            || event.alt_key()
            || event.meta_key()
            || is_typing(event)
        {
            return;
        }
        let count = self
            .rows
            .with_untracked(|rows| rows.as_ref().map_or(0, Vec::len));
        if count == 0 {
            return;
        }
        let at = self.cursor.with_untracked(|at| self.index(at.as_deref()?));
        match event.key().as_str() {
            "j" => self.go(at.map_or(0, |at| (at + 1).min(count - 1))),
            "k" => self.go(at.map_or(count - 1, |at| at.saturating_sub(1))),
            "x" => {
                if let (Some(row), Some(selected)) = (self.row(at), self.selected) {
                    toggle(selected, &row.id);
                }
            }
            "Enter" => {
                if let (
                    Some(TableRow {
                        href: Some(href), ..
                    }),
                    Some(on_open),
                ) = (self.row(at), self.on_open)
                {
                    event.prevent_default();
                    on_open.run(href);
                }
            }
            _ => {}
        }
    }

    fn row(self, at: Option<usize>) -> Option<TableRow> {
        self.rows
            .with_untracked(|rows| rows.as_ref()?.get(at?).cloned())
    }

    fn index(self, id: &str) -> Option<usize> {
        self.rows
            .with_untracked(|rows| rows.as_ref()?.iter().position(|row| row.id == id))
    }

    fn go(self, index: usize) {
        self.cursor.set(self.row(Some(index)).map(|row| row.id));
        let row = self.body.get_untracked().and_then(|body| {
            let index = u32::try_from(index).ok()?;
            body.rows().item(index)?.dyn_into::<web_sys::Element>().ok()
        });
        if let Some(row) = row {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }
}

/// Whether the key belongs to a control, a dialog or an open menu and not to the page.
pub fn is_typing(event: &ev::KeyboardEvent) -> bool {
    let in_control = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| {
            element
                .closest("input:not([type=checkbox]), textarea, select, button, a, dialog, [contenteditable], :popover-open")
                .is_ok_and(|found| found.is_some())
        });
    in_control
        || document()
            .query_selector("dialog[open]")
            .is_ok_and(|dialog| dialog.is_some())
}
