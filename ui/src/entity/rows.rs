//! Rows that belong to an object and are edited one by one on a tab of its page: groups of a policy, delays of a schedule.
use super::{Entity, Sheet};
use leptos::prelude::AnyView;
use serde_json::Value;

/// Declared rows. Their sheet has the form, the order, and in `about` what stands above them.
pub struct RelatedRows {
    pub entity: &'static Entity,
    pub sheet: &'static Sheet,
    /// Member of a row that names its object.
    pub parent: &'static str,
    /// Draws one.
    pub draw: fn(&Value) -> AnyView,
}
