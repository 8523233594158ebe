//! Where the rail leads: sections and the lists in them. What may not be seen is not here.
use crate::{
    address,
    entities::sections::{Page, SECTIONS, lists},
};
use leptos::prelude::*;
use migasfree_ui_kit::layout::Place;

/// All places of the rail.
pub fn places() -> Signal<Vec<Place>> {
    let address = address::address();
    let current =
        Memo::new(move |_| address.with(|address| address.part(0).unwrap_or_default().to_owned()));
    Signal::derive(move || {
        let current = current.get();
        let at_home = current == Page::Overview.path();
        let mut places = vec![page_place(Page::Overview, at_home, None)];
        for section in SECTIONS {
            let mut title = section.title.map(|title| title.text().to_owned());
            if let Some(page) = section.page {
                if page.is_there() {
                    let inside = section.entities().any(|entity| entity.path == current);
                    places.push(page_place(page, inside || current == page.path(), title));
                }
                continue;
            }
            for entity in section.entities().filter(|entity| entity.may("view")) {
                places.push(place(
                    &entity.href(),
                    entity.plural.text(),
                    entity.icon,
                    current == entity.path,
                    title.take(),
                ));
            }
        }
        places
    })
}

fn page_place(page: Page, current: bool, group: Option<String>) -> Place {
    place(
        &page.href(),
        page.title().text(),
        page.icon(),
        current,
        group,
    )
}

fn place(
    href: &str,
    label: &str,
    icon: icondata::Icon,
    current: bool,
    group: Option<String>,
) -> Place {
    Place {
        href: href.to_owned(),
        label: label.to_owned(),
        icon,
        current,
        count: None,
        group,
    }
}

/// The few places of the bottom bar.
pub fn main_places(all: Signal<Vec<Place>>) -> Signal<Vec<Place>> {
    Signal::derive(move || {
        let main = |place: &Place| {
            let is_main = |href: &str| lists().any(|list| list.main && list.entity.href() == href);
            place.href == Page::Overview.href() || is_main(&place.href)
        };
        all.get().into_iter().filter(main).collect()
    })
}
