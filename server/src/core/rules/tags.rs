//! What setting tags on a computer installs and removes (4.7).

use crate::core::rules::packages::{add, lines};

/// The package texts of one deployment that tags bring in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagPackages {
    /// `packages_to_install`
    pub install: String,
    /// `packages_to_remove`
    pub remove: String,
    /// `default_preincluded_packages`
    pub preincluded: String,
    /// `default_included_packages`
    pub included: String,
    /// `default_excluded_packages`
    pub excluded: String,
}

/// The answer to a change of tags; in this order: remove, preinstall, install.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TagChange {
    /// Installed before the package metadata is read again.
    pub preinstall: Vec<String>,
    /// Installed afterwards.
    pub install: Vec<String>,
    /// Removed first.
    pub remove: Vec<String>,
}

/// Package lists for a change of tags. `dropped`: deployments that the removed tags alone would
/// bring; `kept`: deployments that the kept and new tags bring. Both by name.
#[must_use]
pub fn change(dropped: &[TagPackages], kept: &[TagPackages]) -> TagChange {
    let mut result = TagChange::default();
    for deployment in dropped {
        add(&mut result.remove, lines(&deployment.install));
        add(&mut result.remove, lines(&deployment.preincluded));
        add(&mut result.remove, lines(&deployment.included));
        add(&mut result.install, lines(&deployment.remove));
        add(&mut result.install, lines(&deployment.excluded));
    }
    for deployment in kept {
        add(&mut result.remove, lines(&deployment.remove));
        add(&mut result.remove, lines(&deployment.excluded));
        add(&mut result.install, lines(&deployment.install));
        add(&mut result.install, lines(&deployment.included));
        add(&mut result.preinstall, lines(&deployment.preincluded));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(suffix: &str) -> TagPackages {
        TagPackages {
            install: format!("in-{suffix}\n"),
            remove: format!("out-{suffix}"),
            preincluded: format!("pre-{suffix}"),
            included: format!("inc-{suffix}"),
            excluded: format!("exc-{suffix}"),
        }
    }

    #[test]
    fn dropped_tags_undo_and_kept_tags_do() {
        let result = change(&[packages("old")], &[packages("new"), packages("new")]);
        assert_eq!(
            result.remove,
            ["in-old", "pre-old", "inc-old", "out-new", "exc-new"]
        );
        assert_eq!(result.install, ["out-old", "exc-old", "in-new", "inc-new"]);
        assert_eq!(result.preinstall, ["pre-new"]);
    }
}
