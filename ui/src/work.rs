//! What the parts of the program have in common: lists, forms, objects (see [`crate::parts`]).
use crate::{
    address::{Destination, Place},
    api::error,
    app,
    entities::{self, sections::Page},
    entity::Entity,
    failure,
    form::CreatePage,
    list::ListPage,
    not_found::NotFound,
    object::{CannotMake, Lacking, ObjectPage},
    pages::{
        account::{Account, StepUp},
        declared::DeclaredPage,
        peek::Peek,
        preferences::PreferencesPage,
        settings::SettingsPage,
    },
    parts,
};
use leptos::prelude::*;

/// The page of a destination, once its part has arrived.
#[component]
pub fn WorkPage(destination: Destination) -> impl IntoView {
    // A function, so that each page is made anew in the same moment in which the one before ends. What waits is put in the place of what was there only when
    // it is ready, and until then the page before would stay on the screen with all its values gone.
    move || {
        let destination = destination.clone();
        Suspend::new(async move {
            match parts::page(destination).await {
                Ok(page) => page,
                Err(_) => failure::missing_part(),
            }
        })
    }
}

/// What is of one's own account, once its part has arrived.
#[component]
pub fn AccountPart(what: Account) -> impl IntoView {
    move || {
        let what = what.clone();
        Suspend::new(async move {
            parts::account(what)
                .await
                .unwrap_or_else(|_| failure::missing_part())
        })
    }
}

/// How somebody else signs in, once the part of it has arrived: their id, and what they are called.
#[component]
pub fn OthersAccount(id: i64, name: String) -> impl IntoView {
    view! { <AccountPart what=Account::Of(id, name) /> }
}

/// Draws the page of a destination. Every part calls it, and none shall have it for itself.
#[inline(never)]
pub fn draw(destination: Destination) -> AnyView {
    error::call_members(entities::named_here);
    let page = match destination {
        Destination::Page(Page::Settings) => view! { <SettingsPage /> }.into_any(),
        Destination::Page(Page::Preferences) => view! { <PreferencesPage /> }.into_any(),
        Destination::Page(Page::Device) => {
            view! { <AccountPart what=Account::Device /> }.into_any()
        }
        Destination::List(path) => of_entity(path, Place::List),
        Destination::New(path) => of_entity(path, Place::New),
        Destination::Object(path, id) => of_entity(path, Place::Object(id)),
        Destination::Declared(name, place) => {
            let draw = Callback::new(move |()| {
                if let Some(entity) = entities::by_path(&name) {
                    app::set_title(entity.plural.text());
                }
                of_entity(&name, place)
            });
            view! { <DeclaredPage draw /> }.into_any()
        }
        Destination::Page(Page::Overview) | Destination::Nowhere => {
            view! { <NotFound /> }.into_any()
        }
    };
    view! {
        {page}
        <Peek />
        <StepUp />
    }
    .into_any()
}

fn of_entity(path: &str, place: Place) -> AnyView {
    match place {
        Place::List => with_right(path, "view", |entity| {
            view! { <ListPage entity /> }.into_any()
        }),
        Place::New => with_right(path, "add", |entity| match entities::lacking(entity) {
            None => view! { <CreatePage entity /> }.into_any(),
            Some(lacking) => {
                view! { <div class="page"><CannotMake entity lacking /></div> }.into_any()
            }
        }),
        Place::Object(id) => with_right(path, "view", |entity| {
            view! { <ObjectPage entity id /> }.into_any()
        }),
    }
}

/// The page, or what right is missing for it: the server is not asked for what it would refuse.
fn with_right(
    path: &str,
    action: &'static str,
    draw: impl FnOnce(&'static Entity) -> AnyView,
) -> AnyView {
    match entities::by_path(path) {
        None => view! { <NotFound /> }.into_any(),
        Some(entity) if entity.may(action) => draw(entity),
        Some(entity) => {
            view! { <div class="page"><Lacking entity action heading=true /></div> }.into_any()
        }
    }
}
