//! An entity is declared in one file: its words, columns, filters and form. Lists, forms, search, chips and history follow from the declaration.
pub mod cell;
pub mod column;
pub mod field;
pub mod filter;
pub mod sheet;
pub mod value;

pub use cell::Cell;
pub use column::Column;
pub use field::{Field, Kind, Section};
pub use filter::{Filter, FilterKind};
pub use sheet::{SHEET, Sheet, Switch};

use crate::text::Label;
use serde_json::Value;

/// A kind of object of the server: who it is. How it is listed and edited is its [`Sheet`].
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
    /// The button and the title of the form for a new one.
    pub create: Option<Label>,
    /// Members that hold its text, the first that is there.
    pub text: &'static [&'static str],
    /// Whether objects have a page.
    pub page: bool,
}

/// An entity that is nothing.
#[cfg(test)]
pub static NONE: Entity = ENTITY;

/// What most declarations do not mention: `..ENTITY`.
pub const ENTITY: Entity = Entity {
    path: "",
    api: "",
    model: "",
    icon: icondata::LuBox,
    plural: || "",
    singular: || "",
    create: None,
    text: value::NAMES,
    page: true,
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
        value::name_of(object, self.text)
    }

    /// Whether the reader may not see the object.
    pub fn hides(&self, object: &Value) -> bool {
        value::is_hidden(object)
    }

    /// Whether the signed-in user may do something with it.
    pub fn may(&self, action: &str) -> bool {
        crate::api::session::may(action, self.model)
    }
}
