//! The engine: what a synchronisation and the smaller jobs do, step by step.

mod demands;
mod engine;
mod full;
mod local;
mod native;
mod packages;
mod registration;
mod sealed;
mod steps;
mod texts;
pub mod told;
mod tracker;
mod trusting;

use std::path::PathBuf;

use async_trait::async_trait;
use migasfree_native::key::{KeyPair, PublicKey};
use migasfree_types::message::Message;
use serde::{Deserialize, Serialize};

use crate::job::{Job, JobId, ResultCode};
use crate::keys::certificate::OwnCertificate;
use crate::orders::Orders;
use crate::pms::{Action, Candidate, FoundPackage, InstalledPackage, PackageName, Plan, PmsError};
use crate::policy::{Asker, Verdict};
use crate::transport::Unreached;
use crate::transport::api::Availability;
use crate::transport::messages::{
    App, AppId, AppRequest, Category, ComputerId, ComputerInfo, Label, MandatoryPackages, Tags,
    Trait,
};

pub use local::{LocalEngine, OpenOptions, Parts, load_settings, settings_file};
pub use native::{Means, NativeRegistration};
pub use registration::Registration;
pub use sealed::SealedRegistration;
pub use texts::EngineText;

/// How much of a synchronisation to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    #[default]
    Full,
    Attributes,
    Faults,
    Software,
    Hardware,
    Devices,
}

/// What to synchronise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRequest {
    pub scope: Scope,
    /// Upgrade everything even if the configuration says not to.
    pub force_upgrade: bool,
    /// Nobody waits for it: a server with no time for it is left alone.
    #[serde(default)]
    pub background: bool,
}

/// How a job of the engine ended well, or nearly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub code: ResultCode,
    /// What is said of steps that failed without ending the job.
    pub problems: Vec<Message>,
}

/// Who may register this computer; empty texts ask for automatic registration.
#[derive(Clone, Default)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Who this computer is to the server, known without asking it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub computer_id: Option<ComputerId>,
    pub registered: bool,
    pub name: String,
    pub uuid: String,
    pub server: String,
    pub project: String,
    /// The package manager's name; empty when none was found.
    pub package_manager: String,
    pub manage_devices: bool,
    pub auto_update: bool,
}

/// What remote support is signed and verified with. It never leaves the daemon.
#[derive(Debug)]
pub struct RemoteTrust {
    /// The number of this computer.
    pub computer: ComputerId,
    /// Its key.
    pub key: KeyPair,
    /// The key that signs for the server.
    pub server: PublicKey,
    /// What the certificate of the server is checked by besides those of the system, in PEM.
    pub authorities: String,
    /// The proxy on the way to the server.
    pub proxy: Option<String>,
    /// The certificate that this computer shows there.
    pub certificate: Option<OwnCertificate>,
}

/// How a computer proves to its server who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Standing {
    /// It is not registered.
    #[default]
    Unknown,
    /// By the key of its project, which all its computers have.
    ProjectKey,
    /// By the key it made itself.
    OwnKey { fingerprint: String },
    /// By nothing yet: an administrator has to approve its key.
    Pending { fingerprint: String },
    /// By nothing: the server never takes its key.
    Rejected { fingerprint: String },
    /// By nothing: files of the key that it made itself are damaged or missing.
    Damaged { fingerprint: String },
}

impl Standing {
    /// Whether it speaks the native protocol.
    #[must_use]
    pub fn is_native(&self) -> bool {
        matches!(self, Self::OwnKey { .. } | Self::Damaged { .. })
    }

    /// The word for it: `none`, `project-key`, `own-key`, `pending`, `rejected` or `damaged`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "none",
            Self::ProjectKey => "project-key",
            Self::OwnKey { .. } => "own-key",
            Self::Pending { .. } => "pending",
            Self::Rejected { .. } => "rejected",
            Self::Damaged { .. } => "damaged",
        }
    }

    /// What its key is called; empty where it has none of its own.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        match self {
            Self::Unknown | Self::ProjectKey => "",
            Self::OwnKey { fingerprint }
            | Self::Pending { fingerprint }
            | Self::Rejected { fingerprint }
            | Self::Damaged { fingerprint } => fingerprint,
        }
    }
}

/// First IPv4 network of the computer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkInfo {
    /// `a.b.c.d/prefix`; empty without a network, like the other two.
    pub network: String,
    pub mask: String,
    pub ip_address: String,
}

/// The catalogue as the server offers it to this computer now.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogSnapshot {
    pub apps: Vec<App>,
    pub categories: Vec<Category>,
}

/// A file of the server's public area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicFile {
    pub media_type: String,
    pub content: Vec<u8>,
}

/// What can end a job of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Offline(Unreached),
    #[error("this computer is not registered; run `migasfree register`")]
    NotRegistered,
    /// Nobody was named who may register this computer.
    #[error(
        "the server wants to know who registers this computer ({0}); run `migasfree register --user NAME` with somebody \
         who may"
    )]
    WhoRegisters(Box<Message>),
    #[error(
        "the server does not let this user register computers ({0}); check name and password, or ask whoever runs the \
         server for the right to"
    )]
    BadCredentials(Box<Message>),
    #[error(
        "the server refuses this computer: {0}; ask whoever runs the server to admit it, or run \
         `migasfree register --user NAME` with somebody who may register computers"
    )]
    Refused(Box<Message>),
    /// The server does not take a request, whoever makes it.
    #[error(
        "the server does not take this request, which may have been changed, held back or repeated on its way: {0}; try \
         again, on another network if it lasts"
    )]
    RequestRefused(Box<Message>),
    /// The server has no such key: it was restored from a backup, or this computer was deleted there.
    #[error(
        "the server does not know this computer any more: {0}; `migasfree sync` enrols it again where a token of the \
         configuration or its project lets it in, else run `migasfree register --user NAME`"
    )]
    KeyUnknown(Box<Message>),
    /// The server hands out another key than the one this computer knows it by.
    #[error(
        "the keys of {0} are other ones than those this computer knows it by; if that is right, because the server was \
         set up anew, root runs `migasfree register --accept-new-keys`"
    )]
    NewKeys(String),
    /// An answer is not signed as the server's: nothing follows from it.
    #[error(
        "the answer was changed on the way or comes from another server ({0}): nothing of it is believed, and this computer \
         stays as it was"
    )]
    Changed(String),
    /// The server spoke the native protocol before, or its key is known, and what answers now does not.
    #[error(
        "what answers at {0} does not speak the protocol that the server spoke before: somebody may stand between, and \
         nothing of it is believed. If that is right, because the server was set up anew, root runs \
         `migasfree register --accept-new-keys`"
    )]
    NotNative(String),
    /// The server refuses what comes with such a time.
    #[error(
        "this computer's clock is {seconds} seconds away from the server's; set it right and try again"
    )]
    Skewed { behind: bool, seconds: u64 },
    /// An administrator of the server has to approve this computer.
    #[error(
        "this computer waits for approval; the fingerprint of its key is {fingerprint}, and it asks again in \
         {retry_after} seconds"
    )]
    Pending {
        fingerprint: String,
        retry_after: u64,
    },
    /// The token does not let this computer in.
    #[error("the server does not let this computer in with this token: {0}")]
    TokenRefused(Box<Message>),
    /// The server never takes the key of this computer again: it was replaced, revoked or rejected.
    #[error(
        "the server does not take the key of this computer any more: {0}; run `migasfree register`, which makes another one"
    )]
    KeyEnded(Box<Message>),
    /// A token is for servers of the native protocol.
    #[error(
        "{0} does not speak the native protocol, and takes no enrolment tokens; register with `migasfree register --user NAME`"
    )]
    NoTokens(String),
    /// A token names another server than the one of the configuration.
    #[error(
        "the token, or the key that was named, is for another server than {0}; check the address of the server with `migasfree conf`"
    )]
    OthersToken(String),
    /// The key this computer made itself, or what is known of it.
    #[error(
        "the key of this computer is damaged: {file} ({reason}); put the file back from a backup, or replace the key with \
         `migasfree register --user NAME` or `migasfree register --token-file FILE`"
    )]
    OwnKeyDamaged { file: String, reason: String },
    /// What this computer remembers of its key cannot be read.
    #[error(
        "what this computer remembers of its key is damaged: {file} ({reason}); put the file back from a backup, or run \
         `migasfree register`, which asks the server again"
    )]
    OwnFileDamaged { file: String, reason: String },
    /// A file that a computer with a key of its own needs to speak to its server.
    #[error("{0} is missing; put it back from a backup, or run `migasfree register`")]
    OwnFileMissing(String),
    #[error("the server asks to come back in {seconds} seconds")]
    Saturated { seconds: u64 },
    #[error("the server failed ({status}): {detail}")]
    Server { status: u16, detail: Box<Message> },
    /// An error in the clear in place of a sealed answer: it says nothing about what the server knows.
    #[error(
        "the server's place was taken by an answer in the clear ({status}): {detail}; a proxy or the sign-in page of a \
         network may stand between, try again when it does not"
    )]
    Unsealed { status: u16, detail: Box<Message> },
    #[error(
        "the server's keys are other ones than at registration, or somebody answers in its place ({0}): nothing of it is \
         believed. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`"
    )]
    Untrusted(String),
    /// Nobody vouches for the key the repositories are signed with now.
    #[error(
        "the repository key {fingerprint} of {server} is not trusted: {why}. If it is right, root accepts it with \
         `migasfree keys accept {fingerprint}`"
    )]
    KeyRefused {
        server: String,
        fingerprint: String,
        why: Box<Message>,
    },
    /// The file with what is remembered of the server's keys: nothing is trusted then.
    #[error(
        "what this computer remembers of the server's keys is damaged: {file} ({reason}); put the file back from a backup, \
         or remove it and run `migasfree register` to trust the server's keys anew"
    )]
    TrustDamaged { file: String, reason: String },
    /// An answer that is too long, or not of the shape agreed on.
    #[error("the server does not speak as expected: {0}")]
    Unintelligible(String),
    #[error("no supported package manager was found")]
    NoPackageManager,
    #[error("`{0}` is not a tag: PREFIX-value is expected")]
    InvalidTag(String),
    /// None of the tags that were wanted is one of the server's.
    #[error("the server does not have these tags: {0}")]
    UnknownTags(String),
    #[error("the configuration is wrong: {0}")]
    Config(Box<Message>),
    #[error("another migasfree (process {0}) is working; wait until it ends")]
    Locked(u32),
    #[error("this version does not manage printers")]
    NoPrinters,
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Packages(#[from] PmsError),
    #[error("{what}: {source}")]
    Io {
        what: String,
        #[source]
        source: std::io::Error,
    },
}

impl EngineError {
    /// Whether something answered that is not the server's sealed word, so that nobody knows what the server would say.
    #[must_use]
    pub fn is_no_word(&self) -> bool {
        matches!(
            self,
            Self::Unsealed { .. }
                | Self::Unintelligible(_)
                | Self::Untrusted(_)
                | Self::Changed(_)
                | Self::NotNative(_)
                | Self::Skewed { .. }
                | Self::RequestRefused(_)
                | Self::Saturated { .. }
        )
    }

    /// The code a job ends with.
    #[must_use]
    pub fn code(&self) -> ResultCode {
        match self {
            Self::Offline(_) | Self::Saturated { .. } => ResultCode::Offline,
            Self::NotRegistered
            | Self::WhoRegisters(_)
            | Self::BadCredentials(_)
            | Self::Refused(_)
            | Self::RequestRefused(_)
            | Self::KeyUnknown(_)
            | Self::Server { .. }
            | Self::Unsealed { .. }
            | Self::Unintelligible(_)
            | Self::Skewed { .. }
            | Self::Pending { .. }
            | Self::KeyEnded(_)
            | Self::TokenRefused(_)
            | Self::NoTokens(_)
            | Self::UnknownTags(_) => ResultCode::Server,
            Self::Untrusted(_)
            | Self::NewKeys(_)
            | Self::Changed(_)
            | Self::NotNative(_)
            | Self::OthersToken(_)
            | Self::OwnKeyDamaged { .. }
            | Self::OwnFileDamaged { .. }
            | Self::OwnFileMissing(_)
            | Self::TrustDamaged { .. }
            | Self::KeyRefused { .. } => ResultCode::Untrusted,
            Self::NoPackageManager | Self::NoPrinters => ResultCode::Backend,
            Self::InvalidTag(_) | Self::Config(_) => ResultCode::NotFound,
            Self::Locked(_) => ResultCode::LockTimeout,
            Self::Cancelled => ResultCode::ByUser,
            Self::Packages(error) => error.code(),
            Self::Io { .. } => ResultCode::Internal,
        }
    }
}

/// What migasfree can do on a computer. One job that writes at a time; reads may run beside it.
#[async_trait]
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Known without asking the server.
    fn identity(&self) -> Identity;

    /// How this computer proves who it is. Known without asking the server.
    fn standing(&self) -> Standing {
        Standing::Unknown
    }

    /// Until when the certificate that this computer shows is valid, in seconds since 1970; `None` where it has none.
    fn certificate_until(&self) -> Option<i64> {
        None
    }

    /// What remote support is signed and verified with; `None` where the server does not know this computer by a key of its
    /// own, or does not offer it.
    fn remote_trust(&self) -> Option<RemoteTrust> {
        None
    }

    /// What orders of the server are verified with; `None` where it does not know this computer by a key of its own.
    fn order_trust(&self) -> Option<RemoteTrust> {
        None
    }

    /// Orders that came with a plan, and what became of orders.
    fn orders(&self) -> Option<Orders> {
        None
    }

    /// Tells the server what became of its orders, as far as it was not told.
    async fn tell_actions(&self) -> Result<(), EngineError> {
        Ok(())
    }

    /// First IPv4 network.
    fn network(&self) -> NetworkInfo;

    /// Whether this computer has an address to reach others from, of whatever family.
    fn has_network(&self) -> bool;

    /// Registers with the server: keys, then the computer's record.
    async fn register(
        &self,
        credentials: &Credentials,
        job: &Job<'_>,
    ) -> Result<ComputerId, EngineError>;

    /// Forgets keys and number; with `all` those of every server this computer ever had.
    fn unregister(&self, all: bool) -> Result<(), EngineError>;

    /// Whether the server has time for a synchronisation that nobody waits for.
    async fn availability(&self) -> Availability {
        Availability::Available
    }

    /// Synchronises, registering first when that needs no credentials.
    async fn sync(&self, request: SyncRequest, job: &Job<'_>) -> Result<Outcome, EngineError>;

    /// Installs, removes, upgrades or refreshes, then tells the server which software is there. Packages already as
    /// wanted are skipped; with nothing left the code is `nothing-to-do`.
    async fn packages(
        &self,
        action: &Action,
        asker: Asker,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError>;

    /// After a restart: goes on with the package process of a job that was running, and tells the server the result.
    /// `None` when the job had none: run it again from the start.
    async fn resume(&self, job: &Job<'_>) -> Option<Result<Outcome, EngineError>>;

    /// Finishes what an interrupted job left half done with packages; `nothing-to-do` when all is well.
    async fn repair(&self, job: &Job<'_>) -> Result<Outcome, EngineError>;

    /// Whether interrupted work left something behind that a repair takes back, whoever began it. Cheap.
    fn awaits_repair(&self) -> bool;

    /// Forgets the process records of a job that ended.
    fn forget(&self, job: &JobId);

    /// Sets the tags; with `apply` the packages they ask for follow at once.
    async fn set_tags(
        &self,
        tags: &[String],
        apply: bool,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError>;

    async fn tags(&self) -> Result<Tags, EngineError>;

    async fn catalog(&self) -> Result<CatalogSnapshot, EngineError>;

    /// Fetches a file of the server, such as an icon: an address below the server or a path on it. At most 8 MiB.
    async fn public_file(&self, address: &str) -> Result<PublicFile, EngineError>;

    async fn info(&self) -> Result<ComputerInfo, EngineError>;

    async fn label(&self) -> Result<Label, EngineError>;

    async fn traits(&self) -> Result<Vec<Trait>, EngineError>;

    /// The traits the last full synchronisation left; empty before the first.
    fn last_traits(&self) -> Vec<Trait>;

    /// What the server says about itself: version and organisation.
    async fn server_info(&self) -> Result<crate::transport::messages::ServerInfo, EngineError>;

    /// Tells the server that there are no more questions, so that it does not show this computer as busy. Never fails.
    async fn end_transmission(&self) {}

    /// Sends what waits in the outbox. The number of records still waiting.
    async fn flush_outbox(&self) -> Result<usize, EngineError>;

    /// Checks a package name against the package manager's grammar.
    fn package_name(&self, text: &str) -> Result<PackageName, EngineError>;

    /// The newest version of each of these packages; names that no repository has are left out.
    async fn candidates(&self, names: &[PackageName]) -> Result<Vec<Candidate>, EngineError>;

    /// Another number after packages or package lists changed, by whomever. Cheap.
    fn packages_stamp(&self) -> u64;

    /// What the last synchronisation was told to install and remove; empty before the first.
    fn last_mandatory(&self) -> MandatoryPackages;

    /// Asks the organisation for an application in the name of a person. `None` when this server takes no requests.
    async fn request_app(
        &self,
        app: AppId,
        person: &str,
        justification: &str,
    ) -> Result<Option<AppRequest>, EngineError>;

    /// The requests of the people at this computer. `None` when this server takes none.
    async fn app_requests(&self) -> Result<Option<Vec<AppRequest>>, EngineError>;

    /// Takes a request back that the server has.
    async fn withdraw_request(&self, id: i64) -> Result<(), EngineError>;

    async fn plan(&self, action: &Action) -> Result<Plan, EngineError>;

    /// What the policy says about a plan of this action.
    async fn judge(
        &self,
        action: &Action,
        plan: &Plan,
        asker: Asker,
    ) -> Result<Verdict, EngineError>;

    /// Names of packages something was begun with and not finished.
    async fn broken(&self) -> Result<Vec<String>, EngineError>;

    async fn installed(&self) -> Result<Vec<InstalledPackage>, EngineError>;

    async fn available(&self, prefix: &str, limit: usize) -> Result<Vec<String>, EngineError>;

    async fn search(&self, pattern: &str, limit: usize) -> Result<Vec<FoundPackage>, EngineError>;

    /// Who holds the package database now.
    fn lock_holder(&self) -> Option<crate::observer::LockHolder>;

    /// Why a restart is wanted, by package; empty when none is.
    fn reboot_required(&self) -> Vec<String>;

    /// The folder whose `var/lib/migasfree`, `var/cache/migasfree`, … the daemon uses: `/` or the alternate root.
    fn root(&self) -> PathBuf;
}
