//! What is told of a new object this once: a secret that nobody can read again.
use super::FormState;
use crate::{address, entity::value, secret::SecretDialog};
use leptos::prelude::*;
use serde_json::Value;

/// Shows what the server answered; closing it leads to the page of what was made.
#[component]
pub fn ToldOnce(
    form: FormState,
    draw: fn(&Value) -> AnyView,
    made: RwSignal<Option<Value>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || {
        if made.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = open.get();
        if was_open == Some(true) && !is_open {
            go_on(form, made.get_untracked().as_ref());
        }
        is_open
    });
    view! {
        <SecretDialog open title=form.entity.singular.text()>
            {move || made.with(|made| made.as_ref().map(draw))}
        </SecretDialog>
    }
}

fn go_on(form: FormState, made: Option<&Value>) {
    if let Some(made) = made {
        address::go(&form.sheet.opens_at(form.entity, value::id(made), made));
    }
}
