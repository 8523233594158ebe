//! What leads to an object from another list: rows that a filter of it finds.
use super::Entity;
use crate::text::Label;

/// A declared relation.
pub struct Relation {
    /// Whose rows they are.
    pub entity: &'static Entity,
    /// The filter of their list that takes the object's id.
    pub filter: &'static str,
    /// What they are called from here, where that is not just what they are.
    pub words: Option<Label>,
    /// The field in which the form for a new one names the object, where a new one is offered from here.
    pub offers: Option<&'static str>,
}

impl Relation {
    /// Rows under their own name.
    pub const fn new(entity: &'static Entity, filter: &'static str) -> Self {
        Self {
            entity,
            filter,
            words: None,
            offers: None,
        }
    }

    /// Called otherwise from here.
    pub const fn called(mut self, words: Label) -> Self {
        self.words = Some(words);
        self
    }

    /// A new one is offered, with the object in this field.
    pub const fn offering(mut self, field: &'static str) -> Self {
        self.offers = Some(field);
        self
    }
}
