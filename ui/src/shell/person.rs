//! The signed-in person: preferences, password, signing out.
use crate::{
    address,
    api::session,
    entities::{USERS, sections::Page},
    text::t,
};
use leptos::prelude::*;
use migasfree_ui_kit::{Menu, MenuItem, MenuSeparator};

/// The menu at the end of the top bar.
#[component]
pub fn PersonMenu() -> impl IntoView {
    let user = session::user();
    let name = user.display_name();
    let initial = name
        .chars()
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    let own_page = format!("/users/{}", user.id);
    let label = name.clone();
    let trigger =
        move || view! { <span class="person-tile" aria-hidden="true">{initial.clone()}</span> };
    let username = user.username.clone();
    view! {
        <Menu trigger label class="btn btn-ghost btn-sm btn-square">
            <div class="person-name" role="presentation">
                <b>{name.clone()}</b>
                <span class="text-muted">{username.clone()}</span>
            </div>
            <MenuSeparator />
            {USERS.may("view").then(|| view! { <MenuItem icon=icondata::LuUser label=t!(shell.profile) href=own_page.clone() /> })}
            <MenuItem icon=Page::Preferences.icon() label=Page::Preferences.title().text() on_press=move |()| address::go(&Page::Preferences.href()) />
            <MenuSeparator />
            <MenuItem icon=icondata::LuLogOut label=t!(shell.sign_out) on_press=move |()| address::leave(session::sign_out) />
        </Menu>
    }
}
