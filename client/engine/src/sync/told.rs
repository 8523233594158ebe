//! What results, errors and steps that failed say, as messages: the daemon tells them with their codes, and the command line in
//! the person's language.

use std::io::{self, ErrorKind};
use std::path::Path;

use migasfree_types::message::{Arg, Message};

use super::texts::EngineText;
use super::{EngineError, Outcome};
use crate::attributes::{Complaint, EvaluationError};
use crate::config::ConfigError;
use crate::files;
use crate::hooks::{HookError, HookFailure};
use crate::inventory::hardware::HardwareError;
use crate::job::ResultCode;
use crate::keys::KeyStoreError;
use crate::pms::{self, PmsError};
use crate::policy::Refusal;
use crate::process::supervise::{Stop, StopReason};
use crate::transport::{CertificateFault, Unreached};

/// One message below another.
fn lines(first: Message, rest: impl Into<Arg>) -> Message {
    EngineText::Lines.with([first.into(), rest.into()])
}

/// What is left to say to somebody who saw this line last: the package manager's own words may end with it.
#[must_use]
pub fn unseen<'a>(message: &'a Message, seen: &str) -> &'a Message {
    match (message.args.get("first"), message.args.get("rest")) {
        (Some(Arg::Message(first)), Some(Arg::Text(rest)))
            if rest.lines().last().is_some_and(|last| last == seen) =>
        {
            first
        }
        _ => message,
    }
}

/// What is said of work that was done but for some steps; nothing where there were none.
#[must_use]
pub fn outcome(outcome: &Outcome) -> Option<Message> {
    let result = || of_result(outcome.code).told(&[]);
    let problems = outcome.problems.as_slice();
    (!problems.is_empty()).then(|| with_problems(result(), problems))
}

/// What ended some work, with what failed before that below it.
#[must_use]
pub fn with_problems(end: Message, problems: &[Message]) -> Message {
    // A step that ends all is told by itself, too.
    let others = problems.iter().filter(|problem| **problem != end).cloned();
    match others.reduce(lines) {
        Some(others) => lines(end, others),
        None => end,
    }
}

/// What a result says.
#[must_use]
pub const fn of_result(code: ResultCode) -> EngineText {
    match code {
        ResultCode::Ok => EngineText::ResultOk,
        ResultCode::NothingToDo => EngineText::ResultNothingToDo,
        ResultCode::PackagesFailed => EngineText::ResultPackagesFailed,
        ResultCode::DevicesFailed => EngineText::ResultDevicesFailed,
        ResultCode::HookFailed => EngineText::ResultHookFailed,
        ResultCode::MetadataFailed => EngineText::ResultMetadataFailed,
        ResultCode::NotFound => EngineText::ResultNotFound,
        ResultCode::Conflict => EngineText::ResultConflict,
        ResultCode::Dependency => EngineText::ResultDependency,
        ResultCode::Untrusted => EngineText::ResultUntrusted,
        ResultCode::DiskFull => EngineText::ResultDiskFull,
        ResultCode::Download => EngineText::ResultDownload,
        ResultCode::Backend => EngineText::ResultBackend,
        ResultCode::LockTimeout => EngineText::ResultLockTimeout,
        ResultCode::Server => EngineText::ResultServer,
        ResultCode::Offline => EngineText::ResultOffline,
        ResultCode::Interrupted => EngineText::ResultInterrupted,
        ResultCode::Internal | ResultCode::Unknown => EngineText::ResultInternal,
        ResultCode::ByUser | ResultCode::ByAdmin | ResultCode::Superseded => {
            EngineText::ResultCancelled
        }
        ResultCode::NotAuthorized => EngineText::ResultNotAuthorized,
        ResultCode::NoAgent => EngineText::ResultNoAgent,
        ResultCode::Policy | ResultCode::BlockedApp => EngineText::ResultPolicy,
    }
}

/// What an error of the engine says, and what to do.
#[must_use]
pub fn error(error: &EngineError) -> Message {
    match error {
        EngineError::Offline(why) => unreached(why),
        EngineError::NotRegistered => EngineText::ErrorNotRegistered.told(&[]),
        EngineError::WhoRegisters(reason) => because(EngineText::ErrorCredentialsNeeded, reason),
        EngineError::BadCredentials(reason) => because(EngineText::ErrorBadCredentials, reason),
        EngineError::NewKeys(server) => EngineText::ErrorNewKeys.told(&[server]),
        EngineError::Refused(reason) => because(EngineText::ErrorRefused, reason),
        EngineError::RequestRefused(reason) => because(EngineText::ErrorRequestRefused, reason),
        EngineError::KeyUnknown(reason) => because(EngineText::ErrorKeyUnknown, reason),
        EngineError::Saturated { seconds } => EngineText::ErrorSaturated.with([(*seconds).into()]),
        EngineError::Server { status, detail } => {
            let detail = Message::clone(detail);
            EngineText::ErrorServer.with([status.to_string().into(), detail.into()])
        }
        EngineError::Unsealed { status, detail } => {
            let detail = Message::clone(detail);
            EngineText::ErrorUnsealed.with([status.to_string().into(), detail.into()])
        }
        EngineError::Untrusted(reason) => EngineText::ErrorUntrusted.told(&[reason]),
        EngineError::Changed(reason) => EngineText::ErrorChanged.told(&[reason]),
        EngineError::NotNative(server) => EngineText::ErrorNotNative.told(&[server]),
        EngineError::Skewed { behind, seconds } => skewed(*behind, *seconds),
        EngineError::Pending {
            fingerprint,
            retry_after,
        } => EngineText::ErrorPending.with([fingerprint.into(), (*retry_after).into()]),
        EngineError::TokenRefused(reason) => because(EngineText::ErrorTokenRefused, reason),
        EngineError::KeyEnded(reason) => because(EngineText::ErrorKeyEnded, reason),
        EngineError::NoTokens(server) => EngineText::ErrorNoTokens.told(&[server]),
        EngineError::OthersToken(server) => EngineText::ErrorOthersToken.told(&[server]),
        EngineError::OwnKeyDamaged { file, reason } => {
            EngineText::ErrorOwnKeyDamaged.told(&[file, reason])
        }
        EngineError::OwnFileDamaged { file, reason } => {
            EngineText::ErrorOwnFileDamaged.told(&[file, reason])
        }
        EngineError::OwnFileMissing(file) => EngineText::ErrorOwnFileMissing.told(&[file]),
        EngineError::KeyRefused {
            server,
            fingerprint,
            why,
        } => {
            let why = Message::clone(why);
            EngineText::ErrorKeyRefused.with([fingerprint.into(), server.into(), why.into()])
        }
        EngineError::Unintelligible(reason) => EngineText::ErrorUnintelligible.told(&[reason]),
        EngineError::NoPackageManager => EngineText::ErrorNoPackageManager.told(&[]),
        EngineError::InvalidTag(tag) => EngineText::ErrorInvalidTag.told(&[tag]),
        EngineError::UnknownTags(tags) => EngineText::ErrorUnknownTags.told(&[tags]),
        EngineError::Config(reason) => because(EngineText::ErrorConfig, reason),
        EngineError::Locked(process) => EngineText::ErrorLocked.told(&[&process.to_string()]),
        EngineError::NoPrinters => EngineText::ErrorNoPrinters.told(&[]),
        EngineError::Cancelled => EngineText::ResultCancelled.told(&[]),
        EngineError::Packages(error) => packages(error),
        EngineError::TrustDamaged { file, reason } => {
            EngineText::ErrorTrustDamaged.told(&[file, reason])
        }
        EngineError::Io { what, source } => {
            let place = files::partition_of(Path::new(what));
            let place = place.map_or_else(|| what.clone(), |path| path.display().to_string());
            match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    EngineText::ErrorDiskFullAt.told(&[&place])
                }
                ErrorKind::ReadOnlyFilesystem => EngineText::ErrorReadOnly.told(&[&place]),
                _ => EngineText::ErrorFile.with([what.into(), os(source).into()]),
            }
        }
    }
}

/// A text about a reason that has words of its own.
fn because(text: EngineText, reason: &Message) -> Message {
    text.with([reason.clone().into()])
}

/// How far the clock of this computer is from the server's, in the largest unit that says it well.
fn skewed(behind: bool, seconds: u64) -> Message {
    let (unit, amount) = match seconds {
        0..120 => ("seconds", seconds),
        120..7_200 => ("minutes", (seconds + 30) / 60),
        7_200..172_800 => ("hours", (seconds + 1_800) / 3_600),
        _ => ("days", (seconds + 43_200) / 86_400),
    };
    let text = if behind {
        EngineText::ErrorClockBehind
    } else {
        EngineText::ErrorClockAhead
    };
    text.with([unit.into(), amount.into()])
}

/// Why a configuration cannot be used.
#[must_use]
pub fn configuration(error: &ConfigError) -> Message {
    match error {
        ConfigError::Invalid {
            key,
            value,
            expected,
        } => {
            let expected = expected.told(&[]);
            EngineText::ConfigInvalid.with([value.into(), (*key).into(), expected.into()])
        }
        ConfigError::NotText(path) => {
            EngineText::ConfigNotText.told(&[&path.display().to_string()])
        }
        ConfigError::Read { path, source } => {
            let file = path.display().to_string();
            EngineText::ErrorFile.with([file.into(), os(source).into()])
        }
    }
}

/// What the operating system says, in words of ours where it is one of the usual things.
#[must_use]
pub fn os(error: &io::Error) -> Message {
    let text = match error.kind() {
        ErrorKind::NotFound => EngineText::OsNotFound,
        ErrorKind::PermissionDenied => EngineText::OsPermission,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => EngineText::OsFull,
        ErrorKind::ReadOnlyFilesystem => EngineText::OsReadOnly,
        ErrorKind::AlreadyExists => EngineText::OsThere,
        ErrorKind::IsADirectory => EngineText::OsFolder,
        ErrorKind::ConnectionRefused => EngineText::OsRefused,
        ErrorKind::TimedOut => EngineText::OsLate,
        _ => return Message::verbatim(error.to_string()),
    };
    text.told(&[])
}

/// A reason that was handed on as text, which the operating system ends with a number.
fn reason(text: &str) -> Arg {
    let number = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once("(os error "))
        .and_then(|(_, number)| number.parse().ok());
    match number.map(io::Error::from_raw_os_error) {
        Some(error) if error.to_string() == text => os(&error).into(),
        _ => text.into(),
    }
}

/// Why no answer of the server came, and what to do.
#[must_use]
pub fn unreached(why: &Unreached) -> Message {
    match why {
        Unreached::Stopping => EngineText::ErrorStopping.told(&[]),
        Unreached::Network(why) => EngineText::ErrorOffline.with([reason(why)]),
        Unreached::Late => EngineText::ErrorLate.told(&[]),
        Unreached::UnknownHost { host, reason: why } => {
            EngineText::ErrorUnknownHost.with([host.into(), reason(why)])
        }
        Unreached::Certificate { server, fault } => match fault {
            CertificateFault::Issuer { authority } => {
                EngineText::ErrorCertificateIssuer.told(&[server, authority])
            }
            CertificateFault::File { authority } => {
                EngineText::ErrorCertificateFile.told(&[server, authority])
            }
            CertificateFault::Name => EngineText::ErrorCertificateName.told(&[server]),
            CertificateFault::Expired => EngineText::ErrorCertificateExpired.told(&[server]),
            CertificateFault::NotYet => EngineText::ErrorCertificateNotYet.told(&[server]),
            CertificateFault::Authority => EngineText::ErrorCertificateAuthority.told(&[server]),
            CertificateFault::Other(reason) => EngineText::ErrorCertificate.told(&[server, reason]),
        },
        Unreached::NoCertificates(reason) => EngineText::ErrorNoCertificates.told(&[reason]),
        Unreached::Moved(address) => EngineText::ErrorMoved.told(&[address]),
        Unreached::Away {
            status,
            seconds: Some(seconds),
        } => EngineText::ErrorAwayFor.with([status.to_string().into(), (*seconds).into()]),
        Unreached::Away {
            status,
            seconds: None,
        } => EngineText::ErrorAway.told(&[&status.to_string()]),
        Unreached::NobodyThere {
            server,
            reason: why,
        } => EngineText::ErrorNobodyThere.with([server.into(), reason(why)]),
        Unreached::NotHttps(server) => EngineText::ErrorNotHttps.told(&[server]),
        Unreached::SignIn => EngineText::ErrorSignIn.told(&[]),
        Unreached::ProxySignIn => EngineText::ErrorProxySignIn.told(&[]),
        Unreached::Page => EngineText::ErrorPage.told(&[]),
    }
}

/// Why the server does not know something yet that it is told of by itself later: nobody has to do anything, unless the
/// way to it is wrong.
#[must_use]
pub fn untold(error: &EngineError) -> Message {
    match error {
        EngineError::Saturated { .. }
        | EngineError::Offline(
            Unreached::Network(_)
            | Unreached::Late
            | Unreached::UnknownHost { .. }
            | Unreached::NobodyThere { .. }
            | Unreached::Away { .. },
        ) => EngineText::NotReachedNow.told(&[]),
        other => self::error(other),
    }
}

/// Why the keys of a computer cannot be used.
#[must_use]
pub fn keys(error: &KeyStoreError) -> Message {
    match error {
        KeyStoreError::Missing => EngineText::KeysMissing.told(&[]),
        KeyStoreError::NewServer => EngineText::KeysOther.told(&[]),
        KeyStoreError::Damaged { path, source, .. } => {
            EngineText::KeyDamaged.told(&[path, &source.to_string()])
        }
        KeyStoreError::NoKey { path, source } => {
            EngineText::KeyNone.told(&[path, &source.to_string()])
        }
        KeyStoreError::Io { path, source } => {
            EngineText::ErrorFile.with([path.into(), os(source).into()])
        }
    }
}

/// Why there is no description of the hardware.
pub(super) fn hardware(error: &HardwareError) -> Message {
    match error {
        HardwareError::NotInstalled => EngineText::LshwNotInstalled.told(&[]),
        HardwareError::Io(reason) => EngineText::LshwNotRun.told(&[&reason.to_string()]),
        HardwareError::Failed(reason) => EngineText::LshwFailed.told(&[reason]),
        HardwareError::Timeout => EngineText::LshwTooLong.told(&[]),
        HardwareError::Malformed => EngineText::LshwNotUnderstood.told(&[]),
    }
}

/// Why a script of the site failed, with its own words below that.
pub(super) fn hook(failure: &HookFailure) -> Message {
    let script = failure.script.as_str();
    match &failure.why {
        HookError::TooLong(limit) => {
            EngineText::HookTooLong.told(&[script, &limit.as_secs().to_string()])
        }
        HookError::Ended { status, said } => {
            let ended = match status {
                Some(status) => EngineText::HookFailed.told(&[script, &status.to_string()]),
                None => EngineText::HookKilled.told(&[script]),
            };
            match said.trim_end() {
                "" => ended,
                said => lines(ended, said),
            }
        }
        HookError::NotRun(reason) => EngineText::HookNotRun.told(&[script, reason]),
    }
}

/// Why code of the organisation failed, in one line, with the last one it said.
pub(super) fn complaint(complaint: &Complaint) -> Message {
    let why = match &complaint.why {
        None => EngineText::CodeNoValue.told(&[]),
        Some(EvaluationError::InterpreterMissing(name)) => {
            EngineText::CodeNoInterpreter.told(&[name])
        }
        Some(EvaluationError::Status(status)) => {
            EngineText::CodeStatus.told(&[&status.to_string()])
        }
        Some(EvaluationError::Killed) => EngineText::CodeKilled.told(&[]),
        Some(EvaluationError::Timeout) => EngineText::CodeTooLong.told(&[]),
        Some(EvaluationError::Io(reason)) => EngineText::CodeNotRun.told(&[reason]),
    };
    let name = complaint.name.as_str();
    match &complaint.last_word {
        Some(said) => EngineText::CodeFailedSaying.with([name.into(), why.into(), said.into()]),
        None => EngineText::CodeFailed.with([name.into(), why.into()]),
    }
}

/// What is said against a plan; `reason` is the word of the bus.
#[must_use]
pub fn objection(reason: &str, names: &str) -> Message {
    let text = match reason {
        "required" => EngineText::ObjectionRequired,
        "forbidden" => EngineText::ObjectionForbidden,
        "held" => EngineText::ObjectionHeld,
        "removal" => EngineText::ObjectionRemoval,
        "by-hand" => EngineText::ObjectionByHand,
        "too-many" => EngineText::ObjectionTooMany,
        _ => EngineText::ObjectionProtected,
    };
    text.told(&[names])
}

/// What a plan is refused for.
pub(super) fn refused(refusal: &Refusal) -> Message {
    let objections = refusal.0.iter();
    let told = objections.map(|one| objection(one.why.as_str(), &one.names()));
    told.reduce(lines)
        .unwrap_or_else(|| of_result(ResultCode::Policy).told(&[]))
}

/// What an error of the package manager says, and what to do.
pub(super) fn packages(error: &PmsError) -> Message {
    match error {
        PmsError::InvalidName(name) => EngineText::ErrorInvalidName.told(&[name]),
        PmsError::InvalidSearch => EngineText::ErrorInvalidSearch.told(&[]),
        PmsError::NotFound(name) => EngineText::ErrorPackageNotFound.told(&[name]),
        PmsError::Refused(refusal) => refused(refusal),
        PmsError::Broken { packages, reason } => EngineText::ErrorBroken.told(&[packages, reason]),
        PmsError::NotRemoved { packages, reason } => {
            EngineText::ErrorNotRemoved.told(&[packages, reason])
        }
        PmsError::Unrepaired { packages, reason } => {
            EngineText::ErrorUnrepaired.told(&[packages, reason])
        }
        PmsError::NoRoom(shortage) => EngineText::ErrorNoRoom.told(&[
            &pms::amount(shortage.needed),
            &shortage.place,
            &pms::amount(shortage.free),
            &pms::amount(shortage.needed.saturating_sub(shortage.free)),
        ]),
        PmsError::Unsteady => EngineText::ErrorUnsteady.told(&[]),
        PmsError::LockTimeout(holder) => {
            EngineText::ErrorLockTimeout.told(&[&holder.name, &holder.pid.to_string()])
        }
        PmsError::Conflict(detail)
        | PmsError::Dependency(detail)
        | PmsError::Untrusted(detail)
        | PmsError::DiskFull(detail)
        | PmsError::Download(detail)
        | PmsError::Backend(detail) => lines(of_result(error.code()).told(&[]), detail.as_str()),
        PmsError::Stopped { stop, detail } => lines(stopped(stop), detail.as_str()),
        PmsError::Interrupted | PmsError::Cancelled => of_result(error.code()).told(&[]),
        PmsError::Io(source) => EngineText::ErrorPackageManagerStart.with([os(source).into()]),
    }
}

fn stopped(stop: &Stop) -> Message {
    let (why, time) = match stop.reason {
        StopReason::Asked => ("asked", 0),
        StopReason::Talkative => ("talkative", 0),
        StopReason::Silent(limit) => match limit.as_secs() {
            seconds @ 120.. if seconds.is_multiple_of(60) => ("minutes", seconds / 60),
            seconds => ("seconds", seconds),
        },
    };
    if stop.package.is_empty() {
        return EngineText::WorkStopped.with([why.into(), time.into()]);
    }
    EngineText::ScriptStopped.with([
        stop.package.as_str().into(),
        stop.script.as_str().into(),
        why.into(),
        time.into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_all_is_said_once_and_first() {
        let end = error(&EngineError::NoPackageManager);
        assert_eq!(with_problems(end.clone(), std::slice::from_ref(&end)), end);
        let before = packages(&PmsError::NotFound("nowhere".into()));
        let told = with_problems(end.clone(), &[before.clone(), end.clone()]);
        assert_eq!(told.text, format!("{end}\n{before}"));
    }

    #[test]
    fn a_wrong_clock_is_told_in_words() {
        for (behind, seconds, told) in [
            (true, 300, "5 minutes behind"),
            (true, 61, "61 seconds behind"),
            (false, 7_300, "2 hours ahead of"),
            (false, 31_536_000, "365 days ahead of"),
        ] {
            let message = error(&EngineError::Skewed { behind, seconds });
            let expected = format!("This computer's clock is {told} the server's.");
            assert!(message.text.starts_with(&expected), "{message}");
        }
    }

    #[test]
    fn the_usual_words_of_the_operating_system_have_codes() {
        let refused = io::Error::from_raw_os_error(111);
        let told = unreached(&Unreached::NobodyThere {
            server: "https://server".into(),
            reason: refused.to_string(),
        });
        assert!(told.text.contains("the connection was refused"), "{told}");
        let other = "the door is closed (os error 111)";
        let told = unreached(&Unreached::Network(other.into()));
        assert!(told.text.contains(other), "{told}");
    }

    #[test]
    fn nobody_is_asked_to_try_again_what_happens_by_itself() {
        let away = EngineError::Offline(Unreached::Network("no route".into()));
        let told = EngineText::LearnsLater.with([untold(&away).into()]);
        assert!(!told.text.contains("try again"), "{told}");
        let moved = EngineError::Offline(Unreached::Moved("https://new".into()));
        assert_eq!(untold(&moved), error(&moved));
    }

    #[test]
    fn scripts_say_their_own_words_within_ours() {
        let failed = hook(&HookFailure {
            script: "/etc/migasfree/hooks/pre-sync.d/20-bad".into(),
            why: HookError::Ended {
                status: Some(1),
                said: "oh\n".into(),
            },
        });
        assert!(failed.is("Lines"), "{failed:?}");
        let script = "/etc/migasfree/hooks/pre-sync.d/20-bad";
        assert_eq!(failed.text, format!("{script} failed with status 1.\noh"));
        let no_value = complaint(&Complaint {
            name: "NET".into(),
            why: None,
            last_word: Some("oh".into()),
            text: String::new(),
        });
        assert!(no_value.is("CodeFailedSaying"), "{no_value:?}");
        assert_eq!(no_value.text, "NET: no value (oh)");
    }

    #[test]
    fn the_package_managers_words_are_not_repeated_to_who_saw_them() {
        let told = packages(&PmsError::Backend("Reading\nE: broken".into()));
        assert_eq!(
            unseen(&told, "E: broken").text,
            "The package manager failed."
        );
        assert_eq!(unseen(&told, "Setting up tool"), &told);
    }
}
