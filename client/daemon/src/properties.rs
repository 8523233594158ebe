//! Properties as dictionaries, to tell only what changed.

use std::collections::BTreeMap;

use zbus::{OwnedVariant, Variant};

/// Properties by name.
pub type Properties = BTreeMap<&'static str, OwnedVariant>;

/// Collects properties.
#[derive(Debug, Default)]
pub struct Collector(Properties);

impl Collector {
    /// Adds one.
    #[must_use]
    pub fn with<'a>(mut self, name: &'static str, value: impl Into<Variant<'a>>) -> Self {
        // Only file descriptors cannot be made one's own, and no property is one.
        if let Ok(value) = OwnedVariant::try_from(value.into()) {
            self.0.insert(name, value);
        }
        self
    }

    /// All of them.
    #[must_use]
    pub fn all(self) -> Properties {
        self.0
    }
}

/// Those of `now` that are other ones in `before`.
#[must_use]
pub fn difference(before: &Properties, now: &Properties) -> Properties {
    now.iter()
        .filter(|(name, value)| before.get(*name) != Some(*value))
        .map(|(name, value)| (*name, value.clone()))
        .collect()
}
