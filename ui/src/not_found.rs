//! An address that leads nowhere.
use crate::text::t;
use leptos::prelude::*;
use migasfree_ui_kit::{EmptyState, LinkButton};

/// The page.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <div class="page">
            <h1 class="visually-hidden">{t!(error.no_page)}</h1>
            <EmptyState icon=icondata::LuCompass title=t!(error.no_page) text=t!(error.no_page_text)>
                <LinkButton href="/">{t!(overview.title)}</LinkButton>
            </EmptyState>
        </div>
    }
}
