//! What a package manager brings along for the driver: command lines, parsers, and what its failures mean.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use super::entry::{Entry, Wanted};
use super::error::PmsError;
use super::manager::{Candidate, RepositoryAccess};
use super::query::{Line, Query};
use super::sources::{KeyFile, SourcesFile};
use super::work::{Conditions, Status, Work};
use crate::change::{Action, PackageName, Plan, PlannedPackage};
use crate::messages::Repository;
use crate::observer::LockHolder;
use crate::policy;
use crate::process::supervise::ScriptMarks;

/// Folders, as paths inside the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folders {
    /// Where packages are downloaded to.
    pub downloads: &'static str,
    /// Where the package manager keeps its own records.
    pub records: &'static str,
}

/// A package manager, as the driver needs to know it. It runs nothing and waits for nothing: it says which programs to run
/// and reads what they say.
///
/// Package names in plans are `name` where the package is for this computer's architecture or for every one, else
/// `name:architecture`; `native` is the former. `root` is the folder of the system that is worked on.
pub trait BackEnd: Send + Sync + Debug {
    /// The name the server knows it by: `apt`, `dnf`, …
    fn name(&self) -> &'static str;

    /// File name ending of its packages, without the dot.
    fn extension(&self) -> &'static str;

    /// Checks a name against its grammar. What passes is never taken for an option or a pattern.
    ///
    /// # Errors
    /// [`PmsError::InvalidName`].
    fn name_of(&self, text: &str) -> Result<PackageName, PmsError>;

    /// The packages it consists of: without them nothing can be installed any more.
    fn own_packages(&self) -> &'static [&'static str];

    /// What its programs find in their environment.
    fn environment(&self) -> &'static [(&'static str, &'static str)];

    fn folders(&self) -> Folders;

    /// Files and folders, as paths inside the root, one of which changes with every change of packages or lists.
    fn changing_files(&self) -> Vec<String>;

    // What is there.

    /// The architecture packages have unless they say otherwise.
    fn native_architecture(&self) -> Query<String>;

    fn foreign_architectures(&self) -> Query<Vec<String>>;

    /// The packages it knows on this computer, with what it wrote down last when it was cut off.
    fn entries(&self, native: &str) -> Query<Vec<Entry>>;

    /// What the policy has to know of each package that is there, whole or not, by its name in plans. Of the guards only
    /// what packages say of themselves.
    fn known(&self, native: &str) -> Query<Vec<(String, policy::Package)>>;

    /// Files with the packages they belong to, by their names in plans. A `*` at the end of a file stands for all of its
    /// folder. Files of no package are left out.
    fn owners_of(&self, files: Vec<String>, native: &str) -> Query<Vec<(String, Vec<String>)>>;

    /// The files of an installed package, as paths inside the root.
    fn files_of(&self, package: &PlannedPackage, native: &str) -> Query<Vec<PathBuf>>;

    /// Who is at the package database.
    fn lock_holder(&self, root: &Path) -> Option<LockHolder>;

    /// Why a restart is wanted, by package; empty when none is.
    fn reboot_required(&self, root: &Path) -> Vec<String>;

    // What can be had.

    /// Names that can be installed and begin so.
    fn names(&self, prefix: &str) -> Query<Vec<String>>;

    /// Names and summaries of the packages that have every word in name or description, the words taken as they are.
    fn search(&self, words: &[&str]) -> Query<Vec<(String, String)>>;

    /// The newest version of each of these.
    fn versions(&self, names: &[&str]) -> Query<Vec<(String, String)>>;

    /// What the sources offer of these; names that none has are left out.
    fn candidates(&self, names: &[PackageName]) -> Query<Vec<Candidate>>;

    /// Names and versions of all that our own repositories offer.
    fn ours(&self) -> Query<BTreeSet<(String, String)>>;

    /// Of these, the full names that some source offers.
    fn offered(&self, packages: &[Entry]) -> Query<BTreeSet<String>>;

    /// Whether there is such a package. Only asked, and only to be answered, for a name that planning would take for
    /// something else.
    fn doubted(&self, name: &str) -> Option<Query<bool>>;

    /// The sources nobody vouches for.
    fn untrusted_sources(&self) -> Query<Vec<String>>;

    /// Names and versions of what one of them offers.
    fn offers_of(&self, source: &str) -> Query<BTreeSet<(String, String)>>;

    // What would happen.

    /// What an action would do. Sizes, and architectures of what goes, may be missing.
    fn foresee(&self, action: &Action, names: &[String]) -> Query<Plan>;

    /// What these packages say they take, in bytes; [`u64::MAX`] where one does not say.
    fn unpacked_size(&self, packages: &[&PlannedPackage]) -> Query<u64>;

    /// Folders and the bytes that come there, of a package that is downloaded. Nothing where it cannot be read.
    fn contents_of(&self, package: &PlannedPackage) -> Query<Vec<(PathBuf, u64)>>;

    /// Whether a package brings a kernel, of which a start-up image is made.
    fn is_kernel(&self, name: &str) -> bool;

    // What happens.

    /// How to do this; `None` where it has nothing to do for it.
    fn command(&self, work: &Work<'_>, conditions: Conditions) -> Option<Line>;

    /// How to tell it what is wanted of packages, by their full names, without doing that; `None` where it keeps no such
    /// thing in mind.
    fn want(&self, packages: &[(String, Wanted)]) -> Option<Line>;

    /// How to have it take in what it wrote down last when it was cut off; `None` when there is nothing.
    fn take_in(&self, root: &Path) -> Option<Line>;

    /// How scripts of packages and hooks of the site are told from its own programs.
    fn script_marks(&self) -> ScriptMarks;

    /// Reads a line that its programs write to [`STATUS_DESCRIPTOR`](crate::process::supervise::STATUS_DESCRIPTOR).
    fn status(&self, line: &str) -> Option<Status>;

    /// The program it waits for itself, from a line of its output.
    fn waits_for(&self, line: &str) -> Option<LockHolder>;

    /// What a failure means. `errors` are those that came as [`Status::Error`].
    fn explain(&self, output: &str, errors: &[String]) -> PmsError;

    /// How to install a file by hand, for people.
    fn by_hand(&self) -> &'static str;

    // Our repositories.

    /// Where the key is that it trusts for our repositories, and for no others.
    fn key_file(&self, access: &RepositoryAccess) -> KeyFile;

    /// The file with our repositories.
    fn sources_file(&self, access: &RepositoryAccess, repositories: &[Repository]) -> SourcesFile;
}
