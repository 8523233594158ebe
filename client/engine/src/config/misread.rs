//! Values of the configuration that say nothing: the computer goes on without them, and tells.

use std::fmt;
use std::path::PathBuf;

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Flag,
    Number,
    Time,
    PackageManager,
    Uuid,
    HostAndPort,
    RemoteSupport,
}

impl Expected {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "`true` or `false`",
            Self::Number => "a whole number",
            Self::Time => "a number of minutes, or a time such as `90s` or `2h`",
            Self::PackageManager => "a package manager of this version (`apt`)",
            Self::Uuid => "a UUID",
            Self::HostAndPort => "a host and a port as in `cache.example.org:3142`",
            Self::RemoteSupport => "`off`, `ask`, `notify` or `server`",
        }
    }
}

/// What holds in place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    Default(String),
    /// What the distribution says.
    Distribution,
    Nothing,
}

impl fmt::Display for Used {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default(value) => write!(formatter, "`{value}` is used"),
            Self::Distribution => formatter.write_str("what the distribution has is used"),
            Self::Nothing => formatter.write_str("it is left out"),
        }
    }
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    /// The variable.
    Environment(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            Self::Environment(variable) => formatter.write_str(variable),
        }
    }
}

/// Lines of a file that say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub path: PathBuf,
    /// Their numbers.
    pub lines: Vec<usize>,
}

impl Unread {
    /// The numbers of the first of them.
    #[must_use]
    pub fn shown_lines(&self) -> String {
        const MOST: usize = 10;
        let first = self.lines.iter().take(MOST).map(ToString::to_string);
        let more = (self.lines.len() > MOST).then(|| "…".to_owned());
        first.chain(more).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, lines) = (self.path.display(), self.shown_lines());
        write!(
            formatter,
            "{path}: these lines are not understood and left out: {lines}"
        )
    }
}

/// A value that is none for its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    pub place: Place,
    pub section: &'static str,
    pub key: &'static str,
    pub value: String,
    pub expected: Expected,
    pub used: Used,
}

impl fmt::Display for Misread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place,
            section,
            key,
            value,
            expected,
            used,
        } = self;
        let expected = expected.as_str();
        write!(
            formatter,
            "{place}: [{section}] {key} = {value}: this is not {expected}; {used}"
        )
    }
}
