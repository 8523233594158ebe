//! Formats of packages: what is in a file, which version is newer, how an index is written and read, and where
//! everything lies for package managers to find.
//!
//! A family of package systems has one [`Format`]. Whoever needs to know something about packages asks the format of
//! the [system](crate::system) they belong to, and never which one it is.

mod examined;
mod index;
mod tree;

pub mod apt;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::io::Read;

use migasfree_server_db::Ts;

use crate::signing::{Signer, SigningError};

pub use examined::{Examined, Facts, FileError};
pub use index::{Contents, Generated, Listed, Offer, Unreadable};
pub use migasfree_deb::{Digests, Hashing};
pub use tree::{Algorithm, Located, Wanted};

/// How the packages of a family are read, compared and published.
pub trait Format: fmt::Debug + Send + Sync {
    /// Whose packages these are, as people call them: `Debian`.
    fn origin(&self) -> &'static str;

    /// What names of package files end with, the dot included.
    fn endings(&self) -> &'static [&'static str];

    /// Whether a file may be a package of this format, by its name.
    fn is_file_name(&self, name: &str) -> bool {
        self.endings().iter().any(|ending| name.ends_with(ending))
    }

    /// Reads a package to the end of its file: what it says of itself, what an index needs of it, and its digests.
    ///
    /// # Errors
    /// [`FileError`] for whoever sent the file.
    fn examine(&self, file: &mut dyn Read) -> Result<Examined, FileError>;

    /// All that can be told about a package, as Markdown.
    ///
    /// # Errors
    /// [`FileError`] as from [`Format::examine`].
    fn report(&self, file: &mut dyn Read) -> Result<String, FileError>;

    /// Which of two versions is the newer one.
    fn compare_versions(&self, left: &str, right: &str) -> Ordering;

    /// A name and a version as package managers of this format read them, whatever they were written like.
    fn as_read<'a>(&self, name: &'a str, version: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
        (Cow::Borrowed(name), Cow::Borrowed(version))
    }

    /// The record of a package under another name and version.
    fn renamed(&self, record: &str, name: &str, version: &str) -> String;

    /// Whether a package of this architecture is for machines of any of these.
    fn fits(&self, package: &str, machines: &[String]) -> bool;

    /// Makes every file of a repository but the packages, signed.
    ///
    /// # Errors
    /// When the key does not sign.
    fn build(
        &self,
        contents: Contents<'_>,
        signer: &Signer,
        now: Ts,
    ) -> Result<Vec<Generated>, SigningError>;

    /// Reads a repository back from its signatures to its last package, with a reader of its own that knows nothing of
    /// how it was written: what it refuses is never served.
    ///
    /// # Errors
    /// [`Unreadable`] names what package managers would stumble over.
    fn read_back(
        &self,
        files: &[Generated],
        repository: &str,
        offers: &[Offer<'_>],
        signer: &Signer,
    ) -> Result<(), Unreadable>;

    /// What a path below the folder of repositories stands for; `None` for one outside the layout.
    fn locate<'a>(&self, path: &'a str) -> Option<Located<'a>>;
}
