//! What the server defines for a computer, which keeps it until there is another edition.

use migasfree_types::computer::{
    App, Category, FaultDefinition, MandatoryPackages, Property, Repository, Tags, Trait,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::features::Features;
use crate::text::{encode, sha256};

/// Bytes of a hash that tell editions apart.
const LENGTH: usize = 16;

/// Which edition of a definition this is. The server makes it and compares it; for a computer it is just a text. Empty:
/// none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Edition(pub String);

impl Edition {
    /// The edition with this content.
    ///
    /// # Panics
    /// When the content cannot be written as JSON, as a map whose keys are no texts.
    #[must_use]
    pub fn of(content: &impl Serialize) -> Self {
        let text = serde_json::to_vec(content).expect("definitions can be written as JSON");
        Self(encode(&sha256(&text)[..LENGTH]))
    }
}

/// A definition with its edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition<T> {
    /// Which one it is.
    pub edition: Edition,
    /// What it says.
    pub value: T,
}

impl<T> Definition<T> {
    /// The definition, for a computer that asks for it and has another edition.
    #[must_use]
    pub fn for_computer(known: Option<&Edition>, edition: Edition, value: T) -> Option<Self> {
        known
            .is_some_and(|known| *known != edition)
            .then_some(Self { edition, value })
    }
}

/// Which of the [`Definitions`] a computer asks for. `None`: not this one; an empty edition: it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault_definitions: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repositories: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_keys: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandatory_packages: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traits: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apps: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorities: Option<Edition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Edition>,
}

/// Definitions that a computer does not have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Definitions {
    /// Code whose output the attributes are made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Definition<Vec<Property>>>,
    /// Code of faults to look for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault_definitions: Option<Definition<Vec<FaultDefinition>>>,
    /// Where packages come from. There is another edition, too, when one of them offers other packages than before: who
    /// has this edition need not look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repositories: Option<Definition<Vec<Repository>>>,
    /// Fingerprints of the keys that repositories may be signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_keys: Option<Definition<Vec<String>>>,
    /// What must and must not be installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mandatory_packages: Option<Definition<MandatoryPackages>>,
    /// The attributes of this computer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traits: Option<Definition<Vec<Trait>>>,
    /// Its tags, and those it may choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Definition<Tags>>,
    /// The applications offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apps: Option<Definition<Understood<App>>>,
    /// Their categories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<Definition<Vec<Category>>>,
    /// The certificates that this server and its computers are checked against besides, in PEM; empty where there are
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorities: Option<Definition<String>>,
    /// What the server can do, which may be more than when the computer enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Definition<Features>>,
}

impl Definitions {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A list without the records that this version does not understand: one of a newer server keeps no other away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Understood<T>(pub Vec<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Understood<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let records = Vec::<Value>::deserialize(deserializer)?;
        let understood = records.into_iter().map(serde_json::from_value::<T>);
        Ok(Self(understood.filter_map(Result::ok).collect()))
    }
}
