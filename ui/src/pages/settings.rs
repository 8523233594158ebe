//! What the organisation sets up once: a card for each kind of it.
use crate::{
    entities::{
        self,
        sections::{self, Page},
    },
    entity::Entity,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Icon, PageTitle};

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <div class="page">
            <PageTitle title=Page::Settings.title().text() />
            <div class="settings-grid">
                {sections::settings().filter(|entity| entity.may("view")).map(card).collect_view()}
            </div>
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
