//! Which package manager a system uses.

use crate::paths::Layout;

/// A supported family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Apt,
}

/// What the configuration says, else the distribution (`ID`, `ID_LIKE`), else the program that is there.
#[must_use]
pub fn detect(layout: &Layout, configured: Option<&str>) -> Option<Family> {
    if let Some(name) = configured {
        return family_of(name);
    }
    let os_release = std::fs::read_to_string(layout.inside("etc/os-release")).unwrap_or_default();
    family_of_distribution(&os_release).or_else(|| {
        let there =
            layout.inside("usr/bin/apt-get").exists() && layout.inside("var/lib/dpkg").exists();
        there.then_some(Family::Apt)
    })
}

/// Whether a package manager of this name can be worked with.
#[must_use]
pub fn is_known(name: &str) -> bool {
    family_of(name).is_some()
}

fn family_of(name: &str) -> Option<Family> {
    name.eq_ignore_ascii_case("apt").then_some(Family::Apt)
}

fn family_of_distribution(os_release: &str) -> Option<Family> {
    let fields = os_release.lines().filter_map(|line| line.split_once('='));
    let mut words = fields
        .filter(|(name, _)| matches!(*name, "ID" | "ID_LIKE"))
        .flat_map(|(_, value)| value.trim_matches('"').split_whitespace());
    words
        .any(|word| matches!(word, "debian" | "ubuntu"))
        .then_some(Family::Apt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_decides_and_not_a_stray_program() {
        assert_eq!(family_of_distribution("ID=debian\n"), Some(Family::Apt));
        assert_eq!(
            family_of_distribution("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"),
            Some(Family::Apt)
        );
        assert_eq!(family_of_distribution("ID=fedora\n"), None);
    }
}
