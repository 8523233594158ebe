//! Changing the state of a computer.
use crate::{
    api::{Query, request},
    entities::{COMPUTERS, computer_statuses},
    entity::value,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{ConfirmDialog, Icon, Menu, MenuItem, use_toasts};
use serde_json::{Value, json};

/// The state that takes a computer out of service.
const UNSUBSCRIBED: &str = "unsubscribed";

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
    // What is given to the computer alone ends with its service, so that is asked about.
    let asking = RwSignal::new(false);
    let choose = move |status: String, label: String| {
        if status == UNSUBSCRIBED && current() != UNSUBSCRIBED {
            asking.set(true);
        } else {
            set(status, label);
        }
    };
    let name = move || {
        computer.value.with(|computer| {
            let computer = computer.as_ref();
            computer.map_or_else(String::new, |one| COMPUTERS.text_of(one))
        })
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
                            on_press=move |()| choose(choice.value.clone(), label.clone())
                        />
                    }
                })
                .collect_view()}
        </Menu>
        <ConfirmDialog
            open=asking
            title=move || tf!(computer.unsubscribe_title, name = name())
            message=t!(computer.unsubscribe_text)
            confirm=t!(computer.unsubscribe)
            on_confirm=move |()| {
                asking.set(false);
                set(UNSUBSCRIBED.to_owned(), t!(computer.status_unsubscribed).to_owned());
            }
        />
    }
}
