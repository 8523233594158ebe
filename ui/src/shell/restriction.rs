//! The domain and scope that narrow everything the person sees; always visible while they do.
use crate::{
    address,
    api::{query, request, session},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Chip, use_toasts};
use serde_json::json;

/// Changes a preference of the signed-in user; everything seen before is forgotten.
pub fn prefer(member: &'static str, id: Option<i64>) {
    let toasts = use_toasts();
    let user = session::user().id;
    leptos::task::spawn_local(async move {
        match request::patch(&format!("user-profiles/{user}/"), &json!({member: id})).await {
            Ok(_) => {
                query::forget_everything();
                session::refresh();
            }
            Err(error) => toasts.error(error.line()),
        }
    });
}

/// A chip for each restriction in force.
#[component]
pub fn Restriction() -> impl IntoView {
    let user = session::user();
    let chips = [
        (
            "domain_preference",
            t!(domain.singular),
            user.domain_preference,
        ),
        ("scope_preference", t!(shell.scope), user.scope_preference),
    ];
    chips
        .into_iter()
        .filter_map(|(member, kind, one)| one.map(|one| (member, kind, one)))
        .map(|(member, kind, one)| {
            view! { <Chip label=format!("{kind}: {}", one.name) selected=Some(true) on_remove=Callback::new(move |()| address::leave(move || prefer(member, None))) /> }
        })
        .collect_view()
}
