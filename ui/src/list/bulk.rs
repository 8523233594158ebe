//! What can be done with the selected rows. What is not seen is not selected.
use super::state::ListState;
use crate::{
    api::{ApiError, Query, request},
    entity::{Entity, value},
    object::DeleteDialog,
    text::{number, plural, t, tf},
};
use leptos::prelude::*;
use migasfree_types::rest::page::Page;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, Icon, Progress, use_toasts};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The rows something is done with: those selected on the page, or all that match.
#[derive(Clone, Copy)]
pub struct Selection {
    pub state: ListState,
    pub selected: RwSignal<BTreeSet<String>>,
    /// All rows that match, on all pages.
    pub all: RwSignal<bool>,
    pub total: Signal<u64>,
    /// Called when something was done.
    pub on_done: Callback<()>,
}

impl Selection {
    /// How many rows.
    pub fn count(self) -> u64 {
        if self.all.get() {
            self.total.get()
        } else {
            self.selected.with(BTreeSet::len) as u64
        }
    }

    /// Ids of the selected rows of the page.
    pub fn ids(self) -> Vec<i64> {
        self.selected
            .with(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect())
    }

    /// How a request of the server names them: `ids`, or the `filter` that finds them.
    pub fn named(self) -> (&'static str, Value) {
        if self.all.get_untracked() {
            let filter = self.state.condition().into_iter();
            let filter = filter.map(|(name, value)| (name, Value::from(value)));
            ("filter", Value::Object(filter.collect()))
        } else {
            ("ids", json!(untrack(|| self.ids())))
        }
    }

    /// The address of the same rows as a file.
    pub fn export_path(self) -> String {
        let ids = if self.all.get() {
            Vec::new()
        } else {
            self.selected.with(|ids| ids.iter().cloned().collect())
        };
        self.state.export_path(&ids)
    }

    /// Selects nothing.
    pub fn clear(self) {
        self.all.set(false);
        self.selected.set(BTreeSet::new());
    }

    /// Ends what was done.
    pub fn done(self) {
        self.clear();
        self.on_done.run(());
    }
}

/// Drops from the selection what is no longer seen: after another search, filter, page or order, and when rows go.
pub fn follow(selection: Selection, page: Query<Page<Value>>) {
    let query = selection.state.query;
    Effect::new(move |before: Option<String>| {
        let now = query.with(crate::address::Query::text);
        if before.is_some_and(|before| before != now) {
            selection.clear();
        }
        now
    });
    Effect::new(move || {
        let seen: BTreeSet<String> = page.value.with(|page| {
            let rows = page.iter().flat_map(|page| page.results.iter());
            rows.map(|row| value::id(row).to_string()).collect()
        });
        let stays = |id: &String| seen.contains(id);
        if selection
            .selected
            .with_untracked(|ids| !ids.iter().all(stays))
        {
            selection.selected.update(|ids| ids.retain(stays));
        }
    });
    Effect::new(move || {
        // One row unselected by hand: "all" is not meant any more.
        let whole = page.value.with_untracked(|page| {
            let rows = page.as_ref().map_or(0, |page| page.results.len());
            selection.selected.with(|ids| ids.len() == rows)
        });
        if !whole && selection.all.get_untracked() {
            selection.all.set(false);
        }
    });
}

/// The bar that appears with the first selected row.
#[component]
pub fn BulkBar(
    entity: &'static Entity,
    selection: Selection,
    page: Query<Page<Value>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let state = selection.state;
    let done = RwSignal::new(None::<usize>);
    let asking = RwSignal::new(false);
    let count = Memo::new(move |_| selection.count());
    let own = state.sheet.bulk;
    let told = move |failures: Vec<ApiError>, tried: usize| {
        let worked = tried.saturating_sub(failures.len()) as u64;
        if worked > 0 {
            toasts.success(plural(worked, t!(list.changed_one), t!(list.changed_many)));
        }
        if let Some(first) = failures.first() {
            toasts.error(tf!(
                list.failed,
                count = failures.len(),
                reason = first.line()
            ));
        }
    };
    let switch_to = move |change: Value| {
        let ids = untrack(|| selection.ids());
        done.set(Some(0));
        leptos::task::spawn_local(async move {
            let mut failures = Vec::new();
            for (index, id) in ids.iter().enumerate() {
                if let Err(error) = request::patch(&entity.object_api(*id), &change).await {
                    failures.push(error);
                }
                if done.try_set(Some(index + 1)).is_some() {
                    return;
                }
            }
            done.set(None);
            selection.done();
            told(failures, ids.len());
        });
    };
    let on_deleted = Callback::new(move |failure: Option<ApiError>| {
        if let Some(error) = failure {
            // Nothing went: the rows stay selected.
            toasts.error(error.line());
            return;
        }
        let tried = untrack(|| selection.ids()).len();
        selection.done();
        told(Vec::new(), tried);
    });
    let percent = Signal::derive(move || {
        #[expect(clippy::cast_precision_loss, reason = "a page has few rows")]
        done.get()
            .map(|done| done as f64 / count.get().max(1) as f64 * 100.0)
    });
    let more = Memo::new(move |_| {
        let rows = page
            .value
            .with(|page| page.as_ref().map_or(0, |page| page.results.len()));
        own.is_some()
            && state.sheet.matching
            && !selection.all.get()
            && selection.selected.with(BTreeSet::len) == rows
            && selection.total.get() > rows as u64
    });
    // What is shown is known; all that match are only chosen where nothing is beyond anybody.
    let theirs = Memo::new(move |_| {
        page.value.with(|page| {
            selection.selected.with(|ids| {
                let rows = page.iter().flat_map(|page| page.results.iter());
                rows.filter(|row| ids.contains(&value::id(row).to_string()))
                    .all(|row| entity.is_theirs(row))
            })
        })
    });
    let rows_of = move || {
        page.value.with(|page| {
            let rows = page.iter().flat_map(|page| page.results.iter());
            let ids = selection.selected.get();
            rows.filter(|row| ids.contains(&value::id(row).to_string()))
                .cloned()
                .collect::<Vec<_>>()
        })
    };
    let kept = Memo::new(move |_| rows_of().iter().any(state.sheet.keeps));
    // One row is called by its name, as on its own page.
    let name = Memo::new(move |_| match rows_of().as_slice() {
        [row] => Some(entity.text_of(row)).filter(|name| !name.is_empty()),
        _ => None,
    });
    let changes =
        state.sheet.may_delete(entity) || state.sheet.switch.is_some() && entity.may("change");
    view! {
        <Show when=move || { count.get() > 0 }>
            <div class="bulk-bar" role="toolbar" aria-label=t!(list.selected_actions)>
                <span class="bulk-count" aria-live="polite">{move || plural(count.get(), t!(list.selected_one), t!(list.selected_many))}</span>
                <Show
                    when=move || done.get().is_none()
                    fallback=move || view! { <div class="bulk-progress"><Progress percent label=t!(common.loading) /></div> }
                >
                    <Show when=move || more.get()>
                        <Button look=ButtonLook::Quiet size=ButtonSize::Small on_press=move |_| selection.all.set(true)>
                            {move || tf!(list.select_matching, count = number(selection.total.get()))}
                        </Button>
                    </Show>
                    {own.map(|own| own(selection))}
                    <Show when=move || changes && !theirs.get()>
                        <span class="bulk-beyond">{t!(right.beyond_some)}</span>
                    </Show>
                    {state.sheet.switch
                        .filter(|_| entity.may("change"))
                        .map(|switch| {
                            view! {
                                <Show when=move || theirs.get()>
                                    <Button size=ButtonSize::Small on_press=move |_| switch_to(json!({switch.member: true}))>{switch.on.text()}</Button>
                                    <Button size=ButtonSize::Small on_press=move |_| switch_to(json!({switch.member: false}))>{switch.off.text()}</Button>
                                </Show>
                            }
                        })}
                    <Show when=move || state.sheet.may_delete(entity) && theirs.get() && !kept.get() && !selection.all.get()>
                        <Button size=ButtonSize::Small icon=icondata::LuTrash2 on_press=move |_| asking.set(true)>{t!(object.delete)}</Button>
                    </Show>
                    <Button look=ButtonLook::Quiet size=ButtonSize::Small on_press=move |_| selection.clear()>
                        <Icon icon=icondata::LuX />
                        {t!(list.unselect)}
                    </Button>
                </Show>
            </div>
        </Show>
        <DeleteDialog
            entity
            open=asking
            ids=Signal::derive(move || if asking.get() { selection.ids() } else { Vec::new() })
            title=Signal::derive(move || {
                let name = name.get().unwrap_or_else(|| entity.counted(count.get()));
                tf!(object.delete_title, name = name)
            })
            typed=Signal::derive(move || name.get().unwrap_or_else(|| count.get().to_string()))
            on_done=on_deleted
        />
    }
}
