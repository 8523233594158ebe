//! What apt's sources offer.

use std::collections::BTreeSet;
use std::path::Path;

use migasfree_deb::stanzas;

use super::sources;
use crate::Candidate;
use crate::entry::Entry;
use crate::files;

/// The file with our repositories.
pub(super) const OUR_SOURCES: &str = "etc/apt/sources.list.d/migasfree.sources";

/// Names and versions our repositories offer, from the lists apt fetched.
pub(super) fn ours(root: &Path) -> BTreeSet<(String, String)> {
    let sources = files::read_optional(&root.join(OUR_SOURCES));
    let sources = sources.ok().flatten().unwrap_or_default();
    let prefixes: Vec<String> = sources
        .lines()
        .filter_map(|line| line.strip_prefix("URIs: "))
        .filter_map(|address| address.split_once("://"))
        .map(|(_, rest)| sources::list_name(rest))
        .collect();
    let mut packages = BTreeSet::new();
    let Ok(lists) = std::fs::read_dir(root.join("var/lib/apt/lists")) else {
        return packages;
    };
    for list in lists.flatten() {
        let name = list.file_name().to_string_lossy().into_owned();
        if !name.ends_with("_Packages") || !prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        let text = files::read_optional(&list.path()).ok().flatten();
        packages.extend(in_list(&text.unwrap_or_default()));
    }
    packages
}

/// Names and versions of a list of packages.
pub(super) fn in_list(text: &str) -> BTreeSet<(String, String)> {
    stanzas(text)
        .filter_map(|stanza| {
            let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
            field("package").zip(field("version"))
        })
        .collect()
}

/// Of these packages, the full names of those that `apt-cache show` knows a source of.
pub(super) fn offered(shown: &str, packages: &[Entry]) -> BTreeSet<String> {
    let offers: BTreeSet<(&str, &str)> = stanzas(shown)
        .filter(|stanza| stanza.contains_key("filename"))
        .filter_map(|stanza| Some((*stanza.get("package")?, *stanza.get("architecture")?)))
        .collect();
    let is_offered = |entry: &&Entry| {
        let architectures = [entry.architecture.as_str(), "all"];
        architectures
            .iter()
            .any(|architecture| offers.contains(&(entry.name.as_str(), *architecture)))
    };
    let offered = packages.iter().filter(is_offered);
    offered.map(Entry::full_name).collect()
}

/// What the sources offer of these packages, from what `apt-cache show` says.
pub(super) fn candidates(shown: &str, asked: &BTreeSet<String>) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for stanza in stanzas(shown) {
        let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
        let number = |name: &str| {
            stanza
                .get(name)
                .and_then(|value| value.parse().ok())
                .unwrap_or(0)
        };
        // Installed packages without a source are shown, too; nobody offers those.
        let Some((name, _)) = field("package").zip(field("filename")) else {
            continue;
        };
        if !asked.contains(&name) || candidates.iter().any(|known| known.name == name) {
            continue;
        }
        candidates.push(Candidate {
            version: field("version").unwrap_or_default(),
            download_bytes: number("size"),
            installed_bytes: number("installed-size") * 1024,
            homepage: field("homepage").unwrap_or_default(),
            licence: field("license")
                .or_else(|| field("licence"))
                .unwrap_or_default(),
            name,
        });
    }
    candidates
}
