//! Lists of software by their content, and what makes one of another.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{as_text, sha256};

/// Characters of the longest line that is believed.
const LONGEST: usize = 270;

/// The SHA-256 of something's content. As text: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

/// A text that is no content hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no SHA-256 of 64 hexadecimal digits")]
pub struct NoHash;

impl FromStr for ContentHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| NoHash)?;
        Ok(Self(hash))
    }
}

as_text!(ContentHash);

/// The software of a computer: a set of lines, each the file name of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Inventory(BTreeSet<String>);

impl Inventory {
    /// The lines that say something, without blanks around them.
    #[must_use]
    pub fn new<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Self {
        let lines = lines.into_iter();
        Self(lines.filter_map(|line| cleaned(line.as_ref())).collect())
    }

    /// The hash of all lines in order, each with a line feed behind it.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        let mut text = String::new();
        for line in &self.0 {
            text.push_str(line);
            text.push('\n');
        }
        ContentHash::of(text.as_bytes())
    }

    /// The lines in order.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Inventory> for BTreeSet<String> {
    fn from(inventory: Inventory) -> Self {
        inventory.0
    }
}

impl<'de> Deserialize<'de> for Inventory {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(Vec::<String>::deserialize(deserializer)?))
    }
}

/// A line as both sides hash it: of one character only is no package, and within a line no other begins.
fn cleaned(line: &str) -> Option<String> {
    let line = line.trim();
    let characters = line.chars().take(LONGEST + 1).count();
    let is_good = (2..=LONGEST).contains(&characters) && !line.contains('\n');
    is_good.then(|| line.to_owned())
}

/// What makes one inventory of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The inventory it is a difference to.
    pub base: ContentHash,
    /// The inventory that results.
    pub target: ContentHash,
    /// Lines that came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Lines that went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

/// Why a difference does not apply. The whole inventory is needed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It is a difference to another inventory.
    #[error("the difference is to another inventory than the one there is")]
    Base,
    /// Something else results than was meant.
    #[error("the difference does not result in the inventory that it names")]
    Target,
}

/// What makes `new` of `old`.
#[must_use]
pub fn diff(old: &Inventory, new: &Inventory) -> Difference {
    Difference {
        base: old.hash(),
        target: new.hash(),
        added: new.0.difference(&old.0).cloned().collect(),
        removed: old.0.difference(&new.0).cloned().collect(),
    }
}

/// The inventory that `difference` makes of `old`.
///
/// # Errors
/// [`Mismatch`] when it is a difference to something else, or makes something else of it.
pub fn apply(old: &Inventory, difference: &Difference) -> Result<Inventory, Mismatch> {
    if old.hash() != difference.base {
        return Err(Mismatch::Base);
    }
    let mut new = old.clone();
    for line in &difference.removed {
        new.0.remove(line);
    }
    new.0.extend(Inventory::new(&difference.added).0);
    if new.hash() != difference.target {
        return Err(Mismatch::Target);
    }
    Ok(new)
}
