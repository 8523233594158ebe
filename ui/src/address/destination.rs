//! Which page an address means.
use super::Address;
use crate::{
    entities::{
        self,
        sections::{self, Page},
    },
    text::t,
};

/// What a path means; filters and tabs of the same page do not make it anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    Page(Page),
    List(&'static str),
    New(&'static str),
    Object(&'static str, i64),
    /// A page of an entity that only the server declares, by its name there: `core-room` for `core.room`.
    Declared(String, Place),
    Nowhere,
}

/// What of an entity is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    List,
    New,
    Object(i64),
}

impl Destination {
    /// The page of an address.
    pub fn of(address: &Address) -> Self {
        let first = address.part(0).unwrap_or_default();
        if let Some(page) = sections::page(first) {
            return Self::Page(page);
        }
        let Some(entity) = sections::by_path(first) else {
            return Self::declared(first, address).unwrap_or(Self::Nowhere);
        };
        match (address.part(1), address.part(2)) {
            (None, _) => Self::List(entity.path),
            (Some("new"), None) if entity.create.is_some() => Self::New(entity.path),
            (Some(id), _) => match id.parse() {
                Ok(id) if entity.page => Self::Object(entity.path, id),
                _ => Self::Nowhere,
            },
        }
    }

    /// The server's names of entities have two parts; whether there is one the page finds out.
    fn declared(path: &str, address: &Address) -> Option<Self> {
        let place = match (address.part(1), address.part(2)) {
            _ if !path.contains('-') => return None,
            (None, _) => Place::List,
            (Some("new"), None) => Place::New,
            (Some(id), _) => Place::Object(id.parse().ok()?),
        };
        Some(Self::Declared(path.to_owned(), place))
    }

    /// The title of the browser's tab.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Page(page) => page.title().text(),
            Self::List(path) | Self::New(path) | Self::Object(path, _) => {
                entities::by_path(path).map_or("", |entity| entity.plural.text())
            }
            Self::Declared(name, _) => {
                entities::by_path(name).map_or("", |entity| entity.plural.text())
            }
            Self::Nowhere => t!(error.no_page),
        }
    }
}

/// Addresses of the older console lead to the same things here.
pub fn legacy(address: &Address) -> Option<String> {
    let path: Vec<&str> = address.path.iter().map(String::as_str).collect();
    let (first, rest) = path.split_first()?;
    if *first == "login" {
        return Some("/".to_owned());
    }
    let first = sections::by_alias(first).map_or(*first, |entity| entity.path);
    let rest: Vec<&str> = match rest {
        ["results", rest @ ..] => rest.to_vec(),
        ["add"] => vec!["new"],
        other => other.to_vec(),
    };
    let new = std::iter::once(first).chain(rest).collect::<Vec<_>>();
    (new != path).then(|| format!("/{}{}", new.join("/"), address.query.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(path: &[&str]) -> Address {
        Address {
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            ..Address::default()
        }
    }

    #[test]
    fn links_of_the_older_console_lead_on() {
        assert_eq!(
            legacy(&address(&["user-profiles", "results", "4"])).as_deref(),
            Some("/users/4")
        );
        assert_eq!(legacy(&address(&["computers", "4"])), None);
    }

    #[test]
    fn a_path_means_a_page() {
        assert_eq!(
            Destination::of(&address(&[])),
            Destination::Page(Page::Overview)
        );
        assert_eq!(
            Destination::of(&address(&["settings"])),
            Destination::Page(Page::Settings)
        );
        assert_eq!(
            Destination::of(&address(&["computers", "7", "software"])),
            Destination::Object("computers", 7)
        );
        assert_eq!(
            Destination::of(&address(&["computers", "new"])),
            Destination::Nowhere
        );
        assert_eq!(
            Destination::of(&address(&["nothing"])),
            Destination::Nowhere
        );
        assert_eq!(
            Destination::of(&address(&["core-room", "7", "history"])),
            Destination::Declared("core-room".to_owned(), Place::Object(7))
        );
    }
}
