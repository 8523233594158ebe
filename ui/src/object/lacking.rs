//! What is shown to a person who lacks the right for it.
use crate::{
    api::session,
    entities,
    entity::Entity,
    text::{t, tf},
};
use leptos::prelude::*;
use migasfree_ui_kit::{EmptyState, Icon};

/// A right in words: `View Computers`.
pub fn right_words(entity: &Entity, action: &str) -> String {
    right_to(action, entity.plural.text())
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

/// Says in place of an offer to make a new object which right is missing for it, where that is so.
pub fn cannot_make(entity: &'static Entity) -> Option<AnyView> {
    let lacking = entities::lacking(entity).filter(|_| entity.may("add"))?;
    Some(
        view! {
            <p class="page-note">
                <Icon icon=icondata::LuLock />
                <span>{needed(lacking)}</span>
            </p>
        }
        .into_any(),
    )
}

fn needed(lacking: &Entity) -> String {
    tf!(
        right.needed,
        things = lacking.things(),
        right = right_words(lacking, "view")
    )
}

/// The same in place of the form.
#[component]
pub fn CannotMake(entity: &'static Entity, lacking: &'static Entity) -> impl IntoView {
    let title = entity.create.map_or("", |create| create.text());
    view! {
        <h1 class="visually-hidden">{title}</h1>
        <section class="surface">
            <EmptyState icon=icondata::LuLock title=t!(error.forbidden) text=needed(lacking) />
        </section>
    }
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
        {heading.then(|| view! { <h1 class="visually-hidden">{entity.plural.text()}</h1> })}
        <section class="surface">
            <EmptyState icon=icondata::LuLock title=t!(error.forbidden) text />
        </section>
    }
}
