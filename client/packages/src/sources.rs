//! Where a package manager keeps our repositories and the key it trusts for them.

/// The file with the key, as a path inside the root, like all of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    pub path: String,
    /// Files of earlier clients in whose place it is.
    pub older: Vec<String>,
}

/// The file that names our repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcesFile {
    pub path: String,
    pub text: String,
    /// Files of earlier clients in whose place it is.
    pub older: Vec<String>,
    pub refused: Vec<Refused>,
}

/// A repository that the package manager cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub name: String,
    pub reason: &'static str,
}
