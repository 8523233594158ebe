//! Whom something is aimed at, and which deployments a computer gets (8.4).

use std::collections::HashSet;

use time::Date;

use crate::core::rules::ALL_SYSTEMS;
use crate::core::rules::schedule::{Delay, opens_on};
use crate::ids::{AttributeId, ComputerId};

/// The attributes of a computer: its tags and what its last synchronisation reported.
pub type Attributes = HashSet<AttributeId>;

/// Included minus excluded attributes: how deployments, policies, sets, faults and domains name
/// the computers they are meant for.
///
/// Holding only the attributes that the computer in question has gives the same answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// Having one of them is needed.
    pub included: Vec<AttributeId>,
    /// Having one of them is a reason not to match.
    pub excluded: Vec<AttributeId>,
}

impl Audience {
    /// Whether a computer with `attributes` is meant.
    #[must_use]
    pub fn matches(&self, attributes: &Attributes) -> bool {
        common(&self.included, attributes).is_some() && common(&self.excluded, attributes).is_none()
    }

    /// Like [`Audience::matches`], for audiences where All Systems stands for every computer
    /// whatever it reported.
    #[must_use]
    pub fn matches_with_all_systems(&self, attributes: &Attributes) -> bool {
        let has = |list: &[AttributeId]| {
            list.contains(&ALL_SYSTEMS) || common(list, attributes).is_some()
        };
        has(&self.included) && !has(&self.excluded)
    }
}

fn common(list: &[AttributeId], attributes: &Attributes) -> Option<AttributeId> {
    list.iter()
        .copied()
        .find(|attribute| attributes.contains(attribute))
}

/// A row of the deployment's schedule and the attributes it opens for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayRow {
    /// When.
    pub delay: Delay,
    /// For whom.
    pub attributes: Vec<AttributeId>,
}

/// Everything of a deployment that decides who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// A disabled deployment reaches nobody.
    pub enabled: bool,
    /// The deployment's own audience.
    pub audience: Audience,
    /// Audience of the domain it is limited to.
    pub domain: Option<Audience>,
    /// First day for the included attributes, and day zero of the schedule.
    pub start_date: Date,
    /// Rows of the schedule.
    pub schedule: Vec<DelayRow>,
}

/// Why a computer gets a deployment, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It applies, because the computer has this attribute.
    Applies(AttributeId),
    /// It will apply from that day on, because of this attribute.
    NotYet(Date, AttributeId),
    /// The computer has this excluded attribute.
    Excluded(AttributeId),
    /// No attribute of the computer is included.
    NotIncluded,
    /// The computer is not in the deployment's domain.
    OutsideDomain,
    /// The deployment is switched off.
    Disabled,
}

/// Whether computer `computer` with `attributes` gets a deployment of its project `today`.
#[must_use]
pub fn decide(
    target: &Target,
    computer: ComputerId,
    attributes: &Attributes,
    today: Date,
) -> Decision {
    if !target.enabled {
        return Decision::Disabled;
    }
    if let Some(excluded) = common(&target.audience.excluded, attributes) {
        return Decision::Excluded(excluded);
    }
    if target
        .domain
        .as_ref()
        .is_some_and(|domain| !domain.matches(attributes))
    {
        return Decision::OutsideDomain;
    }
    let included = common(&target.audience.included, attributes);
    let scheduled = target.schedule.iter().filter_map(|row| {
        let attribute = common(&row.attributes, attributes)?;
        Some((
            opens_on(target.start_date, row.delay, computer.0),
            attribute,
        ))
    });
    let openings = included
        .map(|attribute| (target.start_date, attribute))
        .into_iter();
    match openings.chain(scheduled).min_by_key(|(opens, _)| *opens) {
        Some((opens, attribute)) if opens <= today => Decision::Applies(attribute),
        Some((opens, attribute)) => Decision::NotYet(opens, attribute),
        None => Decision::NotIncluded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const MONDAY: Date = date!(2026 - 06 - 01);
    const A: AttributeId = AttributeId(10);
    const B: AttributeId = AttributeId(11);
    const C: AttributeId = AttributeId(12);

    fn target() -> Target {
        Target {
            enabled: true,
            audience: Audience {
                included: vec![A],
                excluded: vec![C],
            },
            domain: None,
            start_date: MONDAY,
            schedule: Vec::new(),
        }
    }

    fn decision(target: &Target, attributes: &[AttributeId], today: Date) -> Decision {
        decide(
            target,
            ComputerId(7),
            &attributes.iter().copied().collect(),
            today,
        )
    }

    #[test]
    fn included_attributes_apply_from_the_start_date_and_excluded_ones_never() {
        assert_eq!(decision(&target(), &[A], MONDAY), Decision::Applies(A));
        let sunday = date!(2026 - 05 - 31);
        assert_eq!(
            decision(&target(), &[A], sunday),
            Decision::NotYet(MONDAY, A)
        );
        assert_eq!(decision(&target(), &[A, C], MONDAY), Decision::Excluded(C));
        assert_eq!(decision(&target(), &[B], MONDAY), Decision::NotIncluded);
        let disabled = Target {
            enabled: false,
            ..target()
        };
        assert_eq!(decision(&disabled, &[A], MONDAY), Decision::Disabled);
    }

    #[test]
    fn a_schedule_opens_for_each_computer_on_its_own_day() {
        let delay = Delay {
            delay: 0,
            duration: 10,
        };
        let row = DelayRow {
            delay,
            attributes: vec![B],
        };
        let scheduled = Target {
            schedule: vec![row],
            ..target()
        };
        let opens = date!(2026 - 06 - 10);
        assert_eq!(decision(&scheduled, &[B], opens), Decision::Applies(B));
        let eve = date!(2026 - 06 - 09);
        assert_eq!(decision(&scheduled, &[B], eve), Decision::NotYet(opens, B));
        assert_eq!(decision(&scheduled, &[A, B], eve), Decision::Applies(A));
    }

    #[test]
    fn a_domain_limits_its_deployments() {
        let domain = Some(Audience {
            included: vec![B],
            excluded: Vec::new(),
        });
        let limited = Target { domain, ..target() };
        assert_eq!(decision(&limited, &[A], MONDAY), Decision::OutsideDomain);
        assert_eq!(decision(&limited, &[A, B], MONDAY), Decision::Applies(A));
    }

    #[test]
    fn all_systems_stands_for_everybody_only_where_it_is_meant_to() {
        let everybody = Audience {
            included: vec![ALL_SYSTEMS],
            excluded: Vec::new(),
        };
        let none = Attributes::new();
        assert!(!everybody.matches(&none));
        assert!(everybody.matches_with_all_systems(&none));
        let nobody = Audience {
            included: vec![A],
            excluded: vec![ALL_SYSTEMS],
        };
        assert!(!nobody.matches_with_all_systems(&Attributes::from([A])));
    }
}
