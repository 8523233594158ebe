//! Exit statuses (`client` 4).

use migasfree_dbus::Error as BusError;
use migasfree_types::message::{Arg, Message};

use crate::job::{JobResult, ResultCode};
use crate::sync::EngineError;
use crate::texts::EngineText;

/// What the daemon says of an error of the engine, where the result alone does not say how the program ends.
const OF_TEXTS: &[(EngineText, Exit)] = &[
    (EngineText::ErrorNotRegistered, Exit::PERM),
    (EngineText::ErrorCredentialsNeeded, Exit::PERM),
    (EngineText::ErrorBadCredentials, Exit::PERM),
    (EngineText::ErrorTrustDamaged, Exit::PERM),
    (EngineText::ErrorOwnKeyDamaged, Exit::PERM),
    (EngineText::ErrorOwnFileDamaged, Exit::PERM),
    (EngineText::ErrorOwnFileMissing, Exit::PERM),
    (EngineText::ErrorLocked, Exit::PERM),
    (EngineText::ErrorDiskFullAt, Exit::PERM),
    (EngineText::ErrorReadOnly, Exit::PERM),
    (EngineText::ErrorFile, Exit::PERM),
    (EngineText::ErrorConfig, Exit::USAGE),
    (EngineText::ErrorSaturated, Exit::AGAIN),
    (EngineText::ErrorNewKeys, Exit::NO_DATA),
    (EngineText::ErrorKeyRefused, Exit::NO_DATA),
    (EngineText::ErrorUntrusted, Exit::NO_DATA),
    (EngineText::ErrorChanged, Exit::NO_DATA),
    (EngineText::ErrorNotNative, Exit::NO_DATA),
    (EngineText::ErrorOthersToken, Exit::NO_DATA),
    (EngineText::ErrorInvalidTag, Exit::NO_DATA),
    (EngineText::ErrorPending, Exit::PENDING),
    (EngineText::ErrorNoPackageManager, Exit::STOPPED),
    (EngineText::ErrorNoPrinters, Exit::STOPPED),
];

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
            | EngineError::OwnFileDamaged { .. }
            | EngineError::OwnFileMissing(_)
            | EngineError::Locked(_) => Self::PERM,
            EngineError::Refused(_)
            | EngineError::RequestRefused(_)
            | EngineError::KeyUnknown(_)
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

    /// The status of an error of the engine, as the daemon tells it.
    #[must_use]
    pub fn of_said(said: &Message) -> Option<Self> {
        let is_said = |(text, _): &&(EngineText, Self)| said.is(text.declared().code);
        let (_, exit) = OF_TEXTS.iter().find(is_said)?;
        let is_denied = matches!(said.args.get("reason"), Some(Arg::Message(reason))
            if reason.is(EngineText::OsPermission.declared().code));
        Some(if is_denied { Self::ACCESS } else { *exit })
    }

    /// The status of a call the daemon refused.
    #[must_use]
    pub fn of_bus(error: &BusError) -> Self {
        if let Some(exit) = Self::of_said(&error.message()) {
            return exit;
        }
        match error {
            BusError::ZBus(_) => Self::TEMPORARY,
            BusError::NotAuthorized(_) | BusError::AuthCancelled(_) | BusError::Refused(_) => {
                Self::ACCESS
            }
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
    fn an_error_ends_the_program_alike_with_a_daemon_and_without() {
        let text = || "text".to_owned();
        let said = || Box::new(Message::verbatim("text"));
        let io = |kind: std::io::ErrorKind| EngineError::Io {
            what: "/nowhere/file".to_owned(),
            source: kind.into(),
        };
        for error in [
            EngineError::Offline(crate::transport::Unreached::Late),
            EngineError::NotRegistered,
            EngineError::WhoRegisters(said()),
            EngineError::BadCredentials(said()),
            EngineError::Refused(said()),
            EngineError::RequestRefused(said()),
            EngineError::KeyUnknown(said()),
            EngineError::NewKeys(text()),
            EngineError::Changed(text()),
            EngineError::NotNative(text()),
            EngineError::Skewed {
                behind: true,
                seconds: 90,
            },
            EngineError::Pending {
                fingerprint: text(),
                retry_after: 60,
            },
            EngineError::TokenRefused(said()),
            EngineError::KeyEnded(said()),
            EngineError::NoTokens(text()),
            EngineError::OthersToken(text()),
            EngineError::OwnKeyDamaged {
                file: text(),
                reason: text(),
            },
            EngineError::OwnFileDamaged {
                file: text(),
                reason: text(),
            },
            EngineError::OwnFileMissing(text()),
            EngineError::Saturated { seconds: 5 },
            EngineError::Unsealed {
                status: 500,
                detail: said(),
            },
            EngineError::Untrusted(text()),
            EngineError::KeyRefused {
                server: text(),
                fingerprint: text(),
                why: said(),
            },
            EngineError::TrustDamaged {
                file: text(),
                reason: text(),
            },
            EngineError::Unintelligible(text()),
            EngineError::NoPackageManager,
            EngineError::InvalidTag(text()),
            EngineError::UnknownTags(text()),
            EngineError::Config(said()),
            EngineError::Locked(7),
            EngineError::NoPrinters,
            EngineError::Cancelled,
            io(std::io::ErrorKind::PermissionDenied),
            io(std::io::ErrorKind::StorageFull),
            io(std::io::ErrorKind::ReadOnlyFilesystem),
            io(std::io::ErrorKind::InvalidData),
        ] {
            let told = crate::texts::error(&error);
            let by_daemon = Exit::of_said(&told).unwrap_or(Exit::of_result(error.code()));
            assert_eq!(by_daemon, Exit::of_error(&error), "{told}");
        }
    }

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
