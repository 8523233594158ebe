//! The states of a computer and their groups (8.10).

use std::fmt;
use std::str::FromStr;

/// `computer.status`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Status {
    /// In normal use.
    #[default]
    Assigned,
    /// Held for someone.
    Reserved,
    /// Unaccounted for.
    Unknown,
    /// In the workshop.
    InRepair,
    /// In stock, may be given to somebody else.
    Available,
    /// Retired: may not synchronise.
    Unsubscribed,
}

impl Status {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Assigned,
        Self::Reserved,
        Self::Unknown,
        Self::InRepair,
        Self::Available,
        Self::Unsubscribed,
    ];
    /// Computers at work.
    pub const PRODUCTIVE: [Self; 3] = [Self::Assigned, Self::Reserved, Self::Unknown];
    /// Computers that belong to the fleet without being at work.
    pub const UNPRODUCTIVE: [Self; 2] = [Self::InRepair, Self::Available];
    /// Computers somebody expects to come back to work.
    pub const ACTIVE: [Self; 4] = [
        Self::Assigned,
        Self::Reserved,
        Self::Unknown,
        Self::InRepair,
    ];

    /// The stored and transmitted text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Reserved => "reserved",
            Self::Unknown => "unknown",
            Self::InRepair => "in repair",
            Self::Available => "available",
            Self::Unsubscribed => "unsubscribed",
        }
    }

    /// Whether the computer is at work.
    #[must_use]
    pub fn is_productive(self) -> bool {
        Self::PRODUCTIVE.contains(&self)
    }

    /// Whether the computer belongs to the fleet.
    #[must_use]
    pub fn is_subscribed(self) -> bool {
        self != Self::Unsubscribed
    }

    /// Whether everything given to this computer alone is taken back when it enters this state:
    /// tags, and its CID attribute's devices, faults, deployments, sets and schedules.
    #[must_use]
    pub fn strips_assignments(self) -> bool {
        matches!(self, Self::Available | Self::Unsubscribed)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a status")]
pub struct UnknownStatus(pub String);

impl FromStr for Status {
    type Err = UnknownStatus;

    /// Also reads `intended`, the former name of `assigned`.
    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        if text == "intended" {
            return Ok(Self::Assigned);
        }
        let mut all = Self::ALL.into_iter();
        all.find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_and_is_in_the_groups_it_should() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            let in_a_group = Status::PRODUCTIVE.contains(&status)
                || Status::UNPRODUCTIVE.contains(&status)
                || status == Status::Unsubscribed;
            assert!(in_a_group);
        }
        assert_eq!("intended".parse(), Ok(Status::Assigned));
        assert!("gone".parse::<Status>().is_err());
    }
}
