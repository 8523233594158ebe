//! What is shown to a person who lacks the right for it.
use crate::{
    api::session,
    entity::Entity,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::EmptyState;

/// A right in words: `View Computers`.
pub fn right_words(entity: &Entity, action: &str) -> String {
    right_to(action, (entity.plural)())
}

/// The same for things that are called so.
pub fn right_to(action: &str, things: &str) -> String {
    match action {
        "add" => tf!(right.add, things = things),
        "change" => tf!(right.change, things = things),
        "delete" => tf!(right.delete, things = things),
        _ => tf!(right.view, things = things),
    }
}

/// A right as it is called where rights are given: `View Computers (client.view_computer)`.
pub fn right_text(entity: &Entity, action: &str) -> String {
    let words = right_words(entity, action);
    let (app, model) = entity.model.split_once('.').unwrap_or_default();
    format!("{words} ({app}.{action}_{model})")
}

/// Says which right is missing, and who can help.
#[component]
pub fn Lacking(
    entity: &'static Entity,
    action: &'static str,
    /// Whether it takes the place of a whole page.
    #[prop(optional)]
    heading: bool,
) -> impl IntoView {
    let text = if session::may(action, entity.model) {
        // The right is there; what is made would be everybody's.
        t!(right.beyond_new).to_owned()
    } else {
        tf!(right.lacking, right = right_text(entity, action))
    };
    view! {
        {heading.then(|| view! { <h1 class="visually-hidden">{(entity.plural)()}</h1> })}
        <section class="surface">
            <EmptyState icon=icondata::LuLock title=t!(error.forbidden) text />
        </section>
    }
}
