//! The played back end: packages are lines in a folder, and a shell script does the work.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use migasfree_client::observer::{ItemPhase, LockHolder};
use migasfree_client::pms::back_end::Folders;
use migasfree_client::pms::entry::{Entry, Fit, Unfinished, Wanted};
use migasfree_client::pms::query::{Line, Query};
use migasfree_client::pms::sources::{KeyFile, SourcesFile};
use migasfree_client::pms::work::{Conditions, Status, Work};
use migasfree_client::pms::{
    Action, BackEnd, Candidate, PackageName, Plan, PlannedPackage, PmsError, RepositoryAccess,
    locks,
};
use migasfree_client::policy::{Dependency, Guard, Package};
use migasfree_client::process::supervise::{STATUS_DESCRIPTOR, ScriptMarks};
use migasfree_client::transport::messages::Repository;

use super::state::{Foresight, Played, packages};

#[derive(Debug)]
pub struct PlayedBackEnd {
    home: PathBuf,
}

impl PlayedBackEnd {
    pub fn at(home: &Path) -> Self {
        Self {
            home: home.to_owned(),
        }
    }

    /// A question that is answered by the packages of a folder.
    fn ask<T: 'static>(
        &self,
        folder: &str,
        read: impl Fn(&str, &Played) -> Option<T> + Send + 'static,
    ) -> Query<Vec<T>> {
        let folder = self.home.join(folder);
        Query::files(move |_| {
            let packages = packages(&folder);
            let read = packages.iter().filter_map(|(name, one)| read(name, one));
            Ok(read.collect())
        })
    }

    fn path(&self, name: &str) -> String {
        self.home.join(name).display().to_string()
    }
}

impl BackEnd for PlayedBackEnd {
    fn name(&self) -> &'static str {
        "played"
    }

    fn extension(&self) -> &'static str {
        "play"
    }

    fn name_of(&self, text: &str) -> Result<PackageName, PmsError> {
        let fits = |byte: u8| byte.is_ascii_lowercase();
        if !text.is_empty() && text.bytes().all(fits) {
            Ok(PackageName::checked(text))
        } else {
            Err(PmsError::InvalidName(text.to_owned()))
        }
    }

    fn own_packages(&self) -> &'static [&'static str] {
        &[]
    }

    fn environment(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn folders(&self) -> Folders {
        Folders {
            downloads: "/var/cache",
            records: "/var/lib",
        }
    }

    fn changing_files(&self) -> Vec<String> {
        vec![self.path("installed"), self.path("lists")]
    }

    fn native_architecture(&self) -> Query<String> {
        let line = ["echo", "stage"].map(str::to_owned).to_vec();
        Query::line(line, |answer| answer.stdout_text().trim().to_owned()).must_succeed()
    }

    fn foreign_architectures(&self) -> Query<Vec<String>> {
        Query::files(|_| Ok(Vec::new()))
    }

    fn entries(&self, _native: &str) -> Query<Vec<Entry>> {
        self.ask("installed", |name, package| {
            let unfinished = Unfinished {
                leaving: false,
                in_part: false,
            };
            Some(Entry {
                name: name.to_owned(),
                version: package.version.clone(),
                architecture: "all".to_owned(),
                fit: Fit::Every,
                side_by_side: false,
                installed: package.whole,
                held: false,
                unfinished: (!package.whole).then_some(unfinished),
                way_out: Wanted::Remove,
            })
        })
    }

    fn known(&self, _native: &str) -> Query<Vec<(String, Package)>> {
        self.ask("installed", |name, package| {
            let need = |name: &String| {
                vec![Dependency {
                    name: name.clone(),
                    architecture: None,
                }]
            };
            let guard = package.vital.then_some(Guard::System);
            let known = Package {
                name: name.to_owned(),
                architecture: "all".to_owned(),
                guards: guard.into_iter().collect(),
                by_hand: true,
                depends: package.needs.iter().map(need).collect(),
                ..Package::default()
            };
            Some((name.to_owned(), known))
        })
    }

    fn owners_of(&self, _files: Vec<String>, _native: &str) -> Query<Vec<(String, Vec<String>)>> {
        Query::files(|_| Ok(Vec::new()))
    }

    fn files_of(&self, _package: &PlannedPackage, _native: &str) -> Query<Vec<PathBuf>> {
        Query::files(|_| Ok(Vec::new()))
    }

    fn lock_holder(&self, _root: &Path) -> Option<LockHolder> {
        let pid = fs::read_to_string(self.home.join("lock")).ok()?;
        let holder = locks::program(pid.trim().parse().ok()?);
        (!holder.name.is_empty()).then_some(holder)
    }

    fn reboot_required(&self, _root: &Path) -> Vec<String> {
        Vec::new()
    }

    fn names(&self, prefix: &str) -> Query<Vec<String>> {
        let prefix = prefix.to_owned();
        self.ask("lists", move |name, _| {
            name.starts_with(&prefix).then(|| name.to_owned())
        })
    }

    fn search(&self, words: &[&str]) -> Query<Vec<(String, String)>> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        self.ask("lists", move |name, _| {
            let found = words.iter().all(|word| name.contains(word.as_str()));
            found.then(|| (name.to_owned(), format!("Plays {name}")))
        })
    }

    fn versions(&self, names: &[&str]) -> Query<Vec<(String, String)>> {
        let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.ask("lists", move |name, package| {
            let asked = names.contains(name);
            asked.then(|| (name.to_owned(), package.version.clone()))
        })
    }

    fn candidates(&self, names: &[PackageName]) -> Query<Vec<Candidate>> {
        let names: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
        self.ask("lists", move |name, package| {
            names.contains(name).then(|| Candidate {
                name: name.to_owned(),
                version: package.version.clone(),
                download_bytes: 100,
                ..Candidate::default()
            })
        })
    }

    fn ours(&self) -> Query<BTreeSet<(String, String)>> {
        let lists = self.home.join("lists");
        Query::files(move |_| {
            let packages = packages(&lists).into_iter();
            Ok(packages.map(|(name, one)| (name, one.version)).collect())
        })
    }

    fn offered(&self, _packages: &[Entry]) -> Query<BTreeSet<String>> {
        Query::files(|_| Ok(BTreeSet::new()))
    }

    fn doubted(&self, _name: &str) -> Option<Query<bool>> {
        None
    }

    fn untrusted_sources(&self) -> Query<Vec<String>> {
        Query::files(|_| Ok(Vec::new()))
    }

    fn offers_of(&self, _source: &str) -> Query<BTreeSet<(String, String)>> {
        Query::files(|_| Ok(BTreeSet::new()))
    }

    fn foresee(&self, action: &Action, names: &[String]) -> Query<Plan> {
        let (home, action, names) = (self.home.clone(), action.clone(), names.to_vec());
        Query::files(move |_| Foresight::of(&home).plan(&action, &names))
    }

    fn unpacked_size(&self, _packages: &[&PlannedPackage]) -> Query<u64> {
        Query::files(|_| Ok(0))
    }

    fn contents_of(&self, _package: &PlannedPackage) -> Query<Vec<(PathBuf, u64)>> {
        Query::files(|_| Ok(Vec::new()))
    }

    fn is_kernel(&self, _name: &str) -> bool {
        false
    }

    fn command(&self, work: &Work<'_>, _conditions: Conditions) -> Option<Line> {
        let (verb, words) = match work {
            Work::Refresh => ("refresh", Vec::new()),
            Work::Download(change) => ("download", words(change.plan)),
            Work::Act { change, .. } => ("act", words(change.plan)),
            Work::Configure(_) => ("configure", Vec::new()),
            Work::Discard { names, .. } => ("discard", names.to_vec()),
            // Its packages leave nothing behind, are never unpacked in part and lack nothing.
            Work::PurgeRests(_) | Work::Reinstall(_) | Work::Complete => return None,
        };
        let mut line = vec!["sh".to_owned(), self.path("play.sh"), self.path("")];
        line.extend([STATUS_DESCRIPTOR.to_owned(), verb.to_owned()]);
        line.extend(words);
        Some(line)
    }

    fn want(&self, _packages: &[(String, Wanted)]) -> Option<Line> {
        None
    }

    fn take_in(&self, _root: &Path) -> Option<Line> {
        None
    }

    fn script_marks(&self) -> ScriptMarks {
        ScriptMarks::default()
    }

    fn status(&self, line: &str) -> Option<Status> {
        let words: Vec<&str> = line.split(' ').collect();
        match *words.as_slice() {
            ["download", percent] => Some(Status::Download {
                percent: percent.parse().ok()?,
            }),
            ["item", phase, package, percent] => {
                let phase = match phase {
                    "unpack" => ItemPhase::Unpack,
                    "configure" => ItemPhase::Configure,
                    "install" => ItemPhase::Install,
                    _ => ItemPhase::Remove,
                };
                Some(Status::Package {
                    package: package.to_owned(),
                    phase: Some((phase, percent.parse().ok()?)),
                    percent: percent.parse().ok()?,
                })
            }
            _ => None,
        }
    }

    fn waits_for(&self, _line: &str) -> Option<LockHolder> {
        None
    }

    fn explain(&self, output: &str, _errors: &[String]) -> PmsError {
        if output.lines().any(|line| line == "another plan") {
            PmsError::Unsteady
        } else {
            PmsError::Backend(output.trim().to_owned())
        }
    }

    fn by_hand(&self) -> &'static str {
        "play FILE"
    }

    fn key_file(&self, access: &RepositoryAccess) -> KeyFile {
        KeyFile {
            path: self.path(&format!("keys/{}", access.host)),
            older: Vec::new(),
        }
    }

    fn sources_file(&self, access: &RepositoryAccess, repositories: &[Repository]) -> SourcesFile {
        let lines = repositories
            .iter()
            .map(|one| format!("{} {}\n", access.server, one.name));
        SourcesFile {
            path: self.path("sources"),
            text: lines.collect(),
            older: Vec::new(),
            refused: Vec::new(),
        }
    }
}

fn words(plan: &Plan) -> Vec<String> {
    let signed = |sign: char| {
        move |package: &PlannedPackage| format!("{sign}{}={}", package.name, package.version)
    };
    let coming = plan.install.iter().chain(&plan.update).map(signed('+'));
    coming.chain(plan.remove.iter().map(signed('-'))).collect()
}
