//! The pages.

mod activity;
mod app;
mod discover;
mod info;
mod installed;
mod settings;
mod unregistered;
mod updates;

use crate::state::{Page, use_store};
use activity::Activity;
use app::AppPage;
use discover::Discover;
use info::Info;
use installed::Installed;
use leptos::prelude::*;
use settings::Settings;
use unregistered::Unregistered;
use updates::Updates;

/// The page the person is at.
#[component]
pub fn CurrentPage() -> impl IntoView {
    let store = use_store();
    let unregistered = Memo::new(move |_| {
        (store.computer).with(|computer| computer.as_ref().is_some_and(|one| !one.registered))
    });
    move || match (store.navigation.page.get(), unregistered.get()) {
        (Page::Discover | Page::Installed | Page::App(_), true) => {
            view! { <Unregistered /> }.into_any()
        }
        (Page::Discover, _) => view! { <Discover /> }.into_any(),
        (Page::Installed, _) => view! { <Installed /> }.into_any(),
        (Page::Updates, _) => view! { <Updates /> }.into_any(),
        (Page::Activity, _) => view! { <Activity /> }.into_any(),
        (Page::Info, _) => view! { <Info /> }.into_any(),
        (Page::Settings, _) => view! { <Settings /> }.into_any(),
        (Page::App(id), _) => view! { <AppPage id /> }.into_any(),
    }
}
