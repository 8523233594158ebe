//! What the server declares of entities, from the file that a test of the server keeps true. A declaration here names what it shows, and
//! has types, requirements, first values and orders from it; a name that the server does not have is an error of the compiler.
use super::{
    Belongs, Cell, Choices, Column, ENTITY, Entity, Field, Filter, FilterKind, Initial, Kind,
    SHEET, Sheet,
};
use crate::text::Label;
use migasfree_ui_kit::Choice;

/// What is declared of an entity.
pub struct Told {
    model: &'static str,
    api: &'static str,
    viewed_with: &'static [&'static str],
    belongs: Belongs,
    ordering: &'static str,
    exported: bool,
    changed: bool,
    deleted: bool,
    members: &'static [Member],
    filters: &'static [Filter],
}

/// A member of its rows.
struct Member {
    field: Field,
    null: bool,
    sortable: bool,
}

#[allow(dead_code, reason = "made for every entity of the server")]
mod made {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/told.rs"));
}
pub use made::*;

impl Told {
    /// Who it is, for `..TOLD.entity()`.
    pub const fn entity(&self) -> Entity {
        Entity {
            model: self.model,
            api: self.api,
            viewed_with: self.viewed_with,
            belongs: self.belongs,
            ..ENTITY
        }
    }

    /// How it is listed, for `..TOLD.sheet()`.
    pub const fn sheet(&self) -> Sheet {
        Sheet {
            ordering: self.ordering,
            export: self.exported,
            change: self.changed,
            delete: self.deleted,
            ..SHEET
        }
    }

    /// A column, sorted by where the server sorts by it.
    pub const fn column(&self, name: &str, label: Label, cell: Cell) -> Column {
        let member = self.member(name);
        let column = Column::new(member.field.name, label, cell);
        if member.sortable {
            column
        } else {
            column.unsorted()
        }
    }

    /// A field for a value.
    pub const fn field(&self, name: &str, label: Label) -> Field {
        let mut field = self.member(name).field;
        field.label = label;
        field
    }

    /// A field for an object of another entity.
    pub const fn one(&self, name: &str, label: Label, entity: &'static Entity) -> Field {
        self.field(name, label).drawn(Kind::One {
            entity,
            filter: |_| String::new(),
        })
    }

    /// A field for objects of another entity. That one is needed, not only their list, the form says.
    pub const fn many(&self, name: &str, label: Label, entity: &'static Entity) -> Field {
        let mut field = self.field(name, label).drawn(Kind::Many {
            entity,
            filter: |_| String::new(),
        });
        field.required = false;
        field
    }

    /// A field for a value of few.
    pub const fn choice(&self, name: &str, label: Label, choices: fn() -> Vec<Choice>) -> Field {
        let mut field = self
            .field(name, label)
            .drawn(Kind::Choices(Choices::Own(choices)));
        field.required = !self.member(name).null;
        field
    }

    /// A filter by a value.
    pub const fn filter(&self, name: &str, label: Label) -> Filter {
        let mut at = 0;
        while at < self.filters.len() {
            if is(self.filters[at].name, name) {
                let mut filter = self.filters[at];
                filter.label = label;
                return filter;
            }
            at += 1;
        }
        panic!("the server has no such filter")
    }

    /// A filter by an object of another entity.
    pub const fn by(&self, name: &str, label: Label, entity: &'static Entity) -> Filter {
        let mut filter = self.filter(name, label);
        filter.kind = FilterKind::Object(entity);
        filter
    }

    /// A filter by a value of few.
    pub const fn among(&self, name: &str, label: Label, choices: fn() -> Vec<Choice>) -> Filter {
        let mut filter = self.filter(name, label);
        filter.kind = FilterKind::Choices(Choices::Own(choices));
        filter
    }

    const fn member(&self, name: &str) -> &'static Member {
        let mut at = 0;
        while at < self.members.len() {
            if is(self.members[at].field.name, name) {
                return &self.members[at];
            }
            at += 1;
        }
        panic!("the server has no such member")
    }
}

const fn is(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
