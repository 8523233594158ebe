//! What the organisation sets up once: a card for each kind of it.
use crate::{
    entities::{
        self,
        sections::{self, Page},
    },
    entity::Entity,
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{EmptyState, Icon, PageTitle};

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let seen: Vec<_> = sections::settings()
        .filter(|entity| entity.may("view"))
        .collect();
    let content = if seen.is_empty() {
        view! {
            <section class="surface">
                <EmptyState icon=icondata::LuLock title=t!(error.forbidden) text=t!(error.forbidden_text) />
            </section>
        }
        .into_any()
    } else {
        view! { <div class="settings-grid">{seen.into_iter().map(card).collect_view()}</div> }
            .into_any()
    };
    view! {
        <div class="page">
            <PageTitle title=Page::Settings.title().text() />
            {content}
        </div>
    }
}

fn card(entity: &'static Entity) -> impl IntoView {
    view! {
        <a class="surface settings-card" href=entity.href()>
            <span class="empty-icon tone-brand"><Icon icon=entity.icon size=20 /></span>
            <span>
                <b>{entity.plural.text()}</b>
                <span class="text-muted">{entities::sheet(entity).about.text()}</span>
            </span>
        </a>
    }
}
