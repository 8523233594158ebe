//! An engine that plays: packages are names in a file, and every process that opens the same root sees the same ones.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use migasfree_client::config::Settings;
use migasfree_client::daemon::opener::Opener;
use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::observer::{
    Item, ItemPhase, LockHolder, OutputStream, Progress, Question, Stage,
};
use migasfree_client::orders::Orders;
use migasfree_client::paths::Layout;
use migasfree_client::pms::{
    Action, Candidate, FoundPackage, InstalledPackage, PackageName, Plan, PlannedPackage, PmsError,
};
use migasfree_client::policy::{Asker, Facts, Mandate, Verdict, judge};
use migasfree_client::process::supervise::{Stop, StopReason};
use migasfree_client::sync::{
    CatalogSnapshot, Credentials, Engine, EngineError, Identity, NetworkInfo, Outcome, PublicFile,
    RemoteTrust, Scope, SyncRequest, load_settings,
};
use migasfree_client::transport::Unreached;
use migasfree_client::transport::api::Availability;
use migasfree_client::transport::messages::{
    App, AppId, AppPackages, AppRequest, ComputerId, ComputerInfo, Label, MandatoryPackages, Named,
    ServerInfo, Tags, Trait,
};
use migasfree_native::actions::ActionResult;
use migasfree_native::key::KeyPair;
use migasfree_types::message::Message;
use serde::{Deserialize, Serialize};

pub const PROJECT: &str = "debian-12";
pub const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'>\
                       <rect width='10' height='10' fill='#00f'/></svg>";

/// How the world of a root is; a test writes it, every process reads it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// Version by name.
    pub installed: BTreeMap<String, String>,
    /// Version by name.
    pub repository: BTreeMap<String, String>,
    /// What policies demand.
    pub mandatory: Vec<String>,
    /// The server does not answer.
    pub offline: bool,
    /// The server says nothing about this computer.
    pub without_info: bool,
    /// Somebody between answers in the server's place.
    pub between: bool,
    /// The server has no time, and says to come back at once.
    pub saturated: bool,
    /// How often it was asked whether it has.
    pub asked_for_time: u32,
    /// There is no network.
    pub unplugged: bool,
    /// The proxy on the way to the server.
    pub proxy: Option<String>,
    /// There is no IPv4.
    pub only_ipv6: bool,
    /// The server takes requests for applications.
    pub takes_requests: bool,
    /// The tags that were set, if any were.
    pub tags: Option<Vec<String>>,
    /// What it got, by application.
    pub requests: Vec<(u32, AppRequest)>,
    /// How long a download lasts, milliseconds.
    pub download: u64,
    /// How long a change lasts, milliseconds.
    pub change: u64,
    /// A change asks first.
    pub asks: bool,
    /// For whom packages were changed last.
    pub asker: Option<Asker>,
    /// Packages that were begun with and not finished.
    pub broken: Vec<String>,
    /// A change was interrupted.
    pub half_done: bool,
    /// What the server was not told yet.
    pub outbox: usize,
    /// It was told during a change.
    pub disturbed: bool,
    /// Orders that come with every plan.
    pub plan: Vec<String>,
    /// How long a synchronisation lasts, milliseconds.
    pub sync: u64,
    /// What was synchronised.
    pub synchronised: Vec<Scope>,
    /// What the server was told of orders.
    pub told: Vec<ActionResult>,
    /// The daemon has a bug that the name of a package brings to light.
    pub breaks: bool,
}

impl World {
    /// A repository with some packages, nothing installed.
    pub fn new() -> Self {
        let repository = ["sketchbook", "library", "ledger", "admin-tool"];
        Self {
            repository: repository
                .map(|name| (name.to_owned(), "2.0".to_owned()))
                .into(),
            ..Self::default()
        }
    }

    pub fn read(root: &Path) -> Self {
        serde_json::from_slice(&fs::read(root.join("world.json")).unwrap()).unwrap()
    }

    pub fn write(&self, root: &Path) {
        let unfinished = root.join(format!("world.{}", std::process::id()));
        fs::write(&unfinished, serde_json::to_vec(self).unwrap()).unwrap();
        fs::rename(unfinished, root.join("world.json")).unwrap();
    }

    pub fn change(root: &Path, change: impl FnOnce(&mut Self)) {
        // The daemon changes it, too.
        let lock = fs::File::create(root.join("world.lock")).unwrap();
        lock.lock().unwrap();
        let mut world = Self::read(root);
        change(&mut world);
        world.write(root);
    }

    /// Somebody decides about a request.
    pub fn answer(&mut self, id: i64, state: &str, comment: &str) {
        for (_, request) in &mut self.requests {
            if request.id == id {
                request.state = state.into();
                request.comment = comment.into();
            }
        }
    }
}

/// Where orders and what became of them wait.
pub fn orders(root: &Path) -> Orders {
    Orders::new(root.join("orders"))
}

/// The key of the computer.
pub fn computer_key() -> KeyPair {
    KeyPair::generate(|seed| seed.fill(7))
}

/// The key of its server.
pub fn server_key() -> KeyPair {
    KeyPair::generate(|seed| seed.fill(9))
}

#[derive(Debug)]
pub struct PlayedEngine {
    root: PathBuf,
    server: String,
}

/// Opens it again.
#[derive(Debug)]
pub struct PlayedOpener(PathBuf);

impl PlayedOpener {
    pub fn of(root: &Path) -> Self {
        Self(root.to_path_buf())
    }
}

#[async_trait]
impl Opener for PlayedOpener {
    async fn open(&self) -> Result<(Arc<dyn Engine>, Settings), EngineError> {
        let settings = load_settings(&Layout::new(&self.0), None)?;
        Ok((Arc::new(PlayedEngine::open(&self.0)), settings))
    }
}

impl PlayedEngine {
    pub fn open(root: &Path) -> Self {
        let settings = load_settings(&Layout::new(root), None).unwrap();
        Self {
            root: root.to_path_buf(),
            server: settings.server.base(),
        }
    }

    fn world(&self) -> World {
        World::read(&self.root)
    }

    fn reached(&self) -> Result<(), EngineError> {
        if self.world().offline {
            let why = Unreached::Network("no route to host".into());
            return Err(EngineError::Offline(why));
        }
        if self.world().between {
            let detail = Box::new(Message::verbatim("sign in"));
            return Err(EngineError::Unsealed {
                status: 401,
                detail,
            });
        }
        Ok(())
    }

    /// What has a newer version; `ledger` has holes.
    fn updates(&self) -> Plan {
        let world = self.world();
        let newer = world.installed.iter().filter_map(|(name, version)| {
            let offered = world.repository.get(name)?;
            (offered != version).then(|| PlannedPackage {
                name: name.clone(),
                version: offered.clone(),
                replaces: Some(version.clone()),
                architecture: "amd64".into(),
            })
        });
        let update: Vec<PlannedPackage> = newer.collect();
        Plan {
            security: update
                .iter()
                .map(|package| package.name.clone())
                .filter(|name| name == "ledger")
                .collect(),
            update,
            ..Plan::default()
        }
    }

    async fn download(&self, job: &Job<'_>) -> Result<(), EngineError> {
        let whole = self.world().download.max(1);
        let mut done = 0;
        while done < whole {
            if job.cancel.is_cancelled() {
                return Err(PmsError::Cancelled.into());
            }
            let mut progress = Progress::of(Stage::Download, 10);
            progress.bytes_done = done * 1000;
            progress.bytes_total = whole * 1000;
            progress.speed = 20_000;
            job.observer.progress(&progress);
            tokio::time::sleep(Duration::from_millis(20)).await;
            done += 20;
        }
        Ok(())
    }

    async fn change(
        &self,
        stage: Stage,
        names: &[PackageName],
        job: &Job<'_>,
    ) -> Result<(), EngineError> {
        job.observer.progress(&Progress::of(stage, 50));
        World::change(&self.root, |world| world.half_done = true);
        let world = self.world();
        if world.asks {
            let question = Question {
                kind: "conffile".into(),
                data: BTreeMap::from([("file".into(), "/etc/tool.conf".into())]),
                default: "keep".into(),
            };
            let answer = job.observer.question(&question).await;
            let line = format!("answer: {}", answer.as_deref().unwrap_or("none"));
            job.observer.output(OutputStream::Info, &line);
        }
        for (name, percent) in names.iter().zip([30, 60, 90].into_iter().cycle()) {
            job.observer.item(&Item {
                phase: ItemPhase::Unpack,
                package: name.to_string(),
                version: "2.0".into(),
                percent,
            });
            job.observer
                .output(OutputStream::Out, &format!("Unpacking {name}"));
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(world.change) {
            if job.cancel.script_stops() > 0 {
                let stop = Stop {
                    package: names[0].to_string(),
                    script: "postinst".into(),
                    reason: StopReason::Asked,
                };
                let detail = "\u{1b}[31mit was killed".into();
                return Err(PmsError::Stopped { stop, detail }.into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let names = names.to_vec();
        World::change(&self.root, move |world| {
            for name in names {
                if stage == Stage::Remove {
                    world.installed.remove(name.as_str());
                } else {
                    world.installed.insert(name.to_string(), "2.0".into());
                }
            }
            world.half_done = false;
        });
        Ok(())
    }
}

fn app(id: u32, name: &str, level: &str, category: (u32, &str), packages: &[&str]) -> App {
    App {
        id: AppId(id),
        name: name.into(),
        description: format!("**{name}** is for everybody\n\nMore about it."),
        created_at: Some("2026-01-02T03:04:05Z".into()),
        score: 6 - id.min(5),
        icon: Some(format!("/public/icons/{id}.svg")),
        level: Named {
            id: level.into(),
            name: level.into(),
        },
        category: Named {
            id: category.0,
            name: category.1.into(),
        },
        packages_by_project: vec![AppPackages {
            project: Named {
                id: 1,
                name: PROJECT.into(),
            },
            packages_to_install: packages.iter().map(ToString::to_string).collect(),
            extra: serde_json::Map::new(),
        }],
        available_for_attributes: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

fn outcome() -> Outcome {
    Outcome {
        code: ResultCode::Ok,
        problems: Vec::new(),
    }
}

#[async_trait]
impl Engine for PlayedEngine {
    fn identity(&self) -> Identity {
        Identity {
            computer_id: Some(ComputerId(42)),
            registered: true,
            name: "pc42".into(),
            uuid: "4C4C4544-0000-1000-8000-000000000042".into(),
            server: self.server.clone(),
            project: PROJECT.into(),
            package_manager: "played".into(),
            manage_devices: true,
            auto_update: false,
        }
    }

    fn remote_trust(&self) -> Option<RemoteTrust> {
        Some(RemoteTrust {
            computer: ComputerId(42),
            key: computer_key(),
            server: *server_key().public(),
            authorities: String::new(),
            proxy: self.world().proxy.clone(),
            certificate: None,
        })
    }

    fn order_trust(&self) -> Option<RemoteTrust> {
        self.remote_trust()
    }

    fn orders(&self) -> Option<Orders> {
        Some(orders(&self.root))
    }

    async fn tell_actions(&self) -> Result<(), EngineError> {
        self.reached()?;
        let orders = orders(&self.root);
        let results = orders.results().unwrap();
        World::change(&self.root, |world| world.told.extend(results.clone()));
        orders.told(&results).unwrap();
        Ok(())
    }

    fn network(&self) -> NetworkInfo {
        let world = self.world();
        if world.unplugged || world.only_ipv6 {
            return NetworkInfo::default();
        }
        NetworkInfo {
            network: "192.0.2.0/24".into(),
            mask: "255.255.255.0".into(),
            ip_address: "192.0.2.42".into(),
        }
    }

    fn has_network(&self) -> bool {
        !self.world().unplugged
    }

    async fn register(
        &self,
        credentials: &Credentials,
        _job: &Job<'_>,
    ) -> Result<ComputerId, EngineError> {
        self.reached()?;
        if credentials.password == "right" {
            Ok(ComputerId(42))
        } else {
            Err(EngineError::Refused(Box::new(Message::verbatim(
                "wrong password",
            ))))
        }
    }

    fn unregister(&self, _all: bool) -> Result<(), EngineError> {
        fs::write(self.root.join("unregistered"), "").unwrap();
        Ok(())
    }

    async fn sync(&self, request: SyncRequest, job: &Job<'_>) -> Result<Outcome, EngineError> {
        job.observer.progress(&Progress::of(Stage::Attributes, 10));
        self.reached()?;
        let world = self.world();
        job.observer.output(
            OutputStream::Out,
            &format!("Synchronising {:?}", request.scope),
        );
        for order in &world.plan {
            orders(&self.root).receive(order).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(world.sync)).await;
        World::change(&self.root, |world| world.synchronised.push(request.scope));
        Ok(outcome())
    }

    async fn packages(
        &self,
        action: &Action,
        asker: Asker,
        job: &Job<'_>,
    ) -> Result<Outcome, EngineError> {
        World::change(&self.root, |world| world.asker = Some(asker));
        match action {
            Action::Install(names) => {
                let unknown = names
                    .iter()
                    .find(|name| !self.world().repository.contains_key(name.as_str()));
                if let Some(name) = unknown {
                    return Err(PmsError::NotFound(name.to_string()).into());
                }
                self.download(job).await?;
                self.change(Stage::Install, names, job).await?;
            }
            Action::Remove(names) => self.change(Stage::Remove, names, job).await?,
            Action::UpgradePackages(names) => self.change(Stage::Upgrade, names, job).await?,
            Action::Upgrade | Action::UpgradeKeeping | Action::Refresh => {}
        }
        Ok(outcome())
    }

    async fn judge(
        &self,
        action: &Action,
        plan: &Plan,
        asker: Asker,
    ) -> Result<Verdict, EngineError> {
        let facts = Facts::default();
        Ok(judge(action, plan, &facts, &Mandate::of(asker)))
    }

    async fn broken(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.world().broken)
    }

    async fn resume(&self, _job: &Job<'_>) -> Option<Result<Outcome, EngineError>> {
        self.world()
            .half_done
            .then(|| Err(PmsError::Interrupted.into()))
    }

    async fn repair(&self, job: &Job<'_>) -> Result<Outcome, EngineError> {
        job.observer
            .output(OutputStream::Out, "Setting up what was left");
        World::change(&self.root, |world| world.half_done = false);
        Ok(outcome())
    }

    fn awaits_repair(&self) -> bool {
        self.world().half_done
    }

    fn forget(&self, _job: &JobId) {}

    async fn set_tags(
        &self,
        tags: &[String],
        _apply: bool,
        _job: &Job<'_>,
    ) -> Result<Outcome, EngineError> {
        self.reached()?;
        World::change(&self.root, |world| world.tags = Some(tags.to_vec()));
        Ok(outcome())
    }

    async fn tags(&self) -> Result<Tags, EngineError> {
        self.reached()?;
        Ok(Tags {
            assigned: (self.world().tags).unwrap_or_else(|| vec!["ROOM-Library".into()]),
            available: BTreeMap::from([("Room".into(), vec!["ROOM-Hall".into()])]),
        })
    }

    async fn catalog(&self) -> Result<CatalogSnapshot, EngineError> {
        self.reached()?;
        let is_approved =
            |(app, request): &(u32, AppRequest)| *app == 3 && request.state == "approved";
        let level = if self.world().requests.iter().any(is_approved) {
            "U"
        } else {
            "A"
        };
        Ok(CatalogSnapshot {
            apps: vec![
                app(
                    1,
                    "Sketchbook",
                    "U",
                    (1, "Graphics"),
                    &["sketchbook", "library"],
                ),
                app(2, "Ledger", "U", (2, "Office"), &["ledger", "library"]),
                app(3, "Admin tool", level, (3, "System"), &["admin-tool"]),
                app(4, "Nowhere", "U", (2, "Office"), &["nowhere"]),
            ],
            categories: Vec::new(),
        })
    }

    async fn public_file(&self, _address: &str) -> Result<PublicFile, EngineError> {
        self.reached()?;
        Ok(PublicFile {
            media_type: "image/svg+xml".into(),
            content: SVG.into(),
        })
    }

    async fn info(&self) -> Result<ComputerInfo, EngineError> {
        self.reached()?;
        if self.world().without_info {
            return Err(EngineError::Server {
                status: 500,
                detail: Box::new(Message::verbatim("no")),
            });
        }
        Ok(ComputerInfo {
            search: "pc42".into(),
            ram: Some(8 << 30),
            product: Some("Desk".into()),
            ..ComputerInfo::default()
        })
    }

    async fn label(&self) -> Result<Label, EngineError> {
        self.reached()?;
        Ok(Label {
            helpdesk: "555 1234".into(),
            ..Label::default()
        })
    }

    async fn traits(&self) -> Result<Vec<Trait>, EngineError> {
        Ok(Vec::new())
    }

    fn last_traits(&self) -> Vec<Trait> {
        let one = |id, prefix: &str, value: &str| Trait {
            id,
            prefix: prefix.into(),
            value: value.into(),
            description: String::new(),
            name: prefix.to_lowercase(),
            sort: "client".into(),
        };
        vec![one(7, "CID", "42"), one(8, "NET", "192.0.2.0/24")]
    }

    async fn availability(&self) -> Availability {
        if !self.world().saturated {
            return Availability::Available;
        }
        World::change(&self.root, |world| world.asked_for_time += 1);
        Availability::Saturated {
            retry_after: Duration::ZERO,
        }
    }

    async fn server_info(&self) -> Result<ServerInfo, EngineError> {
        self.reached()?;
        Ok(ServerInfo {
            version: "0.1".into(),
            organization: "City".into(),
            ..ServerInfo::default()
        })
    }

    async fn flush_outbox(&self) -> Result<usize, EngineError> {
        self.reached()?;
        if self.world().outbox > 0 {
            World::change(&self.root, |world| {
                world.disturbed |= world.half_done;
                world.outbox = 0;
            });
        }
        Ok(0)
    }

    fn package_name(&self, text: &str) -> Result<PackageName, EngineError> {
        assert!(!self.world().breaks, "a bug");
        let name: Result<PackageName, _> = serde_json::from_value(text.into());
        match name {
            Ok(name) if !text.contains('$') => Ok(name),
            _ => Err(PmsError::InvalidName(text.into()).into()),
        }
    }

    async fn candidates(&self, names: &[PackageName]) -> Result<Vec<Candidate>, EngineError> {
        let world = self.world();
        Ok(names
            .iter()
            .filter_map(|name| {
                Some(Candidate {
                    name: name.to_string(),
                    version: world.repository.get(name.as_str())?.clone(),
                    download_bytes: 1000,
                    installed_bytes: 5000,
                    homepage: "https://example.org".into(),
                    licence: String::new(),
                })
            })
            .collect())
    }

    fn packages_stamp(&self) -> u64 {
        let world = self.world();
        let mut stamp = DefaultHasher::new();
        (world.installed, world.repository, world.mandatory).hash(&mut stamp);
        stamp.finish().max(1)
    }

    fn last_mandatory(&self) -> MandatoryPackages {
        MandatoryPackages {
            install: self.world().mandatory,
            remove: Vec::new(),
        }
    }

    async fn request_app(
        &self,
        app: AppId,
        person: &str,
        _justification: &str,
    ) -> Result<Option<AppRequest>, EngineError> {
        self.reached()?;
        assert!(!person.is_empty());
        let world = self.world();
        if !world.takes_requests {
            return Ok(None);
        }
        let request = AppRequest {
            id: 7 + i64::try_from(world.requests.len()).unwrap(),
            state: "pending".into(),
            comment: String::new(),
        };
        World::change(&self.root, |world| {
            world.requests.push((app.0, request.clone()));
        });
        Ok(Some(request))
    }

    async fn app_requests(&self) -> Result<Option<Vec<AppRequest>>, EngineError> {
        self.reached()?;
        let world = self.world();
        let requests = world.requests.into_iter().map(|(_, request)| request);
        Ok(world.takes_requests.then(|| requests.collect()))
    }

    async fn withdraw_request(&self, id: i64) -> Result<(), EngineError> {
        self.reached()?;
        World::change(&self.root, |world| world.answer(id, "withdrawn", ""));
        Ok(())
    }

    async fn plan(&self, action: &Action) -> Result<Plan, EngineError> {
        let names = match action {
            Action::Install(names) | Action::Remove(names) => names.clone(),
            Action::Upgrade => return Ok(self.updates()),
            _ => Vec::new(),
        };
        let list = names
            .iter()
            .map(|name| PlannedPackage {
                name: name.to_string(),
                version: "2.0".into(),
                replaces: None,
                architecture: "amd64".into(),
            })
            .collect();
        let mut plan = Plan::default();
        match action {
            Action::Remove(_) => plan.remove = list,
            _ => plan.install = list,
        }
        Ok(plan)
    }

    async fn installed(&self) -> Result<Vec<InstalledPackage>, EngineError> {
        Ok(self
            .world()
            .installed
            .into_iter()
            .map(|(name, version)| InstalledPackage {
                name,
                version,
                architecture: "amd64".into(),
                origin: "migasfree".into(),
            })
            .collect())
    }

    async fn available(&self, prefix: &str, _limit: usize) -> Result<Vec<String>, EngineError> {
        let names = self.world().repository.into_keys();
        Ok(names.filter(|name| name.starts_with(prefix)).collect())
    }

    async fn search(&self, pattern: &str, _limit: usize) -> Result<Vec<FoundPackage>, EngineError> {
        let names = self.world().repository.into_keys();
        Ok(names
            .filter(|name| name.contains(pattern))
            .map(|name| FoundPackage {
                name,
                version: "2.0".into(),
                summary: "A package".into(),
                installed: false,
            })
            .collect())
    }

    fn lock_holder(&self) -> Option<LockHolder> {
        None
    }

    fn reboot_required(&self) -> Vec<String> {
        Vec::new()
    }

    fn root(&self) -> PathBuf {
        self.root.clone()
    }
}
