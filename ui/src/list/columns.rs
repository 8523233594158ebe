//! Which columns are shown, and how tightly.
use crate::{entities, entity::Entity, preferences, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::{Checkbox, Icon, Popover, Switch};

/// The menu.
#[component]
pub fn ColumnMenu(entity: &'static Entity, shown: RwSignal<Vec<String>>) -> impl IntoView {
    let trigger = || view! { <Icon icon=icondata::LuColumns3 /><span class="tool-text">{t!(list.columns)}</span> };
    view! {
        <Popover trigger label=t!(list.columns).to_owned()>
            <div class="column-menu" role="group" aria-label=t!(list.columns)>
                {entities::sheet(entity).columns
                    .iter()
                    .skip(1)
                    .map(|column| {
                        let value = RwSignal::new(shown.with_untracked(|shown| shown.iter().any(|key| key == column.key)));
                        Effect::new(move |before: Option<bool>| {
                            let on = value.get();
                            if before.is_some_and(|before| before != on) {
                                choose(entity, shown, column.key, on);
                            }
                            on
                        });
                        view! { <Checkbox value label=column.label.text() /> }
                    })
                    .collect_view()}
                <hr class="menu-separator" />
                <Density />
            </div>
        </Popover>
    }
}

fn choose(entity: &'static Entity, shown: RwSignal<Vec<String>>, key: &str, on: bool) {
    shown.update(|shown| {
        shown.retain(|own| own != key);
        if on {
            shown.push(key.to_owned());
        }
    });
    preferences::keep_columns(entity.path, Some(&shown.get_untracked()));
}

/// The switch of the density.
#[component]
pub fn Density(#[prop(optional)] help: &'static str) -> impl IntoView {
    let value = RwSignal::new(preferences::compact().get_untracked());
    Effect::new(move |before: Option<bool>| {
        let compact = value.get();
        if before.is_some_and(|before| before != compact) {
            preferences::set_compact(compact);
        }
        compact
    });
    view! { <Switch value label=t!(list.compact) help=(!help.is_empty()).then(|| help.to_owned()) /> }
}
