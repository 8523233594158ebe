//! The pages of an entity that has no file here, made of what the server tells of it.
use crate::{api::query, entities::declared, failure};
use leptos::prelude::*;
use migasfree_types::rest::meta::Meta;
use migasfree_ui_kit::SkeletonLines;

/// A page, drawn once the entity is known.
#[component]
pub fn DeclaredPage(draw: Callback<(), AnyView>) -> impl IntoView {
    let told = query::<Vec<Meta>>(|| Some("meta/".to_owned()));
    let failed = told.failed();
    let known = Memo::new(move |_| {
        told.value
            .with(|told| told.as_deref().map(declared::learn))
            .is_some()
    });
    move || match (failed.get(), known.get()) {
        (Some(error), _) => failure::place(&error, move || told.refresh()),
        (None, false) => {
            view! { <div class="surface form-section"><SkeletonLines lines=6 /></div> }.into_any()
        }
        (None, true) => draw.run(()),
    }
}
