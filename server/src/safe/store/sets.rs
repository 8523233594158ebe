//! Attribute sets and domains a computer is in.

use std::collections::{BTreeMap, HashSet};

use migasfree_server_db::{Db, Result, args, json_ids, sql};

use crate::core::rules::attribute_sets::AttributeSet;
use crate::core::rules::targeting::{Attributes, Audience};
use crate::{ids::AttributeId, ids::AttributeSetId, ids::ComputerId, ids::DomainId};

/// The domains that computers with `attributes` are in, with their names.
pub(crate) async fn domains(db: &Db, attributes: &Attributes) -> Result<Vec<(DomainId, String)>> {
    db.all(
        sql!(
            "WITH a AS (SELECT id FROM ",
            ids(1),
            " AS listed) SELECT d.id, d.name FROM core_domain d \
                 WHERE EXISTS (SELECT 1 FROM core_domain_included_attributes i \
                 JOIN a ON a.id = i.attribute_id WHERE i.domain_id = d.id) \
                 AND NOT EXISTS (SELECT 1 FROM core_domain_excluded_attributes e \
                 JOIN a ON a.id = e.attribute_id WHERE e.domain_id = d.id) ORDER BY d.id"
        ),
        args![json_ids(attributes.iter().copied())],
    )
    .await
}

/// The enabled attribute sets, and the attributes that stand for any set.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    pub(crate) enabled: Vec<AttributeSet>,
    pub(crate) mirrors: HashSet<AttributeId>,
}

/// The sets as far as they concern a computer with `attributes`: of their audiences only what the
/// computer has and what stands for other sets. Sets of a domain match in `domains`, which the computer is in now, and in
/// those it was in before: a domain may be made of sets.
pub(crate) async fn all(
    db: &Db,
    computer: ComputerId,
    attributes: &Attributes,
    domains: &[DomainId],
) -> Result<Sets> {
    let mirrors: Vec<(AttributeId, Option<AttributeSetId>, bool)> = db
        .all(
            sql!(
                "SELECT t.id, s.id, (s.domain_id IS NULL OR s.domain_id IN ",
                ids(2),
                " OR EXISTS (SELECT 1 FROM client_computer_domain m \
                 WHERE m.computer_id = $1 AND m.domain_id = s.domain_id)) \
                 FROM core_attribute t JOIN core_property p ON p.id = t.property_att_id \
                 LEFT JOIN core_attributeset s ON s.name = t.value AND s.enabled \
                 WHERE p.prefix = 'SET'"
            ),
            args![computer, json_ids(domains.iter().copied())],
        )
        .await?;
    let by_set: BTreeMap<i64, AttributeId> = mirrors
        .iter()
        .filter_map(|(mirror, set, _)| set.map(|set| (set.0, *mirror)))
        .collect();
    let foreign: HashSet<i64> = mirrors
        .iter()
        .filter(|(.., inside)| !inside)
        .filter_map(|(_, set, _)| set.map(|set| set.0))
        .collect();
    let mirrors: HashSet<AttributeId> = mirrors.into_iter().map(|(mirror, ..)| mirror).collect();
    if by_set.is_empty() {
        return Ok(Sets {
            enabled: Vec::new(),
            mirrors,
        });
    }
    let relevant = attributes.iter().chain(&mirrors).copied();
    let links: Vec<(bool, AttributeSetId, AttributeId)> = db
        .all(
            sql!(
                "WITH a AS (SELECT id FROM ",
                ids(1),
                " AS listed) \
                 SELECT true, i.attributeset_id, i.attribute_id \
                 FROM core_attributeset_included_attributes i JOIN a ON a.id = i.attribute_id \
                 UNION ALL SELECT false, e.attributeset_id, e.attribute_id \
                 FROM core_attributeset_excluded_attributes e JOIN a ON a.id = e.attribute_id"
            ),
            args![json_ids(relevant)],
        )
        .await?;
    let mut audiences: BTreeMap<i64, Audience> = BTreeMap::new();
    // A set of another domain is there for those that refer to it, and matches nothing.
    let links = links
        .into_iter()
        .filter(|(_, set, _)| !foreign.contains(&set.0));
    for (included, set, attribute) in links {
        let audience = audiences.entry(set.0).or_default();
        if included {
            &mut audience.included
        } else {
            &mut audience.excluded
        }
        .push(attribute);
    }
    let enabled = by_set
        .into_iter()
        .map(|(set, mirror)| AttributeSet {
            mirror,
            audience: audiences.remove(&set).unwrap_or_default(),
        })
        .collect();
    Ok(Sets { enabled, mirrors })
}
