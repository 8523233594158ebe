//! Exit statuses (`client` 4).

use migasfree_dbus::Error as BusError;

use crate::job::{JobResult, ResultCode};
use crate::sync::EngineError;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    pub const OK: Self = Self(0);
    /// Keys missing or unreadable, or another instance at work.
    pub const PERM: Self = Self(1);
    /// Bad command line, or a file that is not there.
    pub const USAGE: Self = Self(2);
    /// Declined, or the server has no time.
    pub const AGAIN: Self = Self(11);
    /// Not allowed.
    pub const ACCESS: Self = Self(13);
    /// A value of the configuration makes no sense.
    pub const INVALID: Self = Self(22);
    /// The server answered with an error.
    pub const NO_DATA: Self = Self(61);
    /// A package operation failed.
    pub const PACKAGES: Self = Self(71);
    /// What was said could not be written.
    pub const OUTPUT: Self = Self(74);
    /// Offline, or no daemon: later it may work.
    pub const TEMPORARY: Self = Self(75);
    /// An administrator of the server has to approve this computer.
    pub const PENDING: Self = Self(114);
    /// Stopped by a signal, no package manager, or an upload rejected.
    pub const STOPPED: Self = Self(115);
    pub const CANCELLED: Self = Self(125);

    /// The status of an error of the engine.
    #[must_use]
    pub fn of_error(error: &EngineError) -> Self {
        match error {
            EngineError::Offline(_) => Self::TEMPORARY,
            EngineError::NotRegistered
            | EngineError::WhoRegisters(_)
            | EngineError::BadCredentials(_)
            | EngineError::TrustDamaged { .. }
            | EngineError::OwnKeyDamaged { .. }
            | EngineError::OwnFileMissing(_)
            | EngineError::Locked(_) => Self::PERM,
            EngineError::Refused(_)
            | EngineError::KeyEnded(_)
            | EngineError::TokenRefused(_)
            | EngineError::Server { .. }
            | EngineError::Unsealed { .. }
            | EngineError::Untrusted(_)
            | EngineError::NewKeys(_)
            | EngineError::KeyRefused { .. }
            | EngineError::Changed(_)
            | EngineError::NotNative(_)
            | EngineError::Skewed { .. }
            | EngineError::NoTokens(_)
            | EngineError::OthersToken(_)
            | EngineError::Unintelligible(_)
            | EngineError::InvalidTag(_)
            | EngineError::UnknownTags(_) => Self::NO_DATA,
            EngineError::Pending { .. } => Self::PENDING,
            EngineError::Saturated { .. } => Self::AGAIN,
            EngineError::NoPackageManager | EngineError::NoPrinters => Self::STOPPED,
            EngineError::Config(_) => Self::USAGE,
            EngineError::Cancelled => Self::CANCELLED,
            EngineError::Packages(error) => Self::of_result(error.code()),
            EngineError::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::PermissionDenied => Self::ACCESS,
                _ => Self::PERM,
            },
        }
    }

    /// The status of a job that ended.
    #[must_use]
    pub fn of_result(code: ResultCode) -> Self {
        match (code.result(), code) {
            (_, ResultCode::PackagesFailed | ResultCode::MetadataFailed) => Self::PACKAGES,
            (JobResult::Success | JobResult::Partial, _) => Self::OK,
            (JobResult::Cancelled, _) => Self::CANCELLED,
            (_, ResultCode::NotAuthorized | ResultCode::NoAgent) => Self::ACCESS,
            (_, ResultCode::Offline) => Self::TEMPORARY,
            (_, ResultCode::Server) => Self::NO_DATA,
            _ => Self::PACKAGES,
        }
    }

    /// The status of a call the daemon refused.
    #[must_use]
    pub fn of_bus(error: &BusError) -> Self {
        match error {
            BusError::ZBus(_) => Self::TEMPORARY,
            BusError::NotAuthorized(_) | BusError::AuthCancelled(_) => Self::ACCESS,
            BusError::NotRegistered(_) | BusError::Locked(_) => Self::PERM,
            BusError::Offline(_) => Self::TEMPORARY,
            BusError::ServerError(_) | BusError::NotFound(_) | BusError::NotAvailable(_) => {
                Self::NO_DATA
            }
            BusError::Busy(_) | BusError::LimitExceeded(_) | BusError::NotCancellable(_) => {
                Self::AGAIN
            }
            BusError::InvalidArgument(_) => Self::USAGE,
            BusError::BackendMissing(_) | BusError::Unsupported(_) => Self::STOPPED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_can_rely_on_the_statuses() {
        for (code, exit) in [
            (ResultCode::Ok, 0),
            (ResultCode::NothingToDo, 0),
            (ResultCode::HookFailed, 0),
            (ResultCode::MetadataFailed, 71),
            (ResultCode::PackagesFailed, 71),
            (ResultCode::NotFound, 71),
            (ResultCode::Policy, 71),
            (ResultCode::Offline, 75),
            (ResultCode::Server, 61),
            (ResultCode::NotAuthorized, 13),
            (ResultCode::ByUser, 125),
        ] {
            assert_eq!(Exit::of_result(code), Exit(exit), "{code:?}");
        }
    }
}
