//! Where the rail leads: sections and the lists in them. What is not built, or may not be seen, is not here.
use crate::{
    address,
    entities::{
        APPLICATION_REQUESTS, APPLICATIONS, ATTRIBUTE_SETS, ATTRIBUTES, AUDIT, COMPUTERS,
        DEPLOYMENTS, ERRORS, FAULTS, PACKAGES, PACKAGES_HISTORY, POLICIES, SCHEDULES, SETTINGS,
        SYNCHRONIZATIONS, TAGS,
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

static GROUPS: &[Group] = &[
    Group {
        title: None,
        entities: &[&COMPUTERS],
    },
    Group {
        title: Some(label!(rail.software)),
        entities: &[
            &PACKAGES,
            &DEPLOYMENTS,
            &APPLICATIONS,
            &APPLICATION_REQUESTS,
            &POLICIES,
        ],
    },
    Group {
        title: Some(label!(rail.targets)),
        entities: &[&ATTRIBUTES, &ATTRIBUTE_SETS, &TAGS, &SCHEDULES],
    },
    Group {
        title: Some(label!(rail.activity)),
        entities: &[
            &SYNCHRONIZATIONS,
            &ERRORS,
            &FAULTS,
            &PACKAGES_HISTORY,
            &AUDIT,
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
        let mut places = vec![place(
            "/",
            t!(overview.title),
            icondata::LuLayoutDashboard,
            current.is_empty(),
            None,
        )];
        for group in GROUPS {
            let mut title = group.title;
            for entity in group.entities.iter().filter(|entity| entity.may("view")) {
                let title = title.take().map(|title| title().to_owned());
                places.push(place(
                    &entity.href(),
                    (entity.plural)(),
                    entity.icon,
                    current == entity.path,
                    title,
                ));
            }
        }
        if SETTINGS.iter().any(|entity| entity.may("view")) {
            let inside =
                current == "settings" || SETTINGS.iter().any(|entity| entity.path == current);
            places.push(place(
                "/settings",
                t!(rail.settings),
                icondata::LuSettings,
                inside,
                Some(t!(rail.organisation).to_owned()),
            ));
        }
        places
    })
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
    const MAIN: [&str; 4] = ["/", "/computers", "/deployments", "/applications"];
    Signal::derive(move || {
        all.get()
            .into_iter()
            .filter(|place| MAIN.contains(&place.href.as_str()))
            .collect()
    })
}
