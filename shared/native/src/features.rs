//! What both sides know of the native protocol: its version, and what came after it.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::key::PublicKey;

/// The version of the protocol, as it stands in the paths.
pub const VERSION: u32 = 1;

/// What may be there or not. Each has the name it has in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Inventories travel as differences.
    InventoryDifferences,
    /// Definitions are left out whose edition the computer has.
    CachedDefinitions,
    /// Computers are given certificates.
    Certificates,
    /// Somebody may help from afar.
    RemoteSupport,
    /// Plans carry orders of actions.
    Actions,
}

/// Features that one side has. Those this version does not know are not seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Features(BTreeSet<Feature>);

impl Features {
    /// All that this version knows.
    #[must_use]
    pub fn all() -> Self {
        Self::from_iter([
            Feature::InventoryDifferences,
            Feature::CachedDefinitions,
            Feature::Certificates,
            Feature::RemoteSupport,
            Feature::Actions,
        ])
    }

    /// Whether one is among them.
    #[must_use]
    pub fn has(&self, feature: Feature) -> bool {
        self.0.contains(&feature)
    }

    /// Those that the other side has, too.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> Self {
        self.0.intersection(&other.0).copied().collect()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Feature> {
        self.0.iter().copied()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Feature> for Features {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        Self(features.into_iter().collect())
    }
}

impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<serde_json::Value>::deserialize(deserializer)?;
        let known = names.into_iter().map(serde_json::from_value::<Feature>);
        Ok(known.filter_map(Result::ok).collect())
    }
}

/// How a server announces the native protocol: the member `native` of `public/server/info`. That call is in the clear:
/// a computer believes this key only where a token, a sealed call or an administrator names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The versions of the protocol there are.
    pub versions: Vec<u32>,
    /// The key that signs the answers.
    pub server_key: PublicKey,
    /// What it can do.
    #[serde(default)]
    pub features: Features,
}

impl Offer {
    /// Whether it is for this version, too.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        self.versions.contains(&VERSION)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn features_of_another_version_are_not_seen() {
        let read: Features =
            serde_json::from_str(r#"["cached-definitions", "telepathy", 7]"#).unwrap();
        assert_eq!(read, Features::from_iter([Feature::CachedDefinitions]));
        let text = r#"["inventory-differences","cached-definitions","certificates","remote-support","actions"]"#;
        assert_eq!(serde_json::to_string(&Features::all()).unwrap(), text);
        let both = Features::all().shared_with(&read);
        assert!(both.has(Feature::CachedDefinitions) && !both.has(Feature::InventoryDifferences));
    }
}
