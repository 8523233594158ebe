//! Why a command ended without doing what it was for.

use migasfree_dbus::Error as BusError;
use migasfree_types::message::Message;

use super::exit::Exit;
use crate::sync::EngineError;
use crate::texts::{Language, Text};
use crate::upload::UploadError;

/// A failure with everything needed to tell about it.
#[derive(Debug)]
pub enum Failure {
    Engine(EngineError),
    Bus(BusError),
    Upload(UploadError),
    /// A text of our own.
    Said(Text, Vec<String>, Exit),
    /// What the engine or the daemon says of it.
    Told(Message, Exit),
    /// Everything was said already.
    Silent(Exit),
}

impl Failure {
    pub fn said(text: Text, exit: Exit) -> Self {
        Self::Said(text, Vec::new(), exit)
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Engine(error) => Exit::of_error(error),
            Self::Bus(error) => Exit::of_bus(error),
            Self::Upload(error) => match error {
                UploadError::Source { .. }
                | UploadError::Empty(_)
                | UploadError::NoPackage(_)
                | UploadError::Name(_)
                | UploadError::LeadsOut(_) => Exit::USAGE,
                UploadError::Keys(_) | UploadError::Credentials(_) => Exit::PERM,
                UploadError::Rejected { source, .. } | UploadError::Server(source) => {
                    if source.is_offline() {
                        Exit::TEMPORARY
                    } else if source.busy_for().is_some() {
                        Exit::AGAIN
                    } else {
                        Exit::STOPPED
                    }
                }
            },
            Self::Said(_, _, exit) | Self::Told(_, exit) | Self::Silent(exit) => *exit,
        }
    }

    pub fn message(&self, language: Language) -> Option<String> {
        match self {
            Self::Engine(EngineError::Io { source, .. })
                if source.kind() == std::io::ErrorKind::PermissionDenied
                    && !rustix::process::geteuid().is_root() =>
            {
                Some(language.text(Text::ErrorNeedsRoot).to_owned())
            }
            Self::Engine(error) => Some(language.error(error)),
            Self::Bus(error) => Some(language.say(&error.message())),
            Self::Upload(error) => Some(language.upload_error(error)),
            Self::Said(text, values, _) => {
                let values: Vec<_> = values.iter().map(String::as_str).collect();
                Some(language.fill(*text, &values))
            }
            Self::Told(message, _) => Some(language.say(message)),
            Self::Silent(_) => None,
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<BusError> for Failure {
    fn from(error: BusError) -> Self {
        Self::Bus(error)
    }
}

impl From<zbus::Error> for Failure {
    fn from(error: zbus::Error) -> Self {
        Self::Bus(BusError::ZBus(error))
    }
}

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        Self::Upload(error)
    }
}
