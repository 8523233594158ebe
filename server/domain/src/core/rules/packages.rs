//! Packages a computer must have or must not have (8.5).

use crate::core::rules::targeting::{Attributes, Audience};

/// What a synchronisation installs and removes.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Mandatory {
    /// To install, in order.
    pub install: Vec<String>,
    /// To remove, in order.
    pub remove: Vec<String>,
}

/// The package texts of a deployment that applies to the computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeploymentPackages {
    /// `packages_to_install`
    pub install: String,
    /// `packages_to_remove`
    pub remove: String,
}

/// A policy and its groups by ascending priority.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Whether the packages of the other groups are to go.
    pub exclusive: bool,
    /// Whom the policy is for.
    pub audience: Audience,
    /// The first group that matches wins.
    pub groups: Vec<PolicyGroup>,
}

/// A group of a policy.
#[derive(Debug, Clone, Default)]
pub struct PolicyGroup {
    /// Whom the group is for.
    pub audience: Audience,
    /// Package texts of its applications for the computer's project.
    pub packages: Vec<String>,
}

/// The lines of a package text; a line with several names stays one entry.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Mandatory packages from the deployments that apply, by name, and the enabled policies, by
/// name.
///
/// `policies_always`: policies count even if no deployment applies. `synchronised` are the
/// attributes of the last synchronisation, without tags.
#[must_use]
pub fn mandatory(
    deployments: &[DeploymentPackages],
    policies: &[Policy],
    synchronised: &Attributes,
    policies_always: bool,
) -> Mandatory {
    let mut result = Mandatory::default();
    for deployment in deployments {
        add(&mut result.install, lines(&deployment.install));
        add(&mut result.remove, lines(&deployment.remove));
    }
    if deployments.is_empty() && !policies_always {
        return result;
    }
    for policy in policies {
        apply(policy, synchronised, &mut result);
    }
    result
}

fn apply(policy: &Policy, attributes: &Attributes, result: &mut Mandatory) {
    if !policy.audience.matches_with_all_systems(attributes) {
        return;
    }
    let matches = |group: &PolicyGroup| group.audience.matches_with_all_systems(attributes);
    let Some(winner) = policy.groups.iter().position(matches) else {
        return;
    };
    for (index, group) in policy.groups.iter().enumerate() {
        let names = group
            .packages
            .iter()
            .flat_map(|text| text.split_whitespace());
        if index == winner {
            add(&mut result.install, names);
        } else if policy.exclusive {
            add(&mut result.remove, names);
        }
    }
}

/// Appends what is not there yet.
pub(super) fn add<'a>(list: &mut Vec<String>, names: impl Iterator<Item = &'a str>) {
    for name in names {
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rules::ALL_SYSTEMS;
    use crate::ids::AttributeId;

    fn included(ids: &[i64]) -> Audience {
        let included = ids.iter().copied().map(AttributeId).collect();
        Audience {
            included,
            excluded: Vec::new(),
        }
    }

    fn policy(exclusive: bool) -> Policy {
        let group = |id, packages: &str| PolicyGroup {
            audience: included(&[id]),
            packages: vec![packages.to_owned()],
        };
        Policy {
            exclusive,
            audience: included(&[ALL_SYSTEMS.0]),
            groups: vec![
                group(5, "kate okular"),
                group(6, "geany\ngedit"),
                group(1, "nano"),
            ],
        }
    }

    #[test]
    fn deployments_come_first_and_nothing_is_named_twice() {
        let deployments = [
            DeploymentPackages {
                install: "vim\nhtop mc\n".to_owned(),
                remove: "nano".to_owned(),
            },
            DeploymentPackages {
                install: "vim\r\ngeany".to_owned(),
                remove: String::new(),
            },
        ];
        let six = Attributes::from([AttributeId(6)]);
        let result = mandatory(&deployments, &[policy(true)], &six, false);
        assert_eq!(result.install, ["vim", "htop mc", "geany", "gedit"]);
        assert_eq!(result.remove, ["nano", "kate", "okular"]);
    }

    #[test]
    fn only_the_first_matching_group_of_a_policy_counts() {
        let five_and_six = Attributes::from([AttributeId(5), AttributeId(6)]);
        let result = mandatory(&[], &[policy(false)], &five_and_six, true);
        assert_eq!(result.install, ["kate", "okular"]);
        assert!(result.remove.is_empty());
        let nobody = mandatory(&[], &[policy(true)], &Attributes::new(), true);
        assert_eq!(nobody.install, ["nano"]);
    }

    #[test]
    fn without_deployments_policies_wait_unless_they_always_apply() {
        let six = Attributes::from([AttributeId(6)]);
        assert_eq!(
            mandatory(&[], &[policy(true)], &six, false),
            Mandatory::default()
        );
        assert_ne!(
            mandatory(&[], &[policy(true)], &six, true),
            Mandatory::default()
        );
    }
}
