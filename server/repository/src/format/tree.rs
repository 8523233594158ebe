//! What lies where in the public tree.

/// A path of the public tree, read as a format lays it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'a> {
    /// The repository it is in.
    pub repository: &'a str,
    /// What of it.
    pub wanted: Wanted<'a>,
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// One that was generated; the next publication changes it.
    Index {
        /// Below the repository's folder.
        path: &'a str,
        /// Whether readers ask for it before any other.
        is_first: bool,
    },
    /// A package. What is at its path stays the same.
    Package {
        /// Below the folder of packages.
        path: &'a str,
    },
    /// A generated file under its digest: one of these, in whichever generation still has it.
    ByHash {
        /// Below the repository's folder.
        paths: Vec<String>,
        /// Which digest.
        algorithm: Algorithm,
        /// The digest in hexadecimal.
        digest: &'a str,
    },
}

/// A digest that files can be asked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}
