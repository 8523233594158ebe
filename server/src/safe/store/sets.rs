//! Attribute sets and domains a computer is in.

use std::collections::{BTreeMap, HashSet};

use crate::core::rules::attribute_sets::AttributeSet;
use crate::core::rules::targeting::{Attributes, Audience};
use crate::db::{AttributeId, AttributeSetId, Db, Result, json_ids};
use crate::{args, sql};

/// Names of the domains that computers with `attributes` are in.
pub(crate) async fn domains(db: &Db, attributes: &Attributes) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db
        .all(
            sql!(
                "WITH a AS (SELECT id FROM ",
                ids(1),
                " AS listed) SELECT d.name FROM core_domain d \
                 WHERE EXISTS (SELECT 1 FROM core_domain_included_attributes i \
                 JOIN a ON a.id = i.attribute_id WHERE i.domain_id = d.id) \
                 AND NOT EXISTS (SELECT 1 FROM core_domain_excluded_attributes e \
                 JOIN a ON a.id = e.attribute_id WHERE e.domain_id = d.id) ORDER BY d.id"
            ),
            args![json_ids(attributes.iter().copied())],
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// The enabled attribute sets, and the attributes that stand for any set.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    pub(crate) enabled: Vec<AttributeSet>,
    pub(crate) mirrors: HashSet<AttributeId>,
}

/// The sets as far as they concern a computer with `attributes`: of their audiences only what the
/// computer has and what stands for other sets.
pub(crate) async fn all(db: &Db, attributes: &Attributes) -> Result<Sets> {
    let mirrors: Vec<(AttributeId, Option<AttributeSetId>)> = db
        .all(
            "SELECT t.id, s.id FROM core_attribute t \
             JOIN core_property p ON p.id = t.property_att_id \
             LEFT JOIN core_attributeset s ON s.name = t.value AND s.enabled \
             WHERE p.prefix = 'SET'",
            args![],
        )
        .await?;
    let by_set: BTreeMap<i64, AttributeId> = mirrors
        .iter()
        .filter_map(|(mirror, set)| set.map(|set| (set.0, *mirror)))
        .collect();
    let mirrors: HashSet<AttributeId> = mirrors.into_iter().map(|(mirror, _)| mirror).collect();
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
