//! What must and must not be installed on a computer: its deployments, and the policies that are meant for it.

use std::collections::HashMap;

use migasfree_server_db::{Args, Db, Result, Sql, args, json_ids, sql};
use serde::Deserialize;
use time::Date;

use super::{
    attributes::{NUMBERS, Numbers},
    caller::Caller,
    computers::{HEAD, TAIL},
    deployments::{
        COLUMNS, Candidates, DELAY_COLUMNS, DELAYS, DEPLOYMENTS, Delayed, Deployment, OWN,
    },
    gathered::{self, BesideComputer, flag, gathered},
};
use crate::{
    core::rules::{
        packages::{DeploymentPackages, Mandatory, Policy, PolicyGroup, mandatory},
        targeting::{Attributes, Audience},
    },
    ids::{AttributeId, ComputerId, PolicyId},
};

/// What decides about the packages of a computer.
#[derive(Debug, Deserialize)]
pub struct Deciding {
    pub(super) deployments: Vec<Deployment>,
    pub(super) delays: Vec<Delayed>,
    pub attributes: Numbers,
    pub(super) policies: Vec<Enabled>,
    pub(super) audiences: Vec<Meant>,
    pub(super) groups: Vec<Grouped>,
}

/// A group of a policy, with the packages of one of its applications.
pub(super) type Grouped = (PolicyId, i64, Option<String>);

/// The policies alone.
#[derive(Debug, Deserialize)]
struct Policies {
    policies: Vec<Enabled>,
    audiences: Vec<Meant>,
    groups: Vec<Grouped>,
}

/// A policy that may be meant for a computer.
#[derive(Debug)]
pub struct Candidate {
    pub id: PolicyId,
    pub name: String,
    pub policy: Policy,
}

/// A policy.
#[derive(Debug, Deserialize)]
pub(super) struct Enabled {
    id: PolicyId,
    name: String,
    #[serde(deserialize_with = "flag")]
    exclusive: bool,
}

/// An attribute of the computer that a policy or group includes or excludes.
#[derive(Debug, Deserialize)]
pub(super) struct Meant {
    #[serde(deserialize_with = "flag")]
    of_policy: bool,
    #[serde(deserialize_with = "flag")]
    included: bool,
    id: i64,
    attribute: AttributeId,
}

impl Deciding {
    /// The deployments the computer gets `today`, by name.
    pub fn deployments(&mut self, computer: ComputerId, today: Date) -> Vec<Deployment> {
        let candidates = Candidates {
            deployments: std::mem::take(&mut self.deployments),
            delays: std::mem::take(&mut self.delays),
        };
        candidates.available(computer, today)
    }

    /// The enabled policies that include one of the reported attributes or All Systems, by name; their groups by priority,
    /// with the packages of the applications for the project; of domains only those the computer is in.
    ///
    /// Audiences hold only what the computer has, which is enough to decide by.
    pub fn policies(self) -> Vec<Policy> {
        let policies = Policies {
            policies: self.policies,
            audiences: self.audiences,
            groups: self.groups,
        };
        let candidates = policies.candidates().into_iter();
        candidates.map(|candidate| candidate.policy).collect()
    }
}

impl Deciding {
    /// What must and must not be installed (8.5).
    pub fn mandatory(mut self, caller: &Caller<'_>) -> Mandatory {
        let synchronised = std::mem::take(&mut self.attributes.synchronised);
        let deployments: Vec<DeploymentPackages> = self
            .deployments(caller.computer.id, caller.today())
            .into_iter()
            .map(|deployment| DeploymentPackages {
                install: deployment.packages_to_install.unwrap_or_default(),
                remove: deployment.packages_to_remove.unwrap_or_default(),
            })
            .collect();
        let fixes = &caller.settings().clients.fixes;
        let always = fixes.policies_need_no_deployment;
        mandatory(&deployments, &self.policies(), &synchronised, always)
    }
}

impl Policies {
    /// By name.
    fn candidates(self) -> Vec<Candidate> {
        let mut audiences: HashMap<(bool, i64), Audience> = HashMap::new();
        for meant in self.audiences {
            let audience = audiences.entry((meant.of_policy, meant.id)).or_default();
            if meant.included {
                &mut audience.included
            } else {
                &mut audience.excluded
            }
            .push(meant.attribute);
        }
        let mut groups = groups(self.groups, &mut audiences);
        let mut policies = self.policies;
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        let candidate = |one: Enabled| Candidate {
            policy: Policy {
                exclusive: one.exclusive,
                audience: audiences.remove(&(true, one.id.0)).unwrap_or_default(),
                groups: groups.remove(&one.id).unwrap_or_default(),
            },
            id: one.id,
            name: one.name,
        };
        policies.into_iter().map(candidate).collect()
    }
}

/// The same policies for a computer with exactly `attributes`.
pub async fn for_computer(
    db: &Db,
    project: &str,
    computer: ComputerId,
    attributes: &Attributes,
) -> Result<Vec<Candidate>> {
    let listed = json_ids(attributes.iter().copied());
    let (text,): (String,) = db.one(ALONE, args![computer, project, listed]).await?;
    let policies: Policies = gathered::read(&text)?;
    Ok(policies.candidates())
}

fn groups(
    rows: Vec<Grouped>,
    audiences: &mut HashMap<(bool, i64), Audience>,
) -> HashMap<PolicyId, Vec<PolicyGroup>> {
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
    groups
}

impl BesideComputer for Deciding {
    const STATEMENT: Sql = gathered!(
        HEAD,
        [
            DEPLOYMENTS => COLUMNS,
            DELAYS => DELAY_COLUMNS,
            NUMBERS => "id, is_tag",
            POLICIES => "id, name, exclusive",
            AUDIENCES => "of_policy, included, id, attribute_id",
            GROUPS => "policy_id, id, packages_to_install",
        ],
        TAIL
    );

    fn arguments(args: &mut Args) {
        args.push(OWN);
    }
}

/// As [`Policies`], without a computer and a project before them.
const ALONE: Sql = gathered!(
    "SELECT ",
    [
        POLICIES => "id, name, exclusive",
        AUDIENCES => "of_policy, included, id, attribute_id",
        GROUPS => "policy_id, id, packages_to_install",
    ],
    ""
);

// Attribute 1 stands for All Systems. The others are those listed in `$3`, or else those the computer `$1` reported.

/// As [`Enabled`].
pub(super) const POLICIES: Sql = sql!(
    "SELECT p.id, p.name, p.exclusive FROM app_catalog_policy p WHERE p.enabled \
     AND EXISTS (SELECT 1 FROM app_catalog_policy_included_attributes i \
     WHERE i.policy_id = p.id AND (i.attribute_id = 1 OR i.attribute_id IN (SELECT id FROM ",
    ids(3),
    " AS listed \
     UNION SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $1 AND $3 IS NULL))) \
     AND (p.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $1 AND m.domain_id = p.domain_id))"
);

/// As [`Meant`].
pub(super) const AUDIENCES: Sql = sql!(
    "WITH a AS (SELECT 1 AS id UNION SELECT id FROM ",
    ids(3),
    " AS listed \
     UNION SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $1 AND $3 IS NULL) \
     SELECT true AS of_policy, true AS included, l.policy_id AS id, l.attribute_id \
     FROM app_catalog_policy_included_attributes l \
     JOIN app_catalog_policy p ON p.id = l.policy_id AND p.enabled JOIN a ON a.id = l.attribute_id \
     UNION ALL SELECT true, false, l.policy_id, l.attribute_id \
     FROM app_catalog_policy_excluded_attributes l \
     JOIN app_catalog_policy p ON p.id = l.policy_id AND p.enabled JOIN a ON a.id = l.attribute_id \
     UNION ALL SELECT false, true, l.policygroup_id, l.attribute_id \
     FROM app_catalog_policygroup_included_attributes l \
     JOIN app_catalog_policygroup g ON g.id = l.policygroup_id \
     JOIN app_catalog_policy p ON p.id = g.policy_id AND p.enabled JOIN a ON a.id = l.attribute_id \
     UNION ALL SELECT false, false, l.policygroup_id, l.attribute_id \
     FROM app_catalog_policygroup_excluded_attributes l \
     JOIN app_catalog_policygroup g ON g.id = l.policygroup_id \
     JOIN app_catalog_policy p ON p.id = g.policy_id AND p.enabled JOIN a ON a.id = l.attribute_id"
);

/// The groups of the policies by priority, each with the packages of its applications.
pub(super) const GROUPS: Sql = sql!(
    "SELECT g.policy_id, g.id, b.packages_to_install FROM app_catalog_policygroup g \
     JOIN app_catalog_policy p ON p.id = g.policy_id AND p.enabled \
     AND EXISTS (SELECT 1 FROM app_catalog_policy_included_attributes i \
     WHERE i.policy_id = p.id AND (i.attribute_id = 1 OR i.attribute_id IN (SELECT id FROM ",
    ids(3),
    " AS listed \
     UNION SELECT attribute_id FROM client_computer_sync_attributes WHERE computer_id = $1 AND $3 IS NULL))) \
     LEFT JOIN app_catalog_policygroup_applications l ON l.policygroup_id = g.id \
     LEFT JOIN app_catalog_application n ON n.id = l.application_id \
     AND (n.domain_id IS NULL OR EXISTS (SELECT 1 FROM client_computer_domain m \
     WHERE m.computer_id = $1 AND m.domain_id = n.domain_id)) \
     LEFT JOIN app_catalog_packagesbyproject b ON b.application_id = n.id \
     AND b.project_id = (SELECT id FROM core_project WHERE name = $2) \
     ORDER BY g.policy_id, g.priority, g.id, n.id"
);
