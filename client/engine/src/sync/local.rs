//! The engine on this computer: its parts, and how they are put together.

use std::path::PathBuf;
use std::sync::Arc;

use migasfree_types::message::Message;

use crate::attributes::{Complaint, Evaluator};
use crate::clock::{Clock, SystemClock};
use crate::config::{ConfigError, Settings, Sources};
use crate::files;
use crate::hooks::{Hooks, TraitStore};
use crate::identity::{self, Identity, SystemIdentity};
use crate::inventory::hardware::HardwareMemory;
use crate::inventory::software::KnownSoftware;
use crate::job::Job;
use crate::keys::KeyStoreError;
use crate::keys::own::{ORDERS_FOLDER, OwnKeyError};
use crate::lock::{FileLock, LockError};
use crate::observer::Stage;
use crate::orders::Orders;
use crate::outbox::{ErrorRecord, Outbox};
use crate::paths::Layout;
use crate::pms::{self, Driver, PackageManager, RepositoryAccess};
use crate::process::root::Root;
use crate::process::supervise::Launcher;
use crate::process::{CommandRunner, SystemRunner};
use crate::random::SystemRandom;
use crate::transport::api::OpenServer;
use crate::transport::{
    ApiError, HttpTransport, Server, Transport, TransportError, is_about_request,
};
use crate::trust::TrustStore;

use super::native::{Means, NativeRegistration};
use super::registration::Registration;
use super::tracker::Tracker;
use super::{EngineError, EngineText, told};

/// What an engine is made of.
#[derive(Debug)]
pub struct Parts {
    pub settings: Settings,
    pub layout: Layout,
    /// Who the computer is.
    pub identity: Arc<dyn Identity>,
    /// How the server comes to know it.
    pub registration: Arc<dyn Registration>,
    /// The way to what a server tells anybody.
    pub transport: Arc<dyn Transport>,
    /// `None` on a system whose package manager is not supported.
    pub packages: Option<Arc<dyn PackageManager>>,
    pub clock: Arc<dyn Clock>,
    pub runner: Arc<dyn CommandRunner>,
    pub root: Root,
}

/// How to open the engine of a computer.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// An alternate root folder with its own package database; `None` for the computer itself.
    pub root: Option<PathBuf>,
    /// Instead of `MIGASFREE_CONF` or `etc/migasfree.conf` below the root.
    pub config: Option<PathBuf>,
    /// The program that calls [`crate::process::helper::run_if_asked`]; `None` for this one.
    pub helper: Option<PathBuf>,
}

/// The [`super::Engine`] of this computer or of an alternate root.
#[derive(Debug)]
pub struct LocalEngine {
    pub(super) settings: Settings,
    pub(super) layout: Layout,
    pub(super) identity: Arc<dyn Identity>,
    pub(super) registration: Arc<dyn Registration>,
    pub(super) open_server: OpenServer,
    pub(super) pms: Option<Arc<dyn PackageManager>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) runner: Arc<dyn CommandRunner>,
    pub(super) outbox: Outbox,
    pub(super) orders: Orders,
    pub(super) known_software: KnownSoftware,
    pub(super) traits: TraitStore,
    pub(super) trust: TrustStore,
    pub(super) hardware: HardwareMemory,
    pub(super) evaluator: Evaluator,
    pub(super) hooks: Hooks,
    /// Folder of what belongs to the server.
    pub(super) folder: PathBuf,
}

impl LocalEngine {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts {
            settings,
            layout,
            identity,
            registration,
            transport,
            packages,
            clock,
            runner,
            root,
        } = parts;
        let folder = layout.state().join(settings.server.folder_name());
        Self {
            open_server: OpenServer::new(transport),
            outbox: Outbox::new(folder.join("outbox")),
            orders: Orders::new(folder.join(ORDERS_FOLDER)),
            known_software: KnownSoftware::new(folder.join("software")),
            traits: TraitStore::new(folder.join("traits.json")),
            trust: TrustStore::new(folder.join("trust.json")),
            hardware: HardwareMemory::new(folder.join("hardware.json")),
            evaluator: Evaluator::new(Arc::clone(&runner), root.clone(), layout.clone()),
            hooks: Hooks::new(Arc::clone(&runner), root, layout.clone()),
            pms: packages,
            settings,
            layout,
            identity,
            registration,
            clock,
            runner,
            folder,
        }
    }

    /// The engine of this computer with everything real.
    ///
    /// # Errors
    /// When the configuration makes no sense or the state cannot be read.
    pub async fn open(options: &OpenOptions) -> Result<Self, EngineError> {
        let layout = Layout::new(options.root.clone().unwrap_or_else(|| "/".into()));
        let settings = load_settings(&layout, options.config.clone())?;
        let helper = match &options.helper {
            Some(helper) => helper.clone(),
            None => std::env::current_exe().map_err(|error| io("the own program", error))?,
        };
        let root = Root::new(layout.root().to_owned(), helper.clone());
        let runner: Arc<dyn CommandRunner> = Arc::new(SystemRunner::detect());
        let family = pms::detect(&layout, settings.package_manager.as_deref());
        let packages = family.map(|family| {
            let launcher = Launcher::new(helper, layout.is_host());
            let (root, runner) = (root.clone(), Arc::clone(&runner));
            let driver = Driver::new(family.back_end(), root, runner, launcher, layout.jobs());
            let driver = driver.with_script_limit(settings.script_silence_limit);
            Arc::new(driver) as Arc<dyn PackageManager>
        });
        let folder = layout.state().join(settings.server.folder_name());
        let transport = HttpTransport::new(&settings, &language(), &folder)?;
        let transport: Arc<dyn Transport> = Arc::new(transport);
        let identity: Arc<dyn Identity> = Arc::new(SystemIdentity::new(
            computer_uuid(&layout, &*runner, &settings.firmware_fillers).await?,
            settings.computer_name.clone(),
            Arc::clone(&runner),
        ));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let means = Means {
            transport: Arc::clone(&transport),
            identity: Arc::clone(&identity),
            packages: packages.clone(),
            clock: Arc::clone(&clock),
            random: Arc::new(SystemRandom),
        };
        let registration = NativeRegistration::new(&settings, &layout, means);
        registration.adopt_older_keys(&layout, &settings.server.host);
        Ok(Self::new(Parts {
            identity,
            registration: Arc::new(registration),
            transport,
            packages,
            clock,
            runner,
            root,
            settings,
            layout,
        }))
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The server as anybody may talk to it, for what needs no engine (uploads).
    #[must_use]
    pub fn open_server(&self) -> &OpenServer {
        &self.open_server
    }

    /// The package manager.
    ///
    /// # Errors
    /// [`EngineError::NoPackageManager`].
    pub fn package_manager(&self) -> Result<&dyn PackageManager, EngineError> {
        self.pms.as_deref().ok_or(EngineError::NoPackageManager)
    }

    /// Attributes the server assigned to this computer; with `only_own` just the one that stands for it alone.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn attributes(
        &self,
        only_own: bool,
    ) -> Result<crate::transport::messages::Page<serde_json::Value>, EngineError> {
        let server = self.server().await?;
        self.known(server.attributes(only_own).await).await
    }

    /// The answer to a question about this computer. Where there is none, the server may know it by another number.
    pub(super) async fn known<T>(&self, answer: Result<T, ApiError>) -> Result<T, EngineError> {
        if answer
            .as_ref()
            .is_err_and(|error| error.status() == Some(404))
        {
            self.registration.look_again().await;
        }
        Ok(answer?)
    }

    /// Only one migasfree at a time writes.
    pub(super) fn lock(&self) -> Result<FileLock, EngineError> {
        FileLock::take(&self.layout.lock_file()).map_err(|error| match error {
            LockError::Held(holder) => EngineError::Locked(holder),
            LockError::Io(error) => io(&self.layout.lock_file().display().to_string(), error),
        })
    }

    /// The server as this computer talks to it, which asks for nothing where it is known there.
    pub(super) async fn server(&self) -> Result<Arc<dyn Server>, EngineError> {
        match self.registration.known() {
            Some(server) => Ok(server),
            None => self.fresh_server().await,
        }
    }

    /// As [`Self::server`], but the server is always asked: it may have forgotten or moved this computer.
    pub(super) async fn fresh_server(&self) -> Result<Arc<dyn Server>, EngineError> {
        let server = self.registration.session().await?;
        // What is remembered of it has a place, whatever its registration keeps there.
        if !self.folder.is_dir() {
            files::private_folder(&self.folder)
                .map_err(|error| io(&self.folder.display().to_string(), error))?;
        }
        Ok(server)
    }

    pub(super) fn access(&self) -> RepositoryAccess {
        let server = &self.settings.server;
        RepositoryAccess {
            protocol: server.scheme.as_str().to_owned(),
            server: server.authority(),
            host: server.host.clone(),
            proxy_cache: self.settings.package_proxy_cache.clone(),
        }
    }

    /// Keeps an error for the server and tells the observer; the job goes on.
    pub(super) fn record(&self, stage: Stage, said: Message, tracker: &Tracker<'_>) {
        self.keep_error(stage, &said.text);
        tracker.failed(stage, said);
    }

    /// As [`Self::record`], with code and all that it said for the administrator alone.
    pub(super) fn complain(&self, stage: Stage, complaint: &Complaint, tracker: &Tracker<'_>) {
        tracker.failed(stage, told::complaint(complaint));
        self.keep_error(stage, &complaint.text);
    }

    /// Keeps an error for the server.
    pub(super) fn keep_error(&self, stage: Stage, text: &str) {
        let record = ErrorRecord {
            at: self.clock.now(),
            step: stage.as_str().to_owned(),
            text: text.to_owned(),
        };
        if let Err(error) = self.outbox.add_error(record) {
            tracing::warn!(%error, "an error for the server cannot be kept");
        }
    }

    /// Stops where stopping is safe, if somebody asked for it.
    pub(super) fn checkpoint(job: &Job<'_>) -> Result<(), EngineError> {
        if job.cancel.is_cancelled() {
            Err(EngineError::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Work that may be given up at any moment.
    pub(super) async fn unless_cancelled<T>(
        job: &Job<'_>,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        tokio::select! {
            biased;
            () = job.cancel.cancelled() => Err(EngineError::Cancelled),
            done = work => done,
        }
    }

    pub(super) fn folder(&self) -> &PathBuf {
        &self.folder
    }
}

/// The file the settings of a root are in, readable or not.
#[must_use]
pub fn settings_file(layout: &Layout) -> PathBuf {
    let named = std::env::var_os("MIGASFREE_CONF").filter(|path| !path.is_empty());
    named.map_or_else(|| layout.config_file(), PathBuf::from)
}

/// The settings of a root, without opening an engine.
///
/// # Errors
/// When the configuration makes no sense.
pub fn load_settings(
    layout: &Layout,
    config_file: Option<PathBuf>,
) -> Result<Settings, EngineError> {
    let environment = |name: &str| std::env::var(name).ok();
    let file = config_file.unwrap_or_else(|| settings_file(layout));
    let os_release = files::read_optional(&layout.inside("etc/os-release"))
        .ok()
        .flatten();
    Settings::load(&Sources {
        file,
        environment: &environment,
        host_name: &identity::host_name(),
        os_release: &os_release.unwrap_or_default(),
    })
    .map_err(EngineError::from)
}

/// The hardware's number; an alternate root has one of its own, so that it is not taken for the computer it lies on.
async fn computer_uuid(
    layout: &Layout,
    runner: &dyn CommandRunner,
    fillers: &[String],
) -> Result<String, EngineError> {
    if layout.is_host() {
        return Ok(identity::hardware_uuid(runner, fillers).await);
    }
    let path = layout.state().join("uuid");
    let read =
        files::read_optional(&path).map_err(|error| io(&path.display().to_string(), error))?;
    if let Some(uuid) = read.and_then(|text| uuid::Uuid::parse_str(text.trim()).ok()) {
        return Ok(uuid.to_string().to_uppercase());
    }
    let uuid = crate::random::uuid().to_string().to_uppercase();
    files::private_folder(&layout.state())
        .and_then(|()| files::write(&path, uuid.as_bytes(), 0o600))
        .map_err(|error| io(&path.display().to_string(), error))?;
    Ok(uuid)
}

/// The language of texts the server sends.
fn language() -> String {
    let named = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    language_tag(&named.unwrap_or_default())
}

/// `es-ES` for `es_ES.UTF-8`, as HTTP writes languages; English for what names none.
fn language_tag(locale: &str) -> String {
    let first = locale.split([':', '.', '@']).next().unwrap_or_default();
    match first {
        "" | "C" | "POSIX" => "en".to_owned(),
        name => name.replace('_', "-"),
    }
}

impl From<ConfigError> for EngineError {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(told::configuration(&error)))
    }
}

pub(super) fn io(what: &str, source: std::io::Error) -> EngineError {
    EngineError::Io {
        what: what.to_owned(),
        source,
    }
}

impl From<KeyStoreError> for EngineError {
    fn from(error: KeyStoreError) -> Self {
        match error {
            // A disk that is full or read-only is no matter of the configuration.
            KeyStoreError::Io { path, source } => Self::Io { what: path, source },
            other => Self::Config(Box::new(told::keys(&other))),
        }
    }
}

impl From<OwnKeyError> for EngineError {
    fn from(error: OwnKeyError) -> Self {
        let damaged = |file: PathBuf, reason: String| Self::OwnKeyDamaged {
            file: file.display().to_string(),
            reason,
        };
        match error {
            OwnKeyError::Key { file, source } => damaged(file, source.to_string()),
            OwnKeyError::Enrolment { file, source } => Self::OwnFileDamaged {
                file: file.display().to_string(),
                reason: source.to_string(),
            },
            OwnKeyError::Io { file, source } => io(&file.display().to_string(), source),
        }
    }
}

impl From<ApiError> for EngineError {
    fn from(error: ApiError) -> Self {
        if let Some(why) = error.unreached() {
            return Self::Offline(why);
        }
        if let Some(seconds) = error.busy_for() {
            return Self::Saturated { seconds };
        }
        let (ends_key, is_unknown_key) = (error.ends_key(), error.is_unknown_key());
        match error {
            ApiError::Status { said, .. } if ends_key => Self::KeyEnded(said),
            ApiError::Status { said, .. } if is_unknown_key => Self::KeyUnknown(said),
            ApiError::Status { said, .. } if is_about_request(&said.code) => {
                Self::RequestRefused(said)
            }
            ApiError::Status {
                status: 401 | 403,
                said,
                ..
            } => Self::Refused(said),
            ApiError::Status {
                status,
                said: detail,
                ..
            } => Self::Server { status, detail },
            ApiError::Unsealed {
                call,
                status,
                detail,
                ..
            } => Self::Unsealed {
                status,
                detail: Box::new(Message::verbatim(format!("{call}: {detail}"))),
            },
            ApiError::Transport(TransportError::InsecureCredentials(server)) => {
                let refused = EngineText::ErrorInsecureCredentials.told(&[&server]);
                Self::Config(Box::new(refused))
            }
            ApiError::Untrusted(reason) => Self::Untrusted(reason),
            ApiError::Changed { call, reason } => Self::Changed(format!("{call}: {reason}")),
            ApiError::NotNative { call, status } => Self::NotNative(format!("{call} ({status})")),
            ApiError::Skewed { behind, seconds } => Self::Skewed { behind, seconds },
            ApiError::Transport(TransportError::File { path, source }) => {
                Self::Io { what: path, source }
            }
            ApiError::Transport(error) => Self::Unintelligible(error.to_string()),
            ApiError::Malformed { call, reason } => {
                Self::Unintelligible(format!("{call}: {reason}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::language_tag;

    #[test]
    fn locales_become_languages_servers_know() {
        for (locale, tag) in [
            ("es_ES.UTF-8", "es-ES"),
            ("ca@valencia", "ca"),
            ("eu:es:en", "eu"),
            ("C.UTF-8", "en"),
            ("", "en"),
        ] {
            assert_eq!(language_tag(locale), tag, "{locale}");
        }
    }
}
