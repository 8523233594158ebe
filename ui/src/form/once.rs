//! What is told of a new object this once: a secret that nobody can read again.
use super::FormState;
use crate::{address, entity::value, text::t};
use leptos::prelude::*;
use migasfree_ui_kit::{Button, ButtonLook, Dialog};
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
    let actions = move || {
        view! { <Button look=ButtonLook::Primary on_press=move |_| open.set(false)>{t!(secret.kept)}</Button> }
    };
    view! {
        <Dialog open title=form.entity.singular.text() actions>
            {move || made.with(|made| made.as_ref().map(draw))}
        </Dialog>
    }
}

fn go_on(form: FormState, made: Option<&Value>) {
    if let Some(made) = made {
        address::go(&form.sheet.opens_at(form.entity, value::id(made), made));
    }
}
