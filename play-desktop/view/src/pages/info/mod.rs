//! This computer: its label, what is known about it, its tags.

mod facts;
mod label;
mod tags;

use crate::{
    state::use_store,
    text::{i18n::td_string, use_i18n},
};
use facts::Facts;
use label::Label;
use leptos::prelude::*;
use migasfree_ui_kit::{PageTitle, SkeletonLines};
use tags::Tags;

/// The page.
#[component]
pub fn Info() -> impl IntoView {
    let store = use_store();
    let i18n = use_i18n();
    view! {
        <div class="page" data-testid="info">
            <PageTitle title=move || td_string!(i18n.get_locale(), info.title) />
            {move || match store.computer.get() {
                None => view! { <SkeletonLines lines=8 /> }.into_any(),
                Some(computer) => {
                    view! {
                        <div class="info-columns">
                            <div class="stack">
                                <Label computer=computer.clone() />
                                {computer.registered.then(|| view! { <Tags /> })}
                            </div>
                            <Facts computer />
                        </div>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}
