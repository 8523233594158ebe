//! Attribute sets and domains a computer is in.

use std::collections::{BTreeMap, HashSet};

use migasfree_server_auth::DomainId;
use migasfree_server_db::{Sql, sql};
use serde::Deserialize;

use super::gathered::flag;
use crate::{
    core::rules::{
        attribute_sets::AttributeSet,
        targeting::{Attributes, Audience},
    },
    ids::{AttributeId, AttributeSetId},
};

/// The domains that computers are in with the attributes of a list, `$2`, and, where `$3` says so, with those that are
/// looked up, `$1`.
pub(super) const DOMAINS: Sql = sql!(
    "WITH a AS (SELECT id FROM ",
    ids(2),
    " AS listed UNION SELECT t.id FROM ",
    objects(1),
    " AS w JOIN core_attribute t ON t.property_att_id = CAST(w.value ->> 'p' AS bigint) \
     AND t.value = w.value ->> 'v' WHERE $3) \
     SELECT d.id, d.name FROM core_domain d \
     WHERE EXISTS (SELECT 1 FROM core_domain_included_attributes i \
     JOIN a ON a.id = i.attribute_id WHERE i.domain_id = d.id) \
     AND NOT EXISTS (SELECT 1 FROM core_domain_excluded_attributes e \
     JOIN a ON a.id = e.attribute_id WHERE e.domain_id = d.id) ORDER BY d.id"
);

/// The attributes that stand for sets, as [`Mirror`].
pub(super) const MIRRORS: Sql = sql!(
    "SELECT t.id, s.id AS set_id, s.domain_id, EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $4 AND m.domain_id = s.domain_id) AS inside \
     FROM core_attribute t JOIN core_property p ON p.id = t.property_att_id \
     LEFT JOIN core_attributeset s ON s.name = t.value AND s.enabled \
     WHERE p.prefix = 'SET'"
);

/// Which of the attributes that are looked up, `$1`, and of those that stand for domains and sets, belong to sets.
pub(super) const LINKS: Sql = sql!(
    "WITH a AS (SELECT t.id FROM ",
    objects(1),
    " AS w JOIN core_attribute t ON t.property_att_id = CAST(w.value ->> 'p' AS bigint) \
     AND t.value = w.value ->> 'v' WHERE EXISTS (SELECT 1 FROM core_attributeset s WHERE s.enabled) \
     UNION SELECT t.id FROM core_attribute t JOIN core_property p ON p.id = t.property_att_id \
     WHERE p.prefix IN ('DMN', 'SET') AND EXISTS (SELECT 1 FROM core_attributeset s WHERE s.enabled)) \
     SELECT true AS included, i.attributeset_id, i.attribute_id \
     FROM core_attributeset_included_attributes i JOIN a ON a.id = i.attribute_id \
     UNION ALL SELECT false, e.attributeset_id, e.attribute_id \
     FROM core_attributeset_excluded_attributes e JOIN a ON a.id = e.attribute_id"
);

/// An attribute that stands for a set.
#[derive(Debug, Deserialize)]
pub(super) struct Mirror {
    id: AttributeId,
    /// The set, if it is enabled.
    set: Option<AttributeSetId>,
    domain: Option<DomainId>,
    /// Whether the computer was in the domain of the set.
    #[serde(deserialize_with = "flag")]
    inside: bool,
}

/// An attribute of a set.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(deserialize_with = "flag")]
    included: bool,
    set: AttributeSetId,
    attribute: AttributeId,
}

/// The enabled attribute sets, and the attributes that stand for any set.
#[derive(Debug, Default)]
pub struct Sets {
    pub enabled: Vec<AttributeSet>,
    pub mirrors: HashSet<AttributeId>,
}

impl Sets {
    /// The sets as far as they concern a computer with `attributes`: of their audiences only what the
    /// computer has and what stands for other sets. Sets of a domain match in `domains`, which the computer is in now, and
    /// in those it was in before: a domain may be made of sets.
    pub(super) fn of(
        mirrors: Vec<Mirror>,
        links: Vec<Link>,
        attributes: &Attributes,
        domains: &[DomainId],
    ) -> Self {
        let by_set: BTreeMap<i64, AttributeId> = mirrors
            .iter()
            .filter_map(|mirror| Some((mirror.set?.0, mirror.id)))
            .collect();
        let is_foreign = |mirror: &&Mirror| {
            let here = |domain| mirror.inside || domains.contains(&domain);
            !mirror.domain.is_none_or(here)
        };
        let foreign: HashSet<i64> = mirrors
            .iter()
            .filter(is_foreign)
            .filter_map(|mirror| mirror.set.map(|set| set.0))
            .collect();
        let mirrors: HashSet<AttributeId> = mirrors.into_iter().map(|mirror| mirror.id).collect();
        let mut audiences: BTreeMap<i64, Audience> = BTreeMap::new();
        let concerns = |id: &AttributeId| attributes.contains(id) || mirrors.contains(id);
        // A set of another domain is there for those that refer to it, and matches nothing.
        let links = links
            .into_iter()
            .filter(|link| concerns(&link.attribute) && !foreign.contains(&link.set.0));
        for link in links {
            let audience = audiences.entry(link.set.0).or_default();
            if link.included {
                &mut audience.included
            } else {
                &mut audience.excluded
            }
            .push(link.attribute);
        }
        let enabled = by_set
            .into_iter()
            .map(|(set, mirror)| AttributeSet {
                mirror,
                audience: audiences.remove(&set).unwrap_or_default(),
            })
            .collect();
        Self { enabled, mirrors }
    }
}
