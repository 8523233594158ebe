//! What dpkg and apt know of the installed packages, for the policy.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use migasfree_deb::stanzas;

use super::database::Record;
use super::journal;
use crate::files;
use crate::policy::{Dependency, Guard, Package};

/// Every package that is there, by its name in plans.
pub(super) fn known(root: &Path, native: &str) -> io::Result<Vec<(String, Package)>> {
    let along = auto_installed(root)?;
    let records = journal::records(&root.join("var/lib/dpkg"))?;
    let there = records.into_iter().filter(Record::is_there);
    Ok(there
        .map(|record| {
            let id = record.entry(native).id();
            (id, package(record, native, &along))
        })
        .collect())
}

/// Names and architectures of the packages nobody asked for.
fn auto_installed(root: &Path) -> io::Result<BTreeSet<(String, String)>> {
    let text = files::read_optional(&root.join("var/lib/apt/extended_states"))?;
    let text = text.unwrap_or_default();
    let along = stanzas(&text)
        .filter(|stanza| stanza.get("auto-installed") == Some(&"1"))
        .filter_map(|stanza| {
            let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
            field("package").zip(field("architecture"))
        });
    Ok(along.collect())
}

/// Files and their owners, from what `dpkg-query --search` says.
pub(super) fn owners(answer: &str, native: &str) -> Vec<(String, Vec<String>)> {
    let own = format!(":{native}");
    let lines = answer.lines().filter_map(|line| line.split_once(": "));
    lines
        .filter(|(owners, _)| !owners.contains("diversion by"))
        .map(|(owners, path)| {
            let ids = owners
                .split(", ")
                .map(|owner| owner.strip_suffix(&own).unwrap_or(owner).to_owned());
            (path.to_owned(), ids.collect())
        })
        .collect()
}

fn package(record: Record, native: &str, along: &BTreeSet<(String, String)>) -> Package {
    let architecture = if record.architecture == "all" {
        native
    } else {
        &record.architecture
    };
    let guards = record.essential.then_some(Guard::System);
    Package {
        guards: guards.into_iter().collect(),
        held: record.is_held(),
        by_hand: !along.contains(&(record.name.clone(), architecture.to_owned())),
        serves_all: record.multi_arch == "foreign",
        provides: alternatives(&record.provides)
            .flatten()
            .map(|dependency| dependency.name)
            .collect(),
        depends: alternatives(&record.pre_depends)
            .chain(alternatives(&record.depends))
            .collect(),
        name: record.name,
        architecture: record.architecture,
    }
}

/// The names of a relation field: `a (>= 1), b | c:any`.
fn alternatives(field: &str) -> impl Iterator<Item = Vec<Dependency>> + '_ {
    field.split(',').filter_map(|clause| {
        let names: Vec<Dependency> = clause
            .split('|')
            .filter_map(|alternative| alternative.split(['(', '[', '<']).next())
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| match name.split_once(':') {
                Some((name, architecture)) => Dependency {
                    name: name.to_owned(),
                    architecture: Some(architecture.to_owned()),
                },
                None => Dependency {
                    name: name.to_owned(),
                    architecture: None,
                },
            })
            .collect();
        (!names.is_empty()).then_some(names)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_read_without_their_versions() {
        let names: Vec<Vec<String>> = alternatives("libc6 (>= 2.36), a:any | b(>=1) [amd64], , c")
            .map(|clause| clause.into_iter().map(|one| one.name).collect())
            .collect();
        assert_eq!(names, [vec!["libc6"], vec!["a", "b"], vec!["c"]]);
    }
}
