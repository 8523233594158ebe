//! Changing the state of a computer.
use crate::{
    api::{Query, request},
    entities::computer_statuses,
    entity::value,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{Icon, Menu, MenuItem, use_toasts};
use serde_json::{Value, json};

/// A menu with the states.
#[component]
pub fn StatusMenu(id: i64, computer: Query<Value>) -> impl IntoView {
    let toasts = use_toasts();
    let current = move || {
        computer.value.with(|computer| {
            computer
                .as_ref()
                .map(|one| value::text(one, "status"))
                .unwrap_or_default()
        })
    };
    let set = move |status: String, label: String| {
        leptos::task::spawn_local(async move {
            match request::post(
                &format!("computers/{id}/status/"),
                &json!({"status": status}),
            )
            .await
            {
                Ok(_) => {
                    toasts.success(tf!(computer.status_set, status = label));
                    computer.refresh();
                }
                Err(error) => toasts.error(error.line()),
            }
        });
    };
    let trigger = || {
        view! {
            {t!(computer.set_status)}
            <Icon icon=icondata::LuChevronDown />
        }
    };
    view! {
        <Menu trigger class="btn btn-plain btn-sm">
            {computer_statuses()
                .into_iter()
                .map(|choice| {
                    let own = choice.value.clone();
                    let label = choice.label.clone();
                    view! {
                        <MenuItem
                            label=choice.label
                            checked=Signal::derive(move || Some(current() == own))
                            on_press=move |()| set(choice.value.clone(), label.clone())
                        />
                    }
                })
                .collect_view()}
        </Menu>
    }
}
