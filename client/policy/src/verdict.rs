//! What the policy says about a plan.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Guard;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be done.
    Allow,
    /// It may be done if who asked agrees to each of these.
    Ask(Vec<Objection>),
    /// It may not be done.
    Refuse(Refusal),
}

impl Verdict {
    /// The word of the bus.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask(_) => "ask",
            Self::Refuse(_) => "refuse",
        }
    }

    /// What there is to be said against it.
    #[must_use]
    pub fn objections(&self) -> &[Objection] {
        match self {
            Self::Allow => &[],
            Self::Ask(objections) | Self::Refuse(Refusal(objections)) => objections,
        }
    }
}

/// Why a plan is not simply done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// They would be removed, and this computer cannot do without them.
    Protected(Guard),
    /// They would be removed, and something that policies demand needs them.
    Required,
    /// They would be installed, and policies take them away.
    Forbidden,
    /// They are held at their version.
    Held,
    /// They would be removed without having been named.
    Removal,
    /// They would be removed by unattended work, and somebody installed them.
    ByHand,
    /// They would be removed by unattended work, and they are more than this.
    TooMany(usize),
}

impl Why {
    /// The word of the bus.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Protected(guard) => guard.as_str(),
            Self::Required => "required",
            Self::Forbidden => "forbidden",
            Self::Held => "held",
            Self::Removal => "removal",
            Self::ByHand => "by-hand",
            Self::TooMany(_) => "too-many",
        }
    }
}

/// One thing said against a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    pub why: Why,
    /// Sorted.
    pub packages: Vec<String>,
}

impl Objection {
    /// `None` when it is about no package.
    pub(super) fn about(why: Why, packages: BTreeSet<&str>) -> Option<Self> {
        (!packages.is_empty()).then(|| Self {
            why,
            packages: packages.into_iter().map(str::to_owned).collect(),
        })
    }

    /// The packages for a sentence.
    #[must_use]
    pub fn names(&self) -> String {
        self.packages.join(", ")
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names();
        match self.why {
            Why::Protected(guard) => write!(
                f,
                "{names} would be removed, and this computer cannot do without: {}",
                guard.describe()
            ),
            Why::Required => write!(
                f,
                "{names} would be removed, and what policies of your organisation demand needs it"
            ),
            Why::Forbidden => write!(
                f,
                "{names} would be installed, and a policy of your organisation does not admit it"
            ),
            Why::Held => write!(
                f,
                "{names} would be changed in spite of being held; that takes the right package-hold"
            ),
            Why::Removal => write!(
                f,
                "{names} would be removed without having been named; that takes the right package-remove"
            ),
            Why::ByHand => write!(
                f,
                "{names} would be removed, and somebody installed it by hand; remove it by name if it may go"
            ),
            Why::TooMany(ceiling) => write!(
                f,
                "{} packages would be removed ({names}), and unattended work removes at most {ceiling} \
                 (Unattended_Removals)",
                self.packages.len()
            ),
        }
    }
}

/// Everything a plan is refused for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal(pub Vec<Objection>);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&sentences.join("; "))
    }
}
