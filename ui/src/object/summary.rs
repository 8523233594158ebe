//! The first tab of an object: what it is and what it touches on the left, how it is and what happened lately on the right.
use super::{Lately, facts::facts, relations::relations};
use crate::{
    api::Query,
    entities,
    entity::{Entity, Sheet},
    form::FormState,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Card, SkeletonLines};
use serde_json::Value;

/// The tab.
#[component]
pub fn Summary(entity: &'static Entity, id: i64, object: Query<Value>) -> impl IntoView {
    let sheet = entities::sheet(entity);
    // Read again, it is mostly as it was.
    let known = Memo::new(move |_| object.value.get());
    let identity = move || match (known.get(), sheet.facts) {
        (Some(object), Some(own)) => own(&object),
        (Some(object), None) => facts(entity, sheet, &object),
        (None, _) => waiting(8),
    };
    let happened = match sheet.happened {
        Some(happened) => happened(id),
        None => view! { <Lately entity id /> }.into_any(),
    };
    view! {
        <div class="object-columns">
            <div class="object-column">
                {identity}
                {relations(sheet, id)}
            </div>
            <div class="object-column">
                {move || beside(entity, sheet, id, known.get())}
                {happened}
            </div>
        </div>
    }
}

/// What stands beside the form, of the object as it is.
fn beside(
    entity: &'static Entity,
    sheet: &'static Sheet,
    id: i64,
    object: Option<Value>,
) -> Option<AnyView> {
    let aside = sheet.aside?;
    Some(match object {
        Some(object) => {
            let form = FormState::new(entity, sheet, Some(&object), Some(id));
            aside(form.reading(true))
        }
        None => waiting(3),
    })
}

fn waiting(lines: usize) -> AnyView {
    view! { <Card><div class="card-pad"><SkeletonLines lines /></div></Card> }.into_any()
}
