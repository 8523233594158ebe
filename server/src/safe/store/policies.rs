//! Policies that are meant for a computer.

use std::collections::HashMap;

use migasfree_server_db::{Db, Result, args, json_ids, sql};

use crate::core::rules::ALL_SYSTEMS;
use crate::core::rules::packages::{Policy, PolicyGroup};
use crate::core::rules::targeting::{Attributes, Audience};
use crate::{ids::AttributeId, ids::ComputerId, ids::PolicyId, ids::ProjectId};

/// The enabled policies that include one of `attributes` or All Systems, by name; their groups by
/// priority, with the packages of the applications for `project`; of domains only those the computer is in.
///
/// Audiences hold only what the computer has, which is enough to decide by.
pub(crate) async fn for_computer(
    db: &Db,
    project: ProjectId,
    computer: ComputerId,
    attributes: &Attributes,
) -> Result<Vec<Policy>> {
    let listed = json_ids(attributes.iter().copied().chain([ALL_SYSTEMS]));
    let mut policies: Vec<(PolicyId, String, bool)> = db
        .all(
            sql!(
                "SELECT p.id, p.name, p.exclusive FROM app_catalog_policy p WHERE p.enabled \
                 AND EXISTS (SELECT 1 FROM app_catalog_policy_included_attributes i \
                 WHERE i.policy_id = p.id AND i.attribute_id IN ",
                ids(1),
                ") AND (p.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
                 WHERE m.computer_id = $2 AND m.domain_id = p.domain_id))"
            ),
            args![&listed, computer],
        )
        .await?;
    if policies.is_empty() {
        return Ok(Vec::new());
    }
    policies.sort_by(|a, b| a.1.cmp(&b.1));
    let chosen = json_ids(policies.iter().map(|(id, ..)| *id));
    let mut audiences = audiences(db, &chosen, &listed).await?;
    let mut groups = groups(db, (project, computer), &chosen, &mut audiences).await?;
    let policy = |(id, _, exclusive): (PolicyId, String, bool)| Policy {
        exclusive,
        audience: audiences.remove(&(true, id.0)).unwrap_or_default(),
        groups: groups.remove(&id).unwrap_or_default(),
    };
    Ok(policies.into_iter().map(policy).collect())
}

/// Audiences of policies (`true`) and groups (`false`), by number.
type Audiences = HashMap<(bool, i64), Audience>;

async fn audiences(db: &Db, policies: &str, attributes: &str) -> Result<Audiences> {
    let rows: Vec<(bool, bool, i64, AttributeId)> = db
        .all(
            sql!(
                "WITH a AS (SELECT id FROM ",
                ids(1),
                " AS listed), p AS (SELECT id FROM ",
                ids(2),
                " AS listed) \
                 SELECT true, true, l.policy_id, l.attribute_id \
                 FROM app_catalog_policy_included_attributes l \
                 JOIN p ON p.id = l.policy_id JOIN a ON a.id = l.attribute_id \
                 UNION ALL SELECT true, false, l.policy_id, l.attribute_id \
                 FROM app_catalog_policy_excluded_attributes l \
                 JOIN p ON p.id = l.policy_id JOIN a ON a.id = l.attribute_id \
                 UNION ALL SELECT false, true, l.policygroup_id, l.attribute_id \
                 FROM app_catalog_policygroup_included_attributes l \
                 JOIN app_catalog_policygroup g ON g.id = l.policygroup_id \
                 JOIN p ON p.id = g.policy_id JOIN a ON a.id = l.attribute_id \
                 UNION ALL SELECT false, false, l.policygroup_id, l.attribute_id \
                 FROM app_catalog_policygroup_excluded_attributes l \
                 JOIN app_catalog_policygroup g ON g.id = l.policygroup_id \
                 JOIN p ON p.id = g.policy_id JOIN a ON a.id = l.attribute_id"
            ),
            args![attributes, policies],
        )
        .await?;
    let mut audiences = Audiences::new();
    for (policy, included, id, attribute) in rows {
        let audience = audiences.entry((policy, id)).or_default();
        if included {
            &mut audience.included
        } else {
            &mut audience.excluded
        }
        .push(attribute);
    }
    Ok(audiences)
}

async fn groups(
    db: &Db,
    (project, computer): (ProjectId, ComputerId),
    policies: &str,
    audiences: &mut Audiences,
) -> Result<HashMap<PolicyId, Vec<PolicyGroup>>> {
    let rows: Vec<(PolicyId, i64, Option<String>)> = db
        .all(
            sql!(
                "SELECT g.policy_id, g.id, b.packages_to_install FROM app_catalog_policygroup g \
                 LEFT JOIN app_catalog_policygroup_applications l ON l.policygroup_id = g.id \
                 LEFT JOIN app_catalog_application n ON n.id = l.application_id \
                 AND (n.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
                 WHERE m.computer_id = $3 AND m.domain_id = n.domain_id)) \
                 LEFT JOIN app_catalog_packagesbyproject b \
                 ON b.application_id = n.id AND b.project_id = $1 \
                 WHERE g.policy_id IN ",
                ids(2),
                " ORDER BY g.policy_id, g.priority, g.id, n.id"
            ),
            args![project, policies, computer],
        )
        .await?;
    let mut groups: HashMap<PolicyId, Vec<PolicyGroup>> = HashMap::new();
    let mut last = None;
    for (policy, group, packages) in rows {
        let list = groups.entry(policy).or_default();
        if last != Some(group) {
            last = Some(group);
            let audience = audiences.remove(&(false, group)).unwrap_or_default();
            list.push(PolicyGroup {
                audience,
                packages: Vec::new(),
            });
        }
        if let (Some(entry), Some(packages)) = (list.last_mut(), packages) {
            entry.packages.push(packages);
        }
    }
    Ok(groups)
}
