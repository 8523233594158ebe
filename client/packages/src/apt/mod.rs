//! apt and dpkg (Debian, Ubuntu and their relatives).

mod archives;
mod commands;
mod database;
mod exact;
mod facts;
mod failure;
mod journal;
mod locks;
mod names;
mod offers;
mod plan;
mod sources;
mod status;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use migasfree_deb::stanzas;

use super::back_end::{BackEnd, Folders};
use super::entry::{Entry, Wanted};
use super::error::PmsError;
use super::manager::{Candidate, RepositoryAccess};
use super::query::{Line, Query};
use super::sources::{KeyFile, SourcesFile};
use super::work::{Conditions, Status, Work};
use crate::change::{Action, PackageName, Plan, PlannedPackage};
use crate::files;
use crate::messages::Repository;
use crate::observer::LockHolder;
use crate::policy::Package;
use crate::process::supervise::ScriptMarks;
pub use names::check as check_name;

/// apt with dpkg.
#[derive(Debug, Clone, Copy, Default)]
pub struct Apt;

impl BackEnd for Apt {
    fn name(&self) -> &'static str {
        "apt"
    }

    fn extension(&self) -> &'static str {
        "deb"
    }

    fn name_of(&self, text: &str) -> Result<PackageName, PmsError> {
        names::check(text)
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &["apt", "dpkg"]
    }

    fn environment(&self) -> &'static [(&'static str, &'static str)] {
        &[("DEBIAN_FRONTEND", "noninteractive")]
    }

    fn folders(&self) -> Folders {
        Folders {
            downloads: archives::ARCHIVES,
            records: "/var/lib/dpkg",
        }
    }

    fn changing_files(&self) -> Vec<String> {
        let files = [
            "var/lib/dpkg/status",
            "var/lib/apt/lists",
            "etc/apt/sources.list.d",
        ];
        files.map(str::to_owned).into()
    }

    fn native_architecture(&self) -> Query<String> {
        Query::line(commands::native_architecture(), |answer| {
            answer.stdout_text().trim().to_owned()
        })
        .must_succeed()
    }

    fn foreign_architectures(&self) -> Query<Vec<String>> {
        Query::line(commands::foreign_architectures(), |answer| {
            let text = answer.stdout_text();
            text.split_whitespace().map(str::to_owned).collect()
        })
        .must_succeed()
    }

    fn entries(&self, native: &str) -> Query<Vec<Entry>> {
        let native = native.to_owned();
        Query::files(move |root| {
            let records = journal::records(&root.join("var/lib/dpkg"))?;
            Ok(records.iter().map(|one| one.entry(&native)).collect())
        })
    }

    fn known(&self, native: &str) -> Query<Vec<(String, Package)>> {
        let native = native.to_owned();
        Query::files(move |root| Ok(facts::known(root, &native)?))
    }

    fn owners_of(&self, files: Vec<String>, native: &str) -> Query<Vec<(String, Vec<String>)>> {
        let native = native.to_owned();
        // It fails where one of the files has no owner, and tells of the others all the same.
        Query::line(commands::owners_of(files), move |answer| {
            facts::owners(&answer.stdout_text(), &native)
        })
    }

    fn files_of(&self, package: &PlannedPackage, native: &str) -> Query<Vec<PathBuf>> {
        let (package, native) = (package.clone(), native.to_owned());
        Query::files(move |root| Ok(archives::files_of(root, &package, &native)))
    }

    fn lock_holder(&self, root: &Path) -> Option<LockHolder> {
        locks::holder(root)
    }

    fn reboot_required(&self, root: &Path) -> Vec<String> {
        if !root.join("run/reboot-required").exists() {
            return Vec::new();
        }
        let packages = files::read_optional(&root.join("run/reboot-required.pkgs"));
        let packages = packages.ok().flatten().unwrap_or_default();
        let names: BTreeSet<_> = packages.lines().map(str::to_owned).collect();
        if names.is_empty() {
            vec!["reboot-required".to_owned()]
        } else {
            names.into_iter().collect()
        }
    }

    fn names(&self, prefix: &str) -> Query<Vec<String>> {
        Query::line(commands::names(prefix), |answer| {
            answer.stdout_text().lines().map(str::to_owned).collect()
        })
        .typed()
    }

    fn search(&self, words: &[&str]) -> Query<Vec<(String, String)>> {
        Query::lines(vec![commands::search(words)], |_, answers| {
            if answers.iter().any(|answer| answer.timed_out) {
                let reason = "the search took too long; look for other words".to_owned();
                return Err(PmsError::Backend(reason));
            }
            let texts = answers.iter().map(|answer| answer.stdout_text());
            let read = |text: String| -> Vec<(String, String)> {
                let found = text.lines().filter_map(|line| line.split_once(" - "));
                found
                    .map(|(name, summary)| (name.to_owned(), summary.to_owned()))
                    .collect()
            };
            Ok(texts.flat_map(read).collect())
        })
        .typed()
    }

    fn versions(&self, names: &[&str]) -> Query<Vec<(String, String)>> {
        let names = names.iter().map(|name| (*name).to_owned());
        Query::line(commands::show(names), |answer| {
            stanzas(&answer.stdout_text())
                .filter_map(|stanza| {
                    let field = |name: &str| stanza.get(name).map(|value| (*value).to_owned());
                    field("package").zip(field("version"))
                })
                .collect()
        })
        .typed()
    }

    fn candidates(&self, names: &[PackageName]) -> Query<Vec<Candidate>> {
        let asked: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
        Query::line(commands::show(asked.iter().cloned()), move |answer| {
            offers::candidates(&answer.stdout_text(), &asked)
        })
    }

    fn ours(&self) -> Query<BTreeSet<(String, String)>> {
        Query::files(|root| Ok(offers::ours(root)))
    }

    fn offered(&self, packages: &[Entry]) -> Query<BTreeSet<String>> {
        let packages = packages.to_vec();
        let line = commands::show_all(packages.iter().map(Entry::full_name));
        Query::line(line, move |answer| {
            offers::offered(&answer.stdout_text(), &packages)
        })
    }

    fn doubted(&self, name: &str) -> Option<Query<bool>> {
        // A name with a dot or plus that no package has is a pattern, and all that match would be installed.
        name.contains(['.', '+'])
            .then(|| Query::line(commands::show([name.to_owned()]), |answer| answer.success()))
    }

    fn untrusted_sources(&self) -> Query<Vec<String>> {
        Query::line(commands::package_lists(), |answer| {
            let text = answer.stdout_text();
            let lists = text.lines().filter_map(|line| line.strip_prefix("no "));
            lists.map(str::to_owned).collect()
        })
        .must_succeed()
    }

    fn offers_of(&self, source: &str) -> Query<BTreeSet<(String, String)>> {
        Query::line(commands::cat(source), |answer| {
            offers::in_list(&answer.stdout_text())
        })
    }

    fn foresee(&self, action: &Action, names: &[String]) -> Query<Plan> {
        let lines = vec![
            commands::simulate(action, names),
            commands::sizes(action, names),
        ];
        Query::lines(lines, |_, answers| {
            let mut plan = Plan::default();
            if let [simulation, sizes] = answers {
                plan::read_simulation(&simulation.stdout_text(), &mut plan);
                plan::read_sizes(&sizes.stdout_text(), &mut plan);
            }
            Ok(plan)
        })
        .must_succeed()
    }

    fn unpacked_size(&self, packages: &[&PlannedPackage]) -> Query<u64> {
        let packages: Vec<(String, String)> = packages
            .iter()
            .map(|package| (package.name.clone(), package.version.clone()))
            .collect();
        let names = packages
            .iter()
            .map(|(name, version)| format!("{name}={version}"));
        Query::line(commands::show(names), move |answer| {
            archives::unpacked_size(&answer.stdout_text(), &packages)
        })
    }

    fn contents_of(&self, package: &PlannedPackage) -> Query<Vec<(PathBuf, u64)>> {
        let line = commands::contents(&archives::archive_of(package));
        Query::line(line, |answer| {
            // What cannot be read apt will tell about; it is not refused for its size.
            if answer.success() {
                archives::read_contents(&answer.stdout_text())
            } else {
                Vec::new()
            }
        })
    }

    fn is_kernel(&self, name: &str) -> bool {
        archives::is_kernel(name)
    }

    fn command(&self, work: &Work<'_>, conditions: Conditions) -> Option<Line> {
        Some(commands::work(work, conditions))
    }

    fn want(&self, packages: &[(String, Wanted)]) -> Option<Line> {
        Some(commands::set_selections(packages))
    }

    fn take_in(&self, root: &Path) -> Option<Line> {
        let journal = journal::files(&root.join("var/lib/dpkg"));
        (!journal.is_empty()).then(|| commands::set_selections(&[]))
    }

    fn script_marks(&self) -> ScriptMarks {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        ScriptMarks {
            package: "DPKG_MAINTSCRIPT_PACKAGE".to_owned(),
            script: "DPKG_MAINTSCRIPT_NAME".to_owned(),
            runs_hooks: "apt-get".to_owned(),
            programs: words(&["apt-get", "apt-key", "gpgv", "sqv"]),
            beginnings: words(&["dpkg"]),
            paths: words(&["/usr/lib/apt/"]),
        }
    }

    fn status(&self, line: &str) -> Option<Status> {
        status::parse(line)
    }

    fn waits_for(&self, line: &str) -> Option<LockHolder> {
        locks::holder_in(line)
    }

    fn explain(&self, output: &str, errors: &[String]) -> PmsError {
        failure::explain(output, errors)
    }

    fn by_hand(&self) -> &'static str {
        "dpkg --install FILE"
    }

    fn key_file(&self, access: &RepositoryAccess) -> KeyFile {
        sources::key_file(access)
    }

    fn sources_file(&self, access: &RepositoryAccess, repositories: &[Repository]) -> SourcesFile {
        let key = sources::key_file(access).path;
        let (text, refused) = sources::render(access, repositories, &key);
        SourcesFile {
            path: offers::OUR_SOURCES.to_owned(),
            text,
            older: vec!["etc/apt/sources.list.d/migasfree.list".to_owned()],
            refused,
        }
    }
}
