//! Light, dark, or as the system: kept in the browser, applied before the first paint by `assets/theme.js`.
use crate::{
    icon::Icon,
    menu::{Menu, MenuItem},
    texts::use_texts,
};
use leptos::prelude::*;

/// Where the choice is kept in the browser.
pub const STORAGE_KEY: &str = "migasfree.theme";

/// What the person chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

impl ThemeChoice {
    /// The choice stored in this browser.
    pub fn stored() -> Self {
        let stored = window()
            .local_storage()
            .ok()
            .flatten()
            .and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
        match stored.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Applies the choice and keeps it.
    pub fn apply(self) {
        let name = match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        };
        if let Some(root) = document().document_element() {
            let _ = match name {
                Some(name) => root.set_attribute("data-theme", name),
                None => root.remove_attribute("data-theme"),
            };
        }
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = match name {
                Some(name) => storage.set_item(STORAGE_KEY, name),
                None => storage.remove_item(STORAGE_KEY),
            };
        }
    }
}

/// A menu with the three choices.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let texts = use_texts();
    let choice = RwSignal::new(ThemeChoice::stored());
    let set = move |new: ThemeChoice| {
        choice.set(new);
        new.apply();
    };
    let is = move |one: ThemeChoice| Signal::derive(move || Some(choice.get() == one));
    let trigger = move || {
        view! {
            <Icon icon=Signal::derive(move || match choice.get() {
                ThemeChoice::System => icondata::LuSunMoon,
                ThemeChoice::Light => icondata::LuSun,
                ThemeChoice::Dark => icondata::LuMoon,
            }) />
        }
    };
    view! {
        <Menu trigger label=Signal::derive(move || Some(texts.get().theme.to_owned())) class="btn btn-ghost btn-sm btn-square">
            <MenuItem icon=icondata::LuSunMoon label=move || texts.get().theme_system checked=is(ThemeChoice::System) on_press=move |()| set(ThemeChoice::System) />
            <MenuItem icon=icondata::LuSun label=move || texts.get().theme_light checked=is(ThemeChoice::Light) on_press=move |()| set(ThemeChoice::Light) />
            <MenuItem icon=icondata::LuMoon label=move || texts.get().theme_dark checked=is(ThemeChoice::Dark) on_press=move |()| set(ThemeChoice::Dark) />
        </Menu>
    }
}
