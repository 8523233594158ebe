//! Where the rail leads: sections and the lists in them. What is not built, or may not be seen, is not here.
use crate::{
    address,
    entities::{
        APPLICATIONS, ATTRIBUTE_SETS, ATTRIBUTES, AUDIT, CATEGORIES, COMPUTERS, DEPLOYMENTS,
        FORMULAS, GROUPS, PACKAGES, PLATFORMS, POLICIES, PROJECTS, SCHEDULES, STAMPS, STORES,
        SYNCHRONIZATIONS, TAGS, USERS,
    },
    entity::Entity,
    text::{Label, label, t},
};
use leptos::prelude::*;
use migasfree_ui_kit::layout::Place;

struct Group {
    title: Option<Label>,
    entities: &'static [&'static Entity],
}

static GROUPS_OF_PLACES: &[Group] = &[
    Group {
        title: None,
        entities: &[&COMPUTERS],
    },
    Group {
        title: Some(label!(rail.software)),
        entities: &[&PACKAGES, &DEPLOYMENTS, &APPLICATIONS, &POLICIES],
    },
    Group {
        title: Some(label!(rail.targets)),
        entities: &[&ATTRIBUTES, &ATTRIBUTE_SETS, &TAGS, &SCHEDULES],
    },
    Group {
        title: Some(label!(rail.activity)),
        entities: &[&SYNCHRONIZATIONS, &AUDIT],
    },
    Group {
        title: Some(label!(rail.settings)),
        entities: &[
            &PROJECTS,
            &PLATFORMS,
            &STORES,
            &CATEGORIES,
            &FORMULAS,
            &STAMPS,
            &USERS,
            &GROUPS,
        ],
    },
];

/// All places of the rail.
pub fn places() -> Signal<Vec<Place>> {
    let address = address::address();
    let current =
        Memo::new(move |_| address.with(|address| address.part(0).unwrap_or_default().to_owned()));
    Signal::derive(move || {
        let current = current.get();
        let mut places = vec![Place {
            href: "/".to_owned(),
            label: t!(overview.title).to_owned(),
            icon: icondata::LuLayoutDashboard,
            current: current.is_empty(),
            count: None,
            group: None,
        }];
        for group in GROUPS_OF_PLACES {
            let mut title = group.title;
            for entity in group.entities.iter().filter(|entity| entity.may("view")) {
                places.push(Place {
                    href: entity.href(),
                    label: (entity.plural)().to_owned(),
                    icon: entity.icon,
                    current: current == entity.path,
                    count: None,
                    group: title.take().map(|title| title().to_owned()),
                });
            }
        }
        places
    })
}

/// The few places of the bottom bar.
pub fn main_places(all: Signal<Vec<Place>>) -> Signal<Vec<Place>> {
    const MAIN: [&str; 4] = ["/", "/computers", "/deployments", "/applications"];
    Signal::derive(move || {
        all.get()
            .into_iter()
            .filter(|place| MAIN.contains(&place.href.as_str()))
            .collect()
    })
}
