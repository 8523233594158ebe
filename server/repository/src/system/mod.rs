//! Package systems: what the machines of one understand, and in which format its packages are.
//!
//! Several systems may share a family, and with it what is written here and the [`Format`]: dnf, yum and zypper do.

mod apt;
mod names;
mod pacman;
mod rpm;
mod sources;
mod table;
mod wpt;

use std::fmt;
use std::sync::Arc;

use crate::format::Format;

use names::is_common_name;
use sources::only_words;

pub use sources::{Elsewhere, Flaw, Here, is_word};
pub use table::{Systems, UnknownSystem};

/// A package system, by what its machines understand.
pub trait System: fmt::Debug + Send + Sync {
    /// The stored and transmitted name.
    fn name(&self) -> &'static str;

    /// What clients and editors need to know of its packages.
    fn packages(&self) -> Packages;

    /// Architectures its machines may have.
    fn architectures(&self) -> &'static [&'static str];

    /// The architecture that most of its machines have.
    fn usual_architecture(&self) -> &'static str;

    /// What it calls the architecture that another system calls by this name, in lower case.
    fn architecture_here<'a>(&self, foreign: &'a str) -> &'a str;

    /// Whether it takes a word for the name of a package, with the version, release or architecture that may follow.
    fn is_package_name(&self, word: &str) -> bool {
        is_common_name(word)
    }

    /// The name in such a word, without a version or a release.
    fn bare_name<'a>(&self, word: &'a str) -> &'a str {
        word.split_once('=').map_or(word, |(name, _version)| name)
    }

    /// Names of packages in a text as its machines know them.
    fn as_known(&self, text: &str) -> String {
        text.to_owned()
    }

    /// Checks the values of a source elsewhere, as they would be written into a machine's sources.
    ///
    /// # Errors
    /// The first value that is not what its machines expect in that place.
    fn check_source(&self, source: &Elsewhere<'_>) -> Result<(), Flaw> {
        only_words(source.options, source)
    }

    /// What its machines write into their sources for a repository of this server.
    fn source_here(&self, repository: &Here<'_>) -> String;

    /// The same for a repository elsewhere that is fetched through `address`.
    fn source_elsewhere(&self, name: &str, address: &str, source: &Elsewhere<'_>) -> String;

    /// The media type of a file that its repositories and stores hold, by its name.
    fn media_type(&self, _file_name: &str) -> Option<&'static str> {
        None
    }

    /// The format of its packages; while there is none, its repositories cannot be published.
    fn format(&self) -> Option<Arc<dyn Format>> {
        None
    }
}

/// What clients and editors need to know of a system's packages.
#[derive(Debug, Clone, Copy)]
pub struct Packages {
    /// Content types.
    pub mimetypes: &'static [&'static str],
    /// Endings of file names, without the dot.
    pub extensions: &'static [&'static str],
    /// Architectures packages may be for.
    pub architectures: &'static [&'static str],
}
