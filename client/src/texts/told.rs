//! What an error says, as a message: the daemon tells it with its code, and the command line in the person's language.

use std::io::ErrorKind;
use std::path::Path;

use migasfree_types::message::{Arg, Message};

use super::Text;
use crate::files;
use crate::job::ResultCode;
use crate::pms::{self, PmsError};
use crate::sync::EngineError;
use crate::transport::{CertificateFault, Unreached};

impl Text {
    /// The message with its arguments, in the order in which they are declared.
    #[must_use]
    pub fn told(self, values: &[&str]) -> Message {
        self.with(values.iter().map(|value| (*value).into()))
    }

    fn with(self, values: impl IntoIterator<Item = Arg>) -> Message {
        self.declared().message(values)
    }
}

/// One message below another.
fn lines(first: Message, rest: impl Into<Arg>) -> Message {
    Text::Lines.with([first.into(), rest.into()])
}

/// What a result says.
pub(super) const fn of_result(code: ResultCode) -> Text {
    match code {
        ResultCode::Ok => Text::ResultOk,
        ResultCode::NothingToDo => Text::ResultNothingToDo,
        ResultCode::PackagesFailed => Text::ResultPackagesFailed,
        ResultCode::DevicesFailed => Text::ResultDevicesFailed,
        ResultCode::HookFailed => Text::ResultHookFailed,
        ResultCode::MetadataFailed => Text::ResultMetadataFailed,
        ResultCode::NotFound => Text::ResultNotFound,
        ResultCode::Conflict => Text::ResultConflict,
        ResultCode::Dependency => Text::ResultDependency,
        ResultCode::Untrusted => Text::ResultUntrusted,
        ResultCode::DiskFull => Text::ResultDiskFull,
        ResultCode::Download => Text::ResultDownload,
        ResultCode::Backend => Text::ResultBackend,
        ResultCode::LockTimeout => Text::ResultLockTimeout,
        ResultCode::Server => Text::ResultServer,
        ResultCode::Offline => Text::ResultOffline,
        ResultCode::Interrupted => Text::ResultInterrupted,
        ResultCode::Internal | ResultCode::Unknown => Text::ResultInternal,
        ResultCode::ByUser | ResultCode::ByAdmin | ResultCode::Superseded => Text::ResultCancelled,
        ResultCode::NotAuthorized => Text::ResultNotAuthorized,
        ResultCode::NoAgent => Text::ResultNoAgent,
        ResultCode::Policy | ResultCode::BlockedApp => Text::ResultPolicy,
    }
}

/// What an error of the engine says, and what to do.
#[must_use]
pub fn error(error: &EngineError) -> Message {
    match error {
        EngineError::Offline(why) => unreached(why),
        EngineError::NotRegistered => Text::ErrorNotRegistered.told(&[]),
        EngineError::WhoRegisters(reason) => Text::ErrorCredentialsNeeded.told(&[reason]),
        EngineError::BadCredentials(reason) => Text::ErrorBadCredentials.told(&[reason]),
        EngineError::NewKeys(server) => Text::ErrorNewKeys.told(&[server]),
        EngineError::Refused(reason) => Text::ErrorRefused.told(&[reason]),
        EngineError::Saturated { seconds } => Text::ErrorSaturated.told(&[&seconds.to_string()]),
        EngineError::Server { status, detail } => {
            Text::ErrorServer.told(&[&status.to_string(), detail])
        }
        EngineError::Unsealed { status, detail } => {
            Text::ErrorUnsealed.told(&[&status.to_string(), detail])
        }
        EngineError::Untrusted(reason) => Text::ErrorUntrusted.told(&[reason]),
        EngineError::KeyRefused {
            server,
            fingerprint,
            why,
        } => Text::ErrorKeyRefused.told(&[fingerprint, server, why]),
        EngineError::Unintelligible(reason) => Text::ErrorUnintelligible.told(&[reason]),
        EngineError::NoPackageManager => Text::ErrorNoPackageManager.told(&[]),
        EngineError::InvalidTag(tag) => Text::ErrorInvalidTag.told(&[tag]),
        EngineError::Config(reason) => Text::ErrorConfig.told(&[reason]),
        EngineError::Locked(process) => Text::ErrorLocked.told(&[&process.to_string()]),
        EngineError::Unsupported(what) => Text::ErrorUnsupported.told(&[what]),
        EngineError::Cancelled => Text::ResultCancelled.told(&[]),
        EngineError::Packages(error) => packages(error),
        EngineError::Io { what, source } => {
            let place = files::partition_of(Path::new(what));
            let place = place.map_or_else(|| what.clone(), |path| path.display().to_string());
            match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    Text::ErrorDiskFullAt.told(&[&place])
                }
                ErrorKind::ReadOnlyFilesystem => Text::ErrorReadOnly.told(&[&place]),
                _ => Text::Plain.told(&[&format!("{what}: {source}")]),
            }
        }
    }
}

/// Why no answer of the server came, and what to do.
pub(super) fn unreached(why: &Unreached) -> Message {
    match why {
        Unreached::Network(reason) => Text::ErrorOffline.told(&[reason]),
        Unreached::UnknownHost { host, reason } => Text::ErrorUnknownHost.told(&[host, reason]),
        Unreached::Certificate { server, fault } => match fault {
            CertificateFault::Issuer { authority } => {
                Text::ErrorCertificateIssuer.told(&[server, authority])
            }
            CertificateFault::Name => Text::ErrorCertificateName.told(&[server]),
            CertificateFault::Expired => Text::ErrorCertificateExpired.told(&[server]),
            CertificateFault::NotYet => Text::ErrorCertificateNotYet.told(&[server]),
            CertificateFault::Other(reason) => Text::ErrorCertificate.told(&[server, reason]),
        },
        Unreached::NoCertificates(reason) => Text::ErrorNoCertificates.told(&[reason]),
        Unreached::Moved(address) => Text::ErrorMoved.told(&[address]),
        Unreached::Page => Text::ErrorPage.told(&[]),
    }
}

/// What is said against a plan; `reason` is the word of the bus.
#[must_use]
pub fn objection(reason: &str, names: &str) -> Message {
    let text = match reason {
        "required" => Text::ObjectionRequired,
        "forbidden" => Text::ObjectionForbidden,
        "held" => Text::ObjectionHeld,
        "removal" => Text::ObjectionRemoval,
        "by-hand" => Text::ObjectionByHand,
        "too-many" => Text::ObjectionTooMany,
        _ => Text::ObjectionProtected,
    };
    text.told(&[names])
}

fn packages(error: &PmsError) -> Message {
    match error {
        PmsError::InvalidName(name) => Text::ErrorInvalidName.told(&[name]),
        PmsError::InvalidSearch => Text::ErrorInvalidSearch.told(&[]),
        PmsError::NotFound(name) => Text::ErrorPackageNotFound.told(&[name]),
        PmsError::Refused(refusal) => {
            let objections = refusal.0.iter();
            let told = objections.map(|one| objection(one.why.as_str(), &one.names()));
            told.reduce(lines)
                .unwrap_or_else(|| of_result(ResultCode::Policy).told(&[]))
        }
        PmsError::Broken { packages, reason } => Text::ErrorBroken.told(&[packages, reason]),
        PmsError::NotRemoved { packages, reason } => {
            Text::ErrorNotRemoved.told(&[packages, reason])
        }
        PmsError::Unrepaired { packages, reason } => {
            Text::ErrorUnrepaired.told(&[packages, reason])
        }
        PmsError::NoRoom(shortage) => Text::ErrorNoRoom.told(&[
            &pms::amount(shortage.needed),
            &shortage.place,
            &pms::amount(shortage.free),
            &pms::amount(shortage.needed.saturating_sub(shortage.free)),
        ]),
        PmsError::Unsteady => Text::ErrorUnsteady.told(&[]),
        PmsError::LockTimeout(holder) => {
            Text::ErrorLockTimeout.told(&[&holder.name, &holder.pid.to_string()])
        }
        PmsError::Conflict(detail)
        | PmsError::Dependency(detail)
        | PmsError::Untrusted(detail)
        | PmsError::DiskFull(detail)
        | PmsError::Download(detail)
        | PmsError::Backend(detail) => lines(of_result(error.code()).told(&[]), detail.as_str()),
        PmsError::Stopped { .. } => Text::Plain.told(&[&error.to_string()]),
        PmsError::Interrupted | PmsError::Cancelled => of_result(error.code()).told(&[]),
        PmsError::Io(source) => Text::Plain.told(&[&source.to_string()]),
    }
}
