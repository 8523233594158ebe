//! An entity is declared in one file: its words, columns, filters, form, tabs, relations and actions. Lists, object pages, forms, search, chips and history
//! follow from the declaration.
pub mod cell;
pub mod choices;
pub mod column;
pub mod field;
pub mod filter;
pub mod relation;
pub mod rows;
pub mod sheet;
pub mod tab;
pub mod told;
pub mod value;

pub use cell::Cell;
pub use choices::Choices;
pub use column::Column;
pub use field::{Field, Initial, Kind, SECTION, Section};
pub use filter::{Filter, FilterKind};
pub use relation::Relation;
pub use rows::RelatedRows;
pub use sheet::{SHEET, Sheet, Switch};
pub use tab::{ObjectTab, TabContent};

use crate::{
    api::session,
    text::{Label, in_sentence, number},
};
use serde_json::Value;

/// Whose the objects are to somebody who is limited to domains, as the server has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// Of whoever sees them, or only the server can tell.
    Viewers,
    /// Everybody's.
    Everybody,
    /// Everybody's once they are made; anybody may make one.
    Offered,
    /// Of the domain in the member `domain`; everybody's without one.
    Domain,
    /// Of all domains in the member `domains`.
    Domains,
    /// They are domains.
    Itself,
}

/// A kind of object of the server: who it is. How it is listed and edited is its [`Sheet`].
pub struct Entity {
    /// First part of its addresses, e.g. `computers`.
    pub path: &'static str,
    /// Its resource below `/api/v1/token/`, with the final slash.
    pub api: &'static str,
    /// The server's name of it, e.g. `client.computer`: permissions, events, audit and search.
    pub model: &'static str,
    /// Further such names whose `view` permission suffices to view it.
    pub viewed_with: &'static [&'static str],
    pub icon: icondata::Icon,
    pub plural: Label,
    pub singular: Label,
    /// The button and the title of the form for a new one.
    pub create: Option<Label>,
    /// Members that hold its text, the first that is there.
    pub text: &'static [&'static str],
    /// What its objects are called where no member says it.
    pub called: Option<fn(&Value) -> String>,
    pub belongs: Belongs,
    /// Of each of these a new one needs to name some.
    pub needs: &'static [&'static Entity],
    /// Whether objects have a page.
    pub page: bool,
    /// A filter of its list that is in force as long as nobody takes it away; what leads there counts with it.
    pub narrowed: Option<(&'static str, &'static str)>,
}

/// An entity that is nothing.
#[cfg(test)]
pub static NONE: Entity = ENTITY;

/// What most declarations do not mention: `..ENTITY`.
pub const ENTITY: Entity = Entity {
    path: "",
    api: "",
    model: "",
    viewed_with: &[],
    icon: icondata::LuBox,
    plural: Label::NONE,
    singular: Label::NONE,
    create: None,
    text: value::NAMES,
    called: None,
    belongs: Belongs::Viewers,
    needs: &[],
    page: true,
    narrowed: None,
};

impl Entity {
    /// Address of its list.
    pub fn href(&self) -> String {
        format!("/{}", self.path)
    }

    /// Address of an object.
    pub fn object_href(&self, id: i64) -> String {
        format!("/{}/{id}", self.path)
    }

    /// Address of an object's resource, without the root.
    pub fn object_api(&self, id: i64) -> String {
        format!("{}{id}/", self.api)
    }

    /// What one of its objects is called.
    pub fn text_of(&self, object: &Value) -> String {
        match self.called {
            Some(called) if !self.hides(object) => called(object),
            _ => value::name_of(object, self.text),
        }
    }

    /// Its objects, as they are called within a sentence.
    pub fn things(&self) -> String {
        in_sentence(self.plural.text())
    }

    /// So many of its objects: `3 computers`.
    pub fn counted(&self, count: u64) -> String {
        let name = if count == 1 {
            self.singular
        } else {
            self.plural
        };
        format!("{} {}", number(count), in_sentence(name.text()))
    }

    /// Whether the reader may not see the object.
    pub fn hides(&self, object: &Value) -> bool {
        value::is_hidden(object)
    }

    /// Whether the signed-in user may do something with it.
    pub fn may(&self, action: &str) -> bool {
        let beyond = match (action, self.belongs) {
            ("add", Belongs::Everybody | Belongs::Itself) | ("delete", Belongs::Itself) => {
                session::boundary().is_some()
            }
            _ => false,
        };
        let with = if action == "view" {
            self.viewed_with
        } else {
            &[]
        };
        let mut held = std::iter::once(&self.model).chain(with);
        !beyond && held.any(|model| session::may(action, model))
    }

    /// The same with one of its objects.
    pub fn may_with(&self, action: &str, object: &Value) -> bool {
        self.may(action) && self.is_theirs(object)
    }

    /// Whether the object is not beyond the domains of the signed-in user.
    pub fn is_theirs(&self, object: &Value) -> bool {
        session::boundary().is_none_or(|own| self.is_of(&own, object))
    }

    fn is_of(&self, own: &[i64], object: &Value) -> bool {
        let is_own = |domain: &Value| own.contains(&value::id(domain));
        match self.belongs {
            Belongs::Viewers => true,
            Belongs::Everybody | Belongs::Offered => false,
            Belongs::Domain => is_own(value::at(object, "domain")),
            // A list does not say them.
            Belongs::Domains if object.get("domains").is_none() => true,
            Belongs::Domains => {
                let domains = value::list(object, "domains");
                !domains.is_empty() && domains.iter().all(is_own)
            }
            Belongs::Itself => is_own(object),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_beyond_ones_domains_is_somebody_elses() {
        let of = |belongs, object: &Value| Entity { belongs, ..ENTITY }.is_of(&[3], object);
        assert!(of(Belongs::Domain, &json!({"domain": {"id": 3}})));
        assert!(!of(Belongs::Domain, &json!({"domain": {"id": 4}})));
        assert!(!of(Belongs::Domain, &json!({"domain": null})));
        assert!(of(Belongs::Domains, &json!({"domains": [{"id": 3}]})));
        assert!(!of(
            Belongs::Domains,
            &json!({"domains": [{"id": 3}, {"id": 4}]})
        ));
        assert!(!of(Belongs::Domains, &json!({"domains": []})));
        assert!(of(Belongs::Itself, &json!({"id": 3})));
        assert!(!of(Belongs::Everybody, &json!({"id": 3})));
        assert!(of(Belongs::Viewers, &json!({"id": 9})));
    }
}
