//! Beside the form of a deployment: the effect before saving, and what became of the publication.
use super::publication::{PublicationCard, PublishButton};
use super::reach::Reach;
use super::results::ResultsCard;
use crate::{api::Query, entities::DEPLOYMENTS, entity::value, form::FormState, object::theirs};
use leptos::prelude::*;
use serde_json::Value;

/// Today as a date field writes it.
pub fn today() -> String {
    let now = js_sys::Date::new_0();
    let minutes = now.get_timezone_offset();
    let local = js_sys::Date::new(&(now.get_time() - minutes * 60_000.0).into());
    String::from(local.to_iso_string())
        .chars()
        .take(10)
        .collect()
}

/// Beside the form: the reach of what is entered, what became of it, and the publication.
pub fn aside(form: FormState) -> AnyView {
    view! {
        <Reach form />
        {form
            .id
            .map(|id| {
                view! {
                    <ResultsCard id />
                    <PublicationCard id />
                }
            })}
    }
    .into_any()
}

/// In the title line.
pub fn actions(id: i64, object: Query<Value>) -> AnyView {
    let theirs = theirs(&DEPLOYMENTS, object);
    let own = Memo::new(move |_| {
        theirs.get()
            && object.value.with(|object| {
                object
                    .as_ref()
                    .is_some_and(|object| value::text(object, "source") != "E")
            })
    });
    DEPLOYMENTS
        .may("change")
        .then(|| view! { <Show when=move || own.get()><PublishButton id /></Show> })
        .into_any()
}
