//! An entity is declared once: its words, columns, filters and form. Lists, forms, search, chips and history follow from the declaration.
pub mod cell;
pub mod column;
pub mod field;
pub mod filter;
pub mod value;

pub use cell::Cell;
pub use column::Column;
pub use field::{Field, Kind, Section};
pub use filter::{Filter, FilterKind};

use crate::text::Label;
use leptos::prelude::AnyView;
use serde_json::Value;

/// A kind of object of the server.
pub struct Entity {
    /// First part of its addresses, e.g. `computers`.
    pub path: &'static str,
    /// Its resource below `/api/v1/token/`, with the final slash.
    pub api: &'static str,
    /// The server's name of it, e.g. `client.computer`: permissions, events, audit and search.
    pub model: &'static str,
    pub icon: icondata::Icon,
    pub plural: Label,
    pub singular: Label,
    /// What belongs here, for the empty list.
    pub about: Label,
    /// The button and the title of the form for a new one.
    pub create: Option<Label>,
    pub columns: &'static [Column],
    pub filters: &'static [Filter],
    /// Order of the list before somebody chooses another.
    pub ordering: &'static str,
    /// Always sent with the list, e.g. `("sort", "client")`.
    pub fixed: &'static [(&'static str, &'static str)],
    /// Sections of its form; empty where it has a page of its own or cannot be edited.
    pub form: &'static [Section],
    /// Members that hold its text, the first that is there.
    pub text: &'static [&'static str],
    /// Whether objects have a page.
    pub page: bool,
    /// Whether its list can be exported as CSV.
    pub export: bool,
    /// Whether objects can be deleted.
    pub delete: bool,
    /// A switch (`enabled`, `checked`, `is_active`) that many can be set to at once.
    pub switch: Option<Switch>,
    /// Above the list, beside the button for a new one.
    pub tools: Option<fn() -> AnyView>,
    /// Shown beside the form, made from the form as it stands.
    pub aside: Option<fn(crate::form::FormState) -> AnyView>,
    /// Shown below the form of an existing object: rows that are saved by themselves.
    pub below: Option<fn(i64, Value) -> AnyView>,
    /// Buttons in the title line of an existing object.
    pub actions: Option<fn(i64, crate::api::Query<Value>) -> AnyView>,
}

/// A member that is on or off, with the words for both ways.
#[derive(Clone, Copy)]
pub struct Switch {
    pub member: &'static str,
    pub on: Label,
    pub off: Label,
}

/// An entity that is nothing.
#[cfg(test)]
pub static NONE: Entity = ENTITY;

/// The defaults of a declaration: `..ENTITY`.
pub const ENTITY: Entity = Entity {
    path: "",
    api: "",
    model: "",
    icon: icondata::LuBox,
    plural: || "",
    singular: || "",
    about: || "",
    create: None,
    columns: &[],
    filters: &[],
    ordering: "name",
    fixed: &[],
    form: &[],
    text: &["__str__", "name", "fullname", "username", "value"],
    page: true,
    export: true,
    delete: true,
    switch: None,
    tools: None,
    aside: None,
    below: None,
    actions: None,
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

    /// The text of one of its objects.
    pub fn text_of(&self, object: &Value) -> String {
        value::text_of(object, self.text)
    }

    /// Whether the signed-in user may do something with it.
    pub fn may(&self, action: &str) -> bool {
        crate::api::session::may(action, self.model)
    }
}
