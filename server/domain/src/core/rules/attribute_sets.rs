//! Attribute sets: which of them a computer is in, when sets may be made of other sets (8.3).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::core::rules::ALL_SYSTEMS;
use crate::core::rules::targeting::{Attributes, Audience};
use crate::ids::AttributeId;

/// An enabled attribute set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSet {
    /// The attribute `SET-<name>` that stands for it.
    pub mirror: AttributeId,
    /// Who is in it. May name mirrors of other sets.
    pub audience: Audience,
}

/// Sets in an order in which every set comes after those it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// Mirrors, in order; independent ones by number.
    pub ordered: Vec<AttributeId>,
    /// Mirrors of sets that depend on a missing set, on themselves in a circle, or on such a set.
    pub broken: Vec<AttributeId>,
}

/// Orders what depends on what.
#[must_use]
pub fn order(dependencies: &BTreeMap<AttributeId, Vec<AttributeId>>) -> Order {
    let mut waiting: BTreeSet<AttributeId> = dependencies.keys().copied().collect();
    let mut done: HashSet<AttributeId> = HashSet::new();
    let mut ordered = Vec::with_capacity(waiting.len());
    loop {
        let ready: Vec<AttributeId> = waiting
            .iter()
            .copied()
            .filter(|set| dependencies[set].iter().all(|needed| done.contains(needed)))
            .collect();
        if ready.is_empty() {
            return Order {
                ordered,
                broken: waiting.into_iter().collect(),
            };
        }
        for set in ready {
            waiting.remove(&set);
            done.insert(set);
            ordered.push(set);
        }
    }
}

/// Adds to `attributes` the mirrors of the sets the computer is in and returns them in order.
///
/// `set_attributes` are the mirrors of all sets, also of disabled ones. With `skip_alone` a
/// broken set is left out by itself; without, one broken set leaves out all.
pub fn join(
    sets: &[AttributeSet],
    set_attributes: &HashSet<AttributeId>,
    attributes: &mut Attributes,
    skip_alone: bool,
) -> Vec<AttributeId> {
    let needs = |set: &AttributeSet| {
        let named = set
            .audience
            .included
            .iter()
            .chain(&set.audience.excluded)
            .copied();
        named
            .filter(|named| set_attributes.contains(named))
            .filter(|named| *named != ALL_SYSTEMS && *named != set.mirror)
            .collect()
    };
    let order = order(&sets.iter().map(|set| (set.mirror, needs(set))).collect());
    if !order.broken.is_empty() && !skip_alone {
        return Vec::new();
    }
    let by_mirror: BTreeMap<_, _> = sets.iter().map(|set| (set.mirror, set)).collect();
    let mut joined = Vec::new();
    for mirror in order.ordered {
        if by_mirror[&mirror].audience.matches(attributes) {
            attributes.insert(mirror);
            joined.push(mirror);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(mirror: i64, included: &[i64], excluded: &[i64]) -> AttributeSet {
        let ids = |list: &[i64]| list.iter().copied().map(AttributeId).collect();
        AttributeSet {
            mirror: AttributeId(mirror),
            audience: Audience {
                included: ids(included),
                excluded: ids(excluded),
            },
        }
    }

    fn joined(sets: &[AttributeSet], attributes: &[i64], skip_alone: bool) -> Vec<i64> {
        let mirrors = (20..30).map(AttributeId).chain([ALL_SYSTEMS]).collect();
        let mut attributes = attributes.iter().copied().map(AttributeId).collect();
        let joined = join(sets, &mirrors, &mut attributes, skip_alone);
        joined.into_iter().map(|mirror| mirror.0).collect()
    }

    #[test]
    fn a_set_made_of_sets_sees_them() {
        let sets = [
            set(22, &[21], &[23]),
            set(21, &[5], &[]),
            set(23, &[6], &[]),
            set(24, &[1], &[]),
        ];
        assert_eq!(joined(&sets, &[1, 5], true), [21, 24, 22]);
        assert_eq!(joined(&sets, &[1, 5, 6], true), [21, 23, 24]);
    }

    #[test]
    fn a_broken_set_is_left_out_alone_or_takes_all_with_it() {
        let disabled = set(22, &[5, 29], &[]);
        let circle = [set(23, &[24], &[]), set(24, &[23, 5], &[])];
        let sets = [
            set(21, &[5], &[]),
            disabled,
            circle[0].clone(),
            circle[1].clone(),
        ];
        assert_eq!(joined(&sets, &[5], true), [21]);
        assert!(joined(&sets, &[5], false).is_empty());
    }
}
