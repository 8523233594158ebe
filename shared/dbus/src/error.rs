//! The errors of the interface.

use zbus::DBusError;

/// What a method of `org.migasfree.Client1` may fail with: `org.migasfree.Client1.Error.<variant>`.
///
/// The text says what happened and what to do next, in English; programs decide by the name.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.migasfree.Client1.Error")]
pub enum Error {
    /// The bus itself failed, for instance because the daemon is not there.
    #[zbus(error)]
    ZBus(zbus::Error),
    /// The caller has not the right, and no prompt can give it.
    NotAuthorized(String),
    /// The person dismissed the prompt.
    AuthCancelled(String),
    /// This computer is not registered on a server.
    NotRegistered(String),
    /// The server cannot be reached and the answer is not in the cache.
    Offline(String),
    /// The server answered with an error.
    ServerError(String),
    /// Something that excludes this is going on.
    Busy(String),
    /// An argument is malformed, too long or out of range.
    InvalidArgument(String),
    /// There is no such application, job, image.
    NotFound(String),
    /// It exists, but this computer or a policy does not admit it now.
    NotAvailable(String),
    /// The job is in a stage that must not be interrupted.
    NotCancellable(String),
    /// No package manager was found.
    BackendMissing(String),
    /// Another program holds the package database.
    Locked(String),
    /// This daemon, server or package manager does not offer it.
    Unsupported(String),
    /// Too many calls, queued jobs or subscribers of this user.
    LimitExceeded(String),
}

impl Error {
    /// The last part of the name on the bus, for instance `NotAuthorized`; `None` for errors that
    /// are not of this interface.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::ZBus(_) => return None,
            Self::NotAuthorized(_) => "NotAuthorized",
            Self::AuthCancelled(_) => "AuthCancelled",
            Self::NotRegistered(_) => "NotRegistered",
            Self::Offline(_) => "Offline",
            Self::ServerError(_) => "ServerError",
            Self::Busy(_) => "Busy",
            Self::InvalidArgument(_) => "InvalidArgument",
            Self::NotFound(_) => "NotFound",
            Self::NotAvailable(_) => "NotAvailable",
            Self::NotCancellable(_) => "NotCancellable",
            Self::BackendMissing(_) => "BackendMissing",
            Self::Locked(_) => "Locked",
            Self::Unsupported(_) => "Unsupported",
            Self::LimitExceeded(_) => "LimitExceeded",
        })
    }

    /// The text without the name.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::ZBus(error) => error.to_string(),
            Self::NotAuthorized(text)
            | Self::AuthCancelled(text)
            | Self::NotRegistered(text)
            | Self::Offline(text)
            | Self::ServerError(text)
            | Self::Busy(text)
            | Self::InvalidArgument(text)
            | Self::NotFound(text)
            | Self::NotAvailable(text)
            | Self::NotCancellable(text)
            | Self::BackendMissing(text)
            | Self::Locked(text)
            | Self::Unsupported(text)
            | Self::LimitExceeded(text) => text.clone(),
        }
    }
}
