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

impl TagPackages {
    /// Without what taking it back would name in vain: packages that cannot be installed any
    /// more, and packages to remove that nobody has. Package managers that do not know one name do
    /// nothing at all.
    #[must_use]
    pub fn that_can_be_undone(
        &self,
        installable: impl Fn(&str) -> bool,
        removable: impl Fn(&str) -> bool,
    ) -> Self {
        Self {
            install: only(&self.install, &removable),
            remove: only(&self.remove, &installable),
            preincluded: only(&self.preincluded, &removable),
            included: only(&self.included, &removable),
            excluded: only(&self.excluded, &installable),
        }
    }

    /// The names of all packages.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let texts = [
            &self.install,
            &self.remove,
            &self.preincluded,
            &self.included,
            &self.excluded,
        ];
        texts
            .into_iter()
            .flat_map(|text| text.split_whitespace())
            .map(bare_name)
    }
}

/// The words of a text that name packages which are wanted, on the lines they were on.
fn only(text: &str, wanted: impl Fn(&str) -> bool) -> String {
    let kept = lines(text).map(|line| {
        let words = line.split_whitespace();
        let words: Vec<&str> = words.filter(|word| wanted(bare_name(word))).collect();
        words.join(" ")
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// A package without the architecture, version or release that may follow its name.
#[must_use]
pub fn bare_name(word: &str) -> &str {
    word.split([':', '=', '/']).next().unwrap_or(word)
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
    fn what_nobody_offers_or_has_is_not_undone() {
        let old = TagPackages {
            install: "had:amd64 never\nlost\n".to_owned(),
            remove: "back=1.0 gone".to_owned(),
            ..TagPackages::default()
        };
        let undone = old.that_can_be_undone(|name| name == "back", |name| name == "had");
        let result = change(&[undone], &[]);
        assert_eq!(result.remove, ["had:amd64"]);
        assert_eq!(result.install, ["back=1.0"]);
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
