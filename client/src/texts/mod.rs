//! What this program says, in the person's language: its errors as messages with codes, and the words of the command line.

mod table;

use std::io;
use std::sync::LazyLock;

use migasfree_locales::{CLIENT, SERVER};
use migasfree_types::message::{Catalog, Declared, Message};

use crate::config::{Expected, Misread, Used};
use crate::job::ResultCode;
use crate::keys::KeyStoreError;
use crate::observer::Stage;
use crate::sync::{EngineError, told};
use crate::transport::{ApiError, TransportError};
use crate::upload::UploadError;

pub use crate::daemon::texts::Text as DaemonText;
pub use crate::sync::EngineText;
pub use crate::sync::told::{configuration, error, of_result, os, outcome, unseen, with_problems};
pub use table::Text;

/// A language the command line speaks, by its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(&'static str);

/// The catalogues of all languages but English, which is declared; with what the server says, whose refusals come with codes.
static CATALOGS: LazyLock<Vec<(&'static str, Catalog)>> = LazyLock::new(|| {
    let read = |(tag, source): &(&'static str, &str)| {
        let own = Catalog::read(tag, source).ok()?;
        Some((
            *tag,
            own.with(migasfree_locales::catalog(SERVER, tag).ok()?),
        ))
    };
    CLIENT.iter().filter_map(read).collect()
});

impl Language {
    /// What everything is declared in.
    pub const ENGLISH: Self = Self("en");

    /// Its tag: `es`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.0
    }

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
            return Self::ENGLISH;
        }
        let languages = wishes.split(':').chain([locale]);
        languages
            .filter_map(Self::of_locale)
            .next()
            .unwrap_or(Self::ENGLISH)
    }

    pub(super) fn of_locale(locale: &str) -> Option<Self> {
        let wanted = locale.split(['_', '.', '@']).next()?;
        let translated = CLIENT.iter().map(|(tag, _)| *tag);
        let mut tags = translated.chain([Self::ENGLISH.0]);
        tags.find(|tag| *tag == wanted).map(Self)
    }

    /// A text without arguments.
    #[must_use]
    pub fn text(self, text: Text) -> &'static str {
        self.plain(text.declared())
    }

    fn plain(self, declared: Declared) -> &'static str {
        self.translated(declared.code).unwrap_or(declared.text)
    }

    /// What a code without arguments is in the catalogue of this language; `None` in English.
    pub(super) fn translated(self, code: &str) -> Option<&'static str> {
        self.catalog()?.plain(code)
    }

    /// A text with its arguments, in the order in which they are declared.
    #[must_use]
    pub fn fill(self, text: Text, values: &[&str]) -> String {
        self.say(&text.told(values))
    }

    /// A message, of the daemon or of this program.
    #[must_use]
    pub fn say(self, message: &Message) -> String {
        match self.catalog() {
            Some(catalog) => catalog.text(message),
            None => message.text.clone(),
        }
    }

    fn catalog(self) -> Option<&'static Catalog> {
        if self == Self::ENGLISH {
            return None;
        }
        let mut catalogs = CATALOGS.iter();
        catalogs
            .find(|(tag, _)| *tag == self.0)
            .map(|(_, catalog)| catalog)
    }

    #[must_use]
    pub fn stage(self, stage: Stage) -> &'static str {
        self.text(match stage {
            // A stage this version does not know is one of the general ones.
            Stage::Connect | Stage::Unknown => Text::StageConnect,
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

    /// What a result says.
    #[must_use]
    pub fn result(self, code: ResultCode) -> &'static str {
        self.plain(told::of_result(code).declared())
    }

    /// An error of the engine as a sentence that says what to do.
    #[must_use]
    pub fn error(self, error: &EngineError) -> String {
        self.say(&told::error(error))
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
            Expected::RemoteSupport => Text::ExpectedRemoteSupport,
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
        self.say(&told::objection(reason, names))
    }

    /// Why an upload failed.
    #[must_use]
    pub fn upload_error(self, error: &UploadError) -> String {
        match error {
            UploadError::Source { path, source } => {
                self.say(&of_file(path.display().to_string(), source))
            }
            UploadError::Empty(folder) => self.fill(Text::UploadEmpty, &[folder]),
            UploadError::NoPackage(path) => self.fill(Text::UploadNoPackage, &[path]),
            UploadError::Name(name) => self.fill(Text::UploadName, &[&format!("{name:?}")]),
            UploadError::LeadsOut(path) => self.fill(Text::UploadLeadsOut, &[path]),
            UploadError::Keys(KeyStoreError::Damaged { path, source, .. }) => {
                self.fill(Text::UploadKeyDamaged, &[path, &source.to_string()])
            }
            UploadError::Keys(KeyStoreError::Io { path, source }) => {
                self.say(&Text::UploadKeys.with([of_file(path.clone(), source).into()]))
            }
            UploadError::Keys(reason) => {
                self.fill(Text::UploadKeys, &[&self.say(&told::keys(reason))])
            }
            UploadError::Credentials(reason) => {
                self.say(&Text::UploadCredentials.with([Message::clone(reason).into()]))
            }
            UploadError::Rejected { path, source } => {
                let said = match source {
                    ApiError::Status {
                        status: status @ 400..=499,
                        said,
                        ..
                    } if source.busy_for().is_none() => {
                        let said = Message::clone(said).into();
                        self.say(&Text::UploadRefused.with([status.to_string().into(), said]))
                    }
                    other => self.server_error(other),
                };
                format!("{}: {said}", path.display())
            }
            UploadError::Server(source) => self.server_error(source),
        }
    }

    fn server_error(self, error: &ApiError) -> String {
        if let Some(why) = error.unreached() {
            return self.say(&told::unreached(&why));
        }
        if let Some(seconds) = error.busy_for() {
            return self.say(&EngineText::ErrorSaturated.with([seconds.into()]));
        }
        match error {
            ApiError::Status { status, said, .. } => {
                let said = Message::clone(said).into();
                self.say(&EngineText::ErrorServer.with([status.to_string().into(), said]))
            }
            ApiError::Unsealed { status, detail, .. } => {
                self.say(&EngineText::ErrorUnsealed.told(&[&status.to_string(), detail]))
            }
            ApiError::Untrusted(reason) => self.say(&EngineText::ErrorUntrusted.told(&[reason])),
            ApiError::Transport(TransportError::InsecureCredentials(server)) => {
                self.say(&EngineText::ErrorInsecureCredentials.told(&[server]))
            }
            ApiError::Transport(TransportError::File { path, source }) => {
                self.say(&of_file(path.clone(), source))
            }
            ApiError::Transport(_)
            | ApiError::Malformed { .. }
            | ApiError::Changed { .. }
            | ApiError::NotNative { .. }
            | ApiError::Skewed { .. } => {
                self.say(&EngineText::ErrorUnintelligible.told(&[&error.to_string()]))
            }
        }
    }
}

/// What the operating system says of a file.
fn of_file(file: String, error: &io::Error) -> Message {
    EngineText::ErrorFile.with([file.into(), os(error).into()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeMap, BTreeSet};

    use migasfree_locales::CLIENT_ENGLISH;
    use migasfree_types::message::{Args, Pattern};

    use std::path::Path;

    use super::*;
    use crate::cli::help;

    /// Set to write the English catalogue instead of comparing it.
    const WRITE: &str = "MIGASFREE_WRITE_CATALOGUE";

    const SPANISH: Language = Language("es");

    fn declared() -> impl Iterator<Item = Declared> {
        let own = Text::ALL.iter().map(|text| text.declared());
        let of_the_engine = EngineText::ALL.iter().map(|text| text.declared());
        let of_the_daemon = DaemonText::ALL.iter().map(|text| text.declared());
        let of_the_bus = migasfree_dbus::messages::DECLARED.iter().copied();
        own.chain(of_the_engine)
            .chain(of_the_daemon)
            .chain(of_the_bus)
    }

    #[test]
    fn a_text_names_its_arguments() {
        for declared in declared() {
            let pattern = Pattern::read(declared.text).unwrap();
            let named: BTreeSet<&str> = declared.args.iter().copied().collect();
            assert_eq!(pattern.args(), named, "{}", declared.code);
        }
    }

    /// What the others have is compared with it in `shared/locales`.
    #[test]
    fn the_english_catalogue_is_what_is_declared() {
        let mut texts: BTreeMap<String, String> = declared()
            .map(|one| (one.code.to_owned(), one.text.replace('\n', "\n    ")))
            .collect();
        texts.extend(help::originals());
        let mut catalogue = String::from(
            "# What the command line says, as it is declared: its texts and its grammar are the original.\n",
        );
        for (code, text) in texts {
            catalogue.push_str(&format!("{code} = {text}\n"));
        }
        if std::env::var_os(WRITE).is_some() {
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/locales/en/client.ftl");
            std::fs::write(path, &catalogue).unwrap();
            return;
        }
        assert_eq!(
            CLIENT_ENGLISH, catalogue,
            "run this test with {WRITE}=1, and translate what is new"
        );
    }

    #[test]
    fn texts_follow_the_locale() {
        for (locale, wishes, language) in [
            ("es_ES.UTF-8", "", SPANISH),
            ("de_DE", "", Language::ENGLISH),
            ("de_DE.UTF-8", "de:es", SPANISH),
            ("es_ES", "en", Language::ENGLISH),
            ("C.UTF-8", "es", Language::ENGLISH),
            ("", "es", Language::ENGLISH),
        ] {
            assert_eq!(
                Language::chosen(locale, wishes),
                language,
                "{locale} {wishes}"
            );
        }
        let said = Message {
            code: "key_unknown".into(),
            args: Args::new(),
            text: "The server does not know the key of this computer: enrol it".to_owned(),
        };
        let told = SPANISH.error(&EngineError::Refused(Box::new(said)));
        assert!(told.contains("no conoce la clave"), "{told}");
        assert_eq!(
            SPANISH.say(&EngineText::ErrorInvalidTag.told(&["x"])),
            "`x` no es una etiqueta: debe ser PREFIJO-valor"
        );
    }
}
