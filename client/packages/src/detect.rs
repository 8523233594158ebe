//! Which package manager a system uses.

use std::sync::Arc;

use super::apt::Apt;
use super::back_end::BackEnd;
use crate::paths::Layout;

/// A supported family: the only place that names them all.
#[derive(Debug)]
pub struct Family {
    /// The name the server knows its package manager by.
    pub name: &'static str,
    /// File name ending of its packages, without the dot.
    pub extension: &'static str,
    /// Words of `ID` and `ID_LIKE`.
    distributions: &'static [&'static str],
    /// What is there, inside the root, where it is used.
    marks: &'static [&'static str],
    back_end: fn() -> Arc<dyn BackEnd>,
}

static FAMILIES: [Family; 1] = [Family {
    name: "apt",
    extension: "deb",
    distributions: &["debian", "ubuntu"],
    marks: &["usr/bin/apt-get", "var/lib/dpkg"],
    back_end: || Arc::new(Apt),
}];

impl Family {
    /// What its package manager brings along for the driver.
    #[must_use]
    pub fn back_end(&self) -> Arc<dyn BackEnd> {
        (self.back_end)()
    }

    fn is_marked(&self, layout: &Layout) -> bool {
        let mut marks = self.marks.iter();
        marks.all(|mark| layout.inside(mark).exists())
    }
}

/// What the configuration says, else the distribution (`ID`, `ID_LIKE`), else the program that is there.
#[must_use]
pub fn detect(layout: &Layout, configured: Option<&str>) -> Option<&'static Family> {
    if let Some(name) = configured {
        return family(name);
    }
    let os_release = std::fs::read_to_string(layout.inside("etc/os-release")).unwrap_or_default();
    family_of_distribution(&os_release)
        .or_else(|| FAMILIES.iter().find(|family| family.is_marked(layout)))
}

/// The family whose package manager has this name.
#[must_use]
pub fn family(name: &str) -> Option<&'static Family> {
    FAMILIES
        .iter()
        .find(|family| name.eq_ignore_ascii_case(family.name))
}

fn family_of_distribution(os_release: &str) -> Option<&'static Family> {
    let fields = os_release.lines().filter_map(|line| line.split_once('='));
    let mut words = fields
        .filter(|(name, _)| matches!(*name, "ID" | "ID_LIKE"))
        .flat_map(|(_, value)| value.trim_matches('"').split_whitespace());
    words.find_map(|word| {
        FAMILIES
            .iter()
            .find(|family| family.distributions.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_decides_and_not_a_stray_program() {
        let name = |os_release| family_of_distribution(os_release).map(|family| family.name);
        assert_eq!(name("ID=debian\n"), Some("apt"));
        assert_eq!(
            name("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"),
            Some("apt")
        );
        assert_eq!(name("ID=fedora\n"), None);
    }

    #[test]
    fn the_table_and_the_back_ends_agree() {
        for family in &FAMILIES {
            let back_end = family.back_end();
            assert_eq!(back_end.name(), family.name);
            assert_eq!(back_end.extension(), family.extension);
        }
    }
}
