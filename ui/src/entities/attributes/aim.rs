//! What is aimed at attributes: the two members that say it, and the filters by them.
use super::ATTRIBUTES;
use crate::{
    entity::{Field, Filter, told::Told},
    text::label,
};

/// Whom it reaches.
pub const fn included(told: &Told) -> Field {
    told.many(
        "included_attributes",
        label!(deployment.included),
        &ATTRIBUTES,
    )
}

/// Whom it does not reach all the same.
pub const fn excluded(told: &Told) -> Field {
    told.many(
        "excluded_attributes",
        label!(deployment.excluded),
        &ATTRIBUTES,
    )
}

/// Those that include an attribute.
pub const fn by_included(told: &Told) -> Filter {
    told.by(
        "included_attributes__id",
        label!(deployment.included),
        &ATTRIBUTES,
    )
}

/// Those that exclude an attribute.
pub const fn by_excluded(told: &Told) -> Filter {
    told.by(
        "excluded_attributes__id",
        label!(deployment.excluded),
        &ATTRIBUTES,
    )
}
