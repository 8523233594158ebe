//! Where one is: the section, the list, the object.
use crate::{
    address::{self, Destination, Place as Shown},
    entities::{
        self, declared,
        sections::{self, Page, Section},
    },
    entity::Entity,
    text::t,
};
use leptos::prelude::*;

/// The object whose page was opened last: its address and what it is called.
#[derive(Clone, Copy)]
pub struct Opened(RwSignal<Option<(String, String)>>);

/// Keeps what is opened; at the root.
pub fn provide() {
    provide_context(Opened(RwSignal::new(None)));
}

impl Opened {
    /// What is kept at the root.
    pub fn at_root() -> Option<Self> {
        use_context()
    }

    /// The page at this address shows an object that is called so.
    pub fn tell(self, href: String, name: String) {
        self.0.set(Some((href, name)));
    }

    /// What the object at this address is called, if it is the one.
    fn name_of(self, href: &str) -> Option<String> {
        self.0.with(|opened| {
            let known = opened.as_ref().filter(|(known, _)| known == href);
            known.map(|(_, name)| name.clone())
        })
    }
}

/// The way to the page.
#[component]
pub fn Crumbs() -> impl IntoView {
    let address = address::address();
    let destination = Memo::new(move |_| address.with(Destination::of));
    let opened = Opened::at_root();
    let named = move |path: &str, shown: Shown| {
        let entity = entities::by_path(path)?;
        match shown {
            Shown::List => None,
            Shown::New => entity.create.map(|create| create.text().to_owned()),
            Shown::Object(id) => opened?.name_of(&entity.object_href(id)),
        }
    };
    let last = move || match destination.get() {
        Destination::New(path) => named(path, Shown::New),
        Destination::Object(path, id) => named(path, Shown::Object(id)),
        Destination::Declared(name, shown) => named(&name, shown),
        Destination::Page(page @ (Page::Preferences | Page::Settings | Page::Device)) => {
            Some(page.title().text().to_owned())
        }
        _ => None,
    };
    view! {
        <nav class="crumbs" aria-label=t!(shell.crumbs)>
            {move || {
                declared::follow();
                let section = address.with(|address| sections::section(address.part(0).unwrap_or_default()));
                let entity = address.with(|address| address.part(0).and_then(entities::by_path));
                let deeper = address.with(|address| address.path.len() > 1);
                view! {
                    {section.filter(|section| section.is_group() && !is_called_as(section, entity)).map(of_section)}
                    {entity
                        .map(|entity| {
                            if deeper {
                                view! { <a href=entity.href()>{entity.plural.text()}</a> }.into_any()
                            } else {
                                view! { <span aria-current="page">{entity.plural.text()}</span> }.into_any()
                            }
                        })}
                    {last()
                        .map(|name| {
                            view! { <span class="crumb-object" aria-current="page" title=name.clone()><bdi>{name.clone()}</bdi></span> }
                        })}
                }
            }}
        </nav>
    }
}

/// A list that has the name of its section says both.
fn is_called_as(section: &Section, entity: Option<&Entity>) -> bool {
    entity.is_some_and(|entity| entity.plural.text() == section.title.text())
}

fn of_section(section: &'static Section) -> AnyView {
    let title = section.title.text();
    match section.page {
        Some(page) => view! { <a class="crumb-group" href=page.href()>{title}</a> }.into_any(),
        None => view! { <span class="crumb-group">{title}</span> }.into_any(),
    }
}
