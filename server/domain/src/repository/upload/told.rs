//! What is said of a file that is not taken.

use std::fmt;

use migasfree_server_auth::messages::no_space;
use migasfree_server_repository::{format::FileError, messages::file_refused};
use migasfree_types::message::Message;

use super::{Rival, UploadError};
use crate::messages;

impl UploadError {
    /// What is said of it; `None` when the server is to blame.
    #[must_use]
    pub fn message(&self) -> Option<Message> {
        Some(match self {
            Self::Name(error) => file_refused(error.to_string()),
            Self::Extension {
                file_name,
                origin,
                endings,
            } => messages::other_ending(file_name, *origin, endings),
            Self::Package {
                file_name,
                source: FileError::Package(reason),
            } => messages::package_refused(file_name, reason.clone()),
            Self::NoSuchStore => messages::no_such_store(),
            Self::Different(file) => messages::different_in_store(file),
            Self::Rival(rival) => rival.message(),
            Self::NoSpace => no_space(),
            Self::Package { .. } | Self::Db(_) | Self::Blob(_) | Self::Io(_) => return None,
        })
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.message(), self) {
            (Some(message), _) => message.fmt(f),
            (None, Self::Db(error)) => error.fmt(f),
            (None, Self::Blob(error)) => error.fmt(f),
            (None, Self::Io(error)) => write!(f, "the upload could not be read: {error}"),
            (None, Self::Package { file_name, source }) => write!(f, "{file_name}: {source}"),
            (None, _) => f.write_str("the upload failed"),
        }
    }
}

impl Rival {
    /// What is said of it.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::SameFile(file) => messages::different_in_project(file),
            Self::OtherVersion {
                file_name,
                package,
                version,
                suggestion,
            } => messages::other_version_there(version, package, file_name, suggestion),
            Self::SameIdentity {
                file_name,
                package,
                version,
                architecture,
            } => messages::same_package_there(package, version, architecture, file_name),
            Self::OtherPackage {
                file_name,
                theirs,
                ours,
                suggestion,
            } => messages::other_package_there(file_name, theirs, ours, suggestion),
        }
    }
}

impl fmt::Display for Rival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}
