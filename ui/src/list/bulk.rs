//! What can be done with the selected rows.
use super::state::ListState;
use crate::{
    api::request,
    entity::Entity,
    text::{plural, t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, ButtonSize, ConfirmDialog, Icon, Progress, use_toasts};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The bar that appears with the first selected row.
#[component]
pub fn BulkBar(
    entity: &'static Entity,
    selected: RwSignal<BTreeSet<String>>,
    state: ListState,
    on_done: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let done = RwSignal::new(None::<usize>);
    let asking = RwSignal::new(false);
    let count = Signal::derive(move || selected.with(BTreeSet::len));
    Effect::new(move |before: Option<String>| {
        // Another page or filter: what is not seen is not selected.
        let now = state.query.with(|query| {
            format!(
                "{}{:?}",
                query.get("page").unwrap_or_default(),
                state.filters()
            )
        });
        if before.is_some_and(|before| before != now) {
            selected.set(BTreeSet::new());
        }
        now
    });
    let run = move |change: Option<Value>| {
        asking.set(false);
        let ids: Vec<i64> =
            selected.with_untracked(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect());
        done.set(Some(0));
        leptos::task::spawn_local(async move {
            let mut failures = Vec::new();
            for (index, id) in ids.iter().enumerate() {
                let path = entity.object_api(*id);
                let answer = match &change {
                    Some(body) => request::patch(&path, body).await,
                    None => request::delete(&path).await,
                };
                if let Err(error) = answer {
                    failures.push(error.line());
                }
                if done.try_set(Some(index + 1)).is_some() {
                    return;
                }
            }
            done.set(None);
            selected.set(BTreeSet::new());
            on_done.run(());
            let worked = (ids.len() - failures.len()) as u64;
            if worked > 0 {
                toasts.success(plural(worked, t!(list.changed_one), t!(list.changed_many)));
            }
            if let Some(first) = failures.first() {
                toasts.error(tf!(list.failed, count = failures.len(), reason = first));
            }
        });
    };
    let percent = Signal::derive(move || {
        #[expect(clippy::cast_precision_loss, reason = "a page has few rows")]
        done.get()
            .map(|done| done as f64 / count.get().max(1) as f64 * 100.0)
    });
    view! {
        <Show when=move || { count.get() > 0 }>
            <div class="bulk-bar" role="toolbar" aria-label=t!(list.selected_actions)>
                <span class="bulk-count" aria-live="polite">{move || plural(count.get() as u64, t!(list.selected_one), t!(list.selected_many))}</span>
                <Show
                    when=move || done.get().is_none()
                    fallback=move || view! { <div class="bulk-progress"><Progress percent label=t!(common.loading) /></div> }
                >
                    {state.sheet.switch
                        .filter(|_| entity.may("change"))
                        .map(|switch| {
                            view! {
                                <Button size=ButtonSize::Small on_press=move |_| run(Some(json!({switch.member: true})))>{(switch.on)()}</Button>
                                <Button size=ButtonSize::Small on_press=move |_| run(Some(json!({switch.member: false})))>{(switch.off)()}</Button>
                            }
                        })}
                    {state.sheet.may_delete(entity)
                        .then(|| {
                            view! {
                                <Button size=ButtonSize::Small icon=icondata::LuTrash2 on_press=move |_| asking.set(true)>{t!(object.delete)}</Button>
                            }
                        })}
                    <Button look=ButtonLook::Quiet size=ButtonSize::Small on_press=move |_| selected.set(BTreeSet::new())>
                        <Icon icon=icondata::LuX />
                        {t!(list.unselect)}
                    </Button>
                </Show>
            </div>
        </Show>
        <ConfirmDialog
            open=asking
            title=move || plural(count.get() as u64, t!(list.delete_one), t!(list.delete_many))
            message=t!(list.delete_text)
            confirm=t!(object.delete)
            on_confirm=move |()| run(None)
        />
    }
}
