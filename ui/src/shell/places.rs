//! Where the rail leads: the sections and the pages in them. What may not be seen is not here.
use crate::{
    address,
    entities::sections::{Page, SECTIONS, Section, lists},
    entity::Entity,
    preferences,
};
use leptos::prelude::*;
use migasfree_ui_kit::layout::{Entry, Group, Place};
use std::collections::BTreeMap;

/// First part of the address.
type At = Memo<String>;

/// Sections that somebody opened or closed, by name; the others are open while one is in them.
type Chosen = RwSignal<BTreeMap<String, bool>>;

/// What stands in the rail.
pub fn entries() -> Vec<Entry> {
    let address = address::address();
    let at: At =
        Memo::new(move |_| address.with(|address| address.part(0).unwrap_or_default().to_owned()));
    let chosen = RwSignal::new(preferences::sections());
    let sections = SECTIONS
        .iter()
        .filter_map(|section| of_section(section, at, chosen));
    std::iter::once(Entry::Place(of_page(Page::Overview, at)))
        .chain(sections)
        .collect()
}

/// A group; where there is but one list to see, just that.
fn of_section(section: &'static Section, at: At, chosen: Chosen) -> Option<Entry> {
    let lists = section.viewed().map(|entity| of_list(entity, at));
    if !section.is_group() {
        return lists.map(Entry::Place).next();
    }
    let own = section.page.map(|page| of_page(page, at));
    let inside = move || at.with(|at| section.has(at));
    let open = Signal::derive(move || {
        let chosen = chosen.with(|chosen| chosen.get(section.name).copied());
        chosen.unwrap_or_else(inside)
    });
    let on_toggle = Callback::new(move |()| {
        let wanted = !open.get_untracked();
        choose(chosen, section, wanted, untrack(inside));
    });
    Some(Entry::Group(Group {
        label: section.title.text().to_owned(),
        icon: section.icon,
        places: own.into_iter().chain(lists).collect(),
        open,
        on_toggle,
    }))
}

/// Opens or closes a section and keeps that, where it would not be so anyway.
fn choose(chosen: Chosen, section: &Section, wanted: bool, anyway: bool) {
    chosen.update(|chosen| {
        if wanted == anyway {
            chosen.remove(section.name);
        } else {
            chosen.insert(section.name.to_owned(), wanted);
        }
    });
    chosen.with_untracked(preferences::keep_sections);
}

fn of_page(page: Page, at: At) -> Place {
    Place {
        href: page.href(),
        label: page.title().text().to_owned(),
        icon: page.icon(),
        current: Signal::derive(move || at.with(|at| at == page.path())),
        count: None,
    }
}

fn of_list(entity: &'static Entity, at: At) -> Place {
    Place {
        href: entity.href(),
        label: entity.plural.text().to_owned(),
        icon: entity.icon,
        current: Signal::derive(move || at.with(|at| at == entity.path)),
        count: None,
    }
}

/// The few places of the bottom bar.
pub fn main_places(all: &[Entry]) -> Vec<Place> {
    let is_main = |place: &&Place| {
        let mut main = lists().filter(|list| list.main);
        place.href == Page::Overview.href() || main.any(|list| list.entity.href() == place.href)
    };
    let places = all.iter().flat_map(Entry::places);
    places.filter(is_main).cloned().collect()
}
