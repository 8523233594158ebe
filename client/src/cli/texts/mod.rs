//! What the command line says, in the person's language.

mod table;

use std::io::ErrorKind;
use std::path::Path;

use crate::config::{Expected, Misread, Used};
use crate::files;
use crate::job::ResultCode;
use crate::keys::KeyStoreError;
use crate::observer::Stage;
use crate::pms::{self, PmsError};
use crate::sync::EngineError;
use crate::transport::{ApiError, TransportError};
use crate::upload::UploadError;

pub use table::Text;

/// A language the command line speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Spanish,
}

impl Language {
    /// The language of the environment.
    #[must_use]
    pub fn of_environment() -> Self {
        let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
        let wishes = set(&"LANGUAGE").unwrap_or_default();
        Self::chosen(&locale.unwrap_or_default(), &wishes)
    }

    /// The first of the wishes (`LANGUAGE`) that is spoken here, else the locale's; without a locale there are no
    /// wishes.
    fn chosen(locale: &str, wishes: &str) -> Self {
        if matches!(locale.split('.').next(), Some("" | "C" | "POSIX")) {
            return Self::English;
        }
        let languages = wishes.split(':').chain([locale]);
        languages
            .filter_map(Self::of_locale)
            .next()
            .unwrap_or(Self::English)
    }

    fn of_locale(locale: &str) -> Option<Self> {
        match locale.split(['_', '.', '@']).next() {
            Some("es") => Some(Self::Spanish),
            Some("en") => Some(Self::English),
            _ => None,
        }
    }

    /// A text as it is.
    #[must_use]
    pub fn text(self, text: Text) -> &'static str {
        let (english, spanish) = text.both();
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }

    /// A text with its braces filled, in order.
    #[must_use]
    pub fn fill(self, text: Text, values: &[&str]) -> String {
        let mut pieces = self.text(text).split("{}");
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        let mut values = values.iter();
        for piece in pieces {
            filled.push_str(values.next().copied().unwrap_or_default());
            filled.push_str(piece);
        }
        filled
    }

    #[must_use]
    pub fn stage(self, stage: Stage) -> &'static str {
        self.text(match stage {
            Stage::Connect => Text::StageConnect,
            Stage::HooksPre => Text::StageHooksPre,
            Stage::Attributes => Text::StageAttributes,
            Stage::Faults => Text::StageFaults,
            Stage::Repositories => Text::StageRepositories,
            Stage::Metadata => Text::StageMetadata,
            Stage::Download => Text::StageDownload,
            Stage::Remove => Text::StageRemove,
            Stage::Install => Text::StageInstall,
            Stage::Upgrade => Text::StageUpgrade,
            Stage::Software => Text::StageSoftware,
            Stage::Hardware => Text::StageHardware,
            Stage::Devices => Text::StageDevices,
            Stage::Traits => Text::StageTraits,
            Stage::Events => Text::StageEvents,
            Stage::HooksPost => Text::StageHooksPost,
            Stage::Record => Text::StageRecord,
        })
    }

    #[must_use]
    pub fn result(self, code: ResultCode) -> &'static str {
        self.text(match code {
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
            ResultCode::Internal => Text::ResultInternal,
            ResultCode::ByUser | ResultCode::ByAdmin | ResultCode::Superseded => {
                Text::ResultCancelled
            }
            ResultCode::NotAuthorized => Text::ResultNotAuthorized,
            ResultCode::NoAgent => Text::ResultNoAgent,
            ResultCode::Policy | ResultCode::BlockedApp => Text::ResultPolicy,
        })
    }

    /// An error of the engine as a sentence that says what to do.
    #[must_use]
    pub fn error(self, error: &EngineError) -> String {
        match error {
            EngineError::Offline(reason) => self.fill(Text::ErrorOffline, &[reason]),
            EngineError::NotRegistered => self.text(Text::ErrorNotRegistered).to_owned(),
            EngineError::WhoRegisters(reason) => self.fill(Text::ErrorCredentialsNeeded, &[reason]),
            EngineError::BadCredentials(reason) => self.fill(Text::ErrorBadCredentials, &[reason]),
            EngineError::NewKeys(server) => self.fill(Text::ErrorNewKeys, &[server]),
            EngineError::Refused(reason) => self.fill(Text::ErrorRefused, &[reason]),
            EngineError::Saturated { seconds } => {
                self.fill(Text::ErrorSaturated, &[&seconds.to_string()])
            }
            EngineError::Server { status, detail } => {
                self.fill(Text::ErrorServer, &[&status.to_string(), detail])
            }
            EngineError::Unsealed { status, detail } => {
                self.fill(Text::ErrorUnsealed, &[&status.to_string(), detail])
            }
            EngineError::Untrusted(reason) => self.fill(Text::ErrorUntrusted, &[reason]),
            EngineError::KeyRefused {
                server,
                fingerprint,
                why,
            } => self.fill(
                Text::ErrorKeyRefused,
                &[fingerprint, server, why, fingerprint],
            ),
            EngineError::Unintelligible(reason) => self.fill(Text::ErrorUnintelligible, &[reason]),
            EngineError::NoPackageManager => self.text(Text::ErrorNoPackageManager).to_owned(),
            EngineError::InvalidTag(tag) => self.fill(Text::ErrorInvalidTag, &[tag]),
            EngineError::Config(reason) => self.fill(Text::ErrorConfig, &[reason]),
            EngineError::Locked(process) => self.fill(Text::ErrorLocked, &[&process.to_string()]),
            EngineError::Unsupported(what) => self.fill(Text::ErrorUnsupported, &[what]),
            EngineError::Cancelled => self.text(Text::ResultCancelled).to_owned(),
            EngineError::Packages(error) => self.package_error(error),
            EngineError::Io { what, source } => {
                let place = files::partition_of(Path::new(what));
                let place = place.map_or_else(|| what.clone(), |path| path.display().to_string());
                match source.kind() {
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                        self.fill(Text::ErrorDiskFullAt, &[&place])
                    }
                    ErrorKind::ReadOnlyFilesystem => self.fill(Text::ErrorReadOnly, &[&place]),
                    _ => format!("{what}: {source}"),
                }
            }
        }
    }

    /// A value of the configuration that says nothing.
    #[must_use]
    pub fn misread(self, misread: &Misread) -> String {
        let expected = self.text(match misread.expected {
            Expected::Flag => Text::ExpectedFlag,
            Expected::Number => Text::ExpectedNumber,
            Expected::Time => Text::ExpectedTime,
            Expected::PackageManager => Text::ExpectedPackageManager,
            Expected::Uuid => Text::ExpectedUuid,
            Expected::HostAndPort => Text::ExpectedHostAndPort,
        });
        let used = match &misread.used {
            Used::Default(value) => self.fill(Text::UsedDefault, &[value]),
            Used::Distribution => self.text(Text::UsedDistribution).to_owned(),
            Used::Nothing => self.text(Text::UsedNothing).to_owned(),
        };
        let place = misread.place.to_string();
        let Misread {
            section,
            key,
            value,
            ..
        } = misread;
        self.fill(
            Text::WarningMisread,
            &[&place, section, key, value, expected, &used],
        )
    }

    /// What is said against a plan; `reason` is the word of the bus.
    #[must_use]
    pub fn objection(self, reason: &str, names: &str) -> String {
        let text = match reason {
            "required" => Text::ObjectionRequired,
            "forbidden" => Text::ObjectionForbidden,
            "held" => Text::ObjectionHeld,
            "removal" => Text::ObjectionRemoval,
            "by-hand" => Text::ObjectionByHand,
            "too-many" => Text::ObjectionTooMany,
            _ => Text::ObjectionProtected,
        };
        self.fill(text, &[names])
    }

    /// Why an upload failed.
    #[must_use]
    pub fn upload_error(self, error: &UploadError) -> String {
        match error {
            UploadError::Source { .. } => error.to_string(),
            UploadError::Empty(folder) => self.fill(Text::UploadEmpty, &[folder]),
            UploadError::NoPackage(path) => self.fill(Text::UploadNoPackage, &[path]),
            UploadError::Name(name) => self.fill(Text::UploadName, &[&format!("{name:?}")]),
            UploadError::LeadsOut(path) => self.fill(Text::UploadLeadsOut, &[path]),
            UploadError::Keys(KeyStoreError::Damaged { path, source, .. }) => {
                self.fill(Text::UploadKeyDamaged, &[path, &source.to_string()])
            }
            UploadError::Keys(reason) => self.fill(Text::UploadKeys, &[&reason.to_string()]),
            UploadError::Credentials(reason) => self.fill(Text::UploadCredentials, &[reason]),
            UploadError::Rejected { path, source } => {
                let said = match source {
                    ApiError::Status {
                        status: status @ 400..=499,
                        detail,
                        ..
                    } => self.fill(Text::UploadRefused, &[&status.to_string(), detail]),
                    other => self.server_error(other),
                };
                format!("{}: {said}", path.display())
            }
            UploadError::Server(source) => self.server_error(source),
        }
    }

    fn server_error(self, error: &ApiError) -> String {
        let whole = error.to_string();
        match error {
            error if error.is_offline() => self.fill(Text::ErrorOffline, &[&whole]),
            ApiError::Status { status, detail, .. } => {
                self.fill(Text::ErrorServer, &[&status.to_string(), detail])
            }
            ApiError::Unsealed { status, detail, .. } => {
                self.fill(Text::ErrorUnsealed, &[&status.to_string(), detail])
            }
            ApiError::Untrusted(reason) => self.fill(Text::ErrorUntrusted, &[&reason.to_string()]),
            ApiError::Transport(TransportError::InsecureCredentials(server)) => {
                self.fill(Text::ErrorInsecureCredentials, &[server])
            }
            ApiError::Transport(_) | ApiError::Malformed { .. } => {
                self.fill(Text::ErrorUnintelligible, &[&whole])
            }
        }
    }

    fn package_error(self, error: &PmsError) -> String {
        match error {
            PmsError::InvalidName(name) => self.fill(Text::ErrorInvalidName, &[name]),
            PmsError::InvalidSearch => self.text(Text::ErrorInvalidSearch).to_owned(),
            PmsError::NotFound(name) => self.fill(Text::ErrorPackageNotFound, &[name]),
            PmsError::Refused(refusal) => refusal
                .0
                .iter()
                .map(|objection| self.objection(objection.why.as_str(), &objection.names()))
                .collect::<Vec<_>>()
                .join("\n"),
            PmsError::Broken { packages, reason } => {
                self.fill(Text::ErrorBroken, &[packages, reason])
            }
            PmsError::NotRemoved { packages, reason } => {
                self.fill(Text::ErrorNotRemoved, &[packages, packages, reason])
            }
            PmsError::Unrepaired { packages, reason } => self.fill(
                Text::ErrorUnrepaired,
                &[packages, packages, packages, reason],
            ),
            PmsError::NoRoom(shortage) => self.fill(
                Text::ErrorNoRoom,
                &[
                    &pms::amount(shortage.needed),
                    &shortage.place,
                    &pms::amount(shortage.free),
                    &pms::amount(shortage.needed.saturating_sub(shortage.free)),
                ],
            ),
            PmsError::Unsteady => self.text(Text::ErrorUnsteady).to_owned(),
            PmsError::LockTimeout(holder) => self.fill(
                Text::ErrorLockTimeout,
                &[&holder.name, &holder.pid.to_string()],
            ),
            PmsError::Conflict(detail)
            | PmsError::Dependency(detail)
            | PmsError::Untrusted(detail)
            | PmsError::DiskFull(detail)
            | PmsError::Download(detail)
            | PmsError::Backend(detail) => format!("{}\n{detail}", self.result(error.code())),
            PmsError::Stopped { .. } => error.to_string(),
            PmsError::Interrupted | PmsError::Cancelled => self.result(error.code()).to_owned(),
            PmsError::Io(source) => source.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_gaps() {
        for text in Text::ALL {
            let (english, spanish) = text.both();
            assert_eq!(
                english.matches("{}").count(),
                spanish.matches("{}").count(),
                "{english}"
            );
            assert!(!english.is_empty() && !spanish.is_empty());
        }
    }

    #[test]
    fn texts_follow_the_locale() {
        for (locale, wishes, language) in [
            ("es_ES.UTF-8", "", Language::Spanish),
            ("de_DE", "", Language::English),
            ("de_DE.UTF-8", "de:es", Language::Spanish),
            ("es_ES", "en", Language::English),
            ("C.UTF-8", "es", Language::English),
            ("", "es", Language::English),
        ] {
            assert_eq!(
                Language::chosen(locale, wishes),
                language,
                "{locale} {wishes}"
            );
        }
        assert_eq!(
            Language::Spanish.fill(Text::ErrorInvalidTag, &["x"]),
            "`x` no es una etiqueta: debe ser PREFIJO-valor"
        );
    }
}
