//! The engine over traits that are played: no protocol, no keys and no network. What it does is the same, however a computer
//! is known to its server.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use migasfree_client::identity::{Identity, Network, User};
use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::process::root::Root;
use migasfree_client::sync::{Credentials, Engine, EngineError, LocalEngine, Parts, Registration};
use migasfree_client::transport::messages::{
    App, AppId, AppRequest, Category, ComputerId, ComputerInfo, FaultDefinition, Label,
    MandatoryPackages, Page, Property, Repository, TagRules, Tags, Trait,
};
use migasfree_client::transport::{
    ApiError, Report, Request, Response, Server, Transport, TransportError,
};
use migasfree_client::trust::{Fingerprint, KEYS_CALL, RepositoryKey};
use migasfree_types::message::Message;
use serde_json::{Value, json};

use crate::support::bench::{FULL, Noon, computer};
use crate::support::observer::Recorder;
use crate::support::pms::FakePackages;
use crate::support::repository::Signer;

/// A server without a protocol, and what it was told.
#[derive(Debug)]
struct PlayedServer {
    key: String,
    told: Mutex<Vec<String>>,
}

impl PlayedServer {
    fn hears(&self, said: String) {
        self.told.lock().unwrap().push(said);
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

/// What it tells anybody.
#[async_trait]
impl Transport for PlayedServer {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let answer = match request.path.as_str() {
            "/api/v1/public/server/info/" => {
                json!({ "version": "5.1", "organization": "Played", "additions": [KEYS_CALL] })
            }
            "/api/v1/public/keys/repositories/" => json!({ "public_key": self.key }),
            path => panic!("{path} is asked of the server by its trait"),
        };
        Ok(Response {
            status: 200,
            media_type: "application/json".into(),
            retry_after: None,
            headers: Default::default(),
            body: answer.to_string().into_bytes(),
        })
    }
}

#[async_trait]
impl Server for PlayedServer {
    async fn tell(&self, report: Report<'_>) -> Result<(), ApiError> {
        self.hears(match report {
            Report::Attributes(report) => format!(
                "{} is {} ({}) at {}, used by {} ({}): {:?}",
                report.uuid,
                report.name,
                report.fqdn,
                report.ip_address,
                report.user,
                report.user_full_name,
                report.attributes
            ),
            Report::Faults(faults) => format!("faults {faults:?}"),
            Report::Software { inventory, history } => {
                format!("software {inventory:?}, new {:?}", history.installed)
            }
            Report::Hardware(hardware) => format!("hardware {}", hardware["id"]),
            Report::Errors(text) => format!("errors, {} at BAD", text.matches("BAD: ").count()),
            Report::Synchronization {
                start, packages_ok, ..
            } => format!("synchronized {start}, packages {packages_ok}"),
            Report::End => "the end".to_owned(),
        });
        Ok(())
    }

    async fn properties(&self) -> Result<Vec<Property>, ApiError> {
        let property = |prefix: &str, code: &str| Property {
            prefix: prefix.to_owned(),
            language: "bash".to_owned(),
            code: code.to_owned(),
        };
        Ok(vec![
            property("HST", "echo pc"),
            property("BAD", "fail trouble"),
        ])
    }

    async fn fault_definitions(&self) -> Result<Vec<FaultDefinition>, ApiError> {
        Ok(vec![FaultDefinition {
            name: "Disk".to_owned(),
            language: "bash".to_owned(),
            code: "echo full".to_owned(),
        }])
    }

    async fn repositories(&self) -> Result<Vec<Repository>, ApiError> {
        Ok(vec![Repository {
            name: "base".to_owned(),
            source_template: "deb {protocol}://{server}/x base PKGS\n".to_owned(),
        }])
    }

    async fn repository_fingerprints(&self) -> Result<Vec<Fingerprint>, ApiError> {
        Ok(vec![RepositoryKey::read(&self.key).unwrap().fingerprint])
    }

    async fn mandatory_packages(&self) -> Result<MandatoryPackages, ApiError> {
        Ok(MandatoryPackages {
            install: vec!["tool".to_owned()],
            remove: Vec::new(),
        })
    }

    async fn hardware_required(&self) -> Result<bool, ApiError> {
        Ok(true)
    }

    async fn traits(&self) -> Result<Vec<Trait>, ApiError> {
        Ok(vec![Trait {
            id: 7,
            description: "pc".to_owned(),
            value: "7".to_owned(),
            name: "Computer ID".to_owned(),
            prefix: "CID".to_owned(),
            sort: "basic".to_owned(),
        }])
    }

    async fn info(&self) -> Result<ComputerInfo, ApiError> {
        Ok(ComputerInfo {
            name: "pc".to_owned(),
            ..ComputerInfo::default()
        })
    }

    /// It has none for the number it is asked with.
    async fn label(&self) -> Result<Label, ApiError> {
        Err(ApiError::Status {
            status: 404,
            said: Box::new(Message::verbatim("no such computer")),
            retry_after: None,
        })
    }

    async fn attributes(&self, only_own: bool) -> Result<Page<Value>, ApiError> {
        Ok(Page {
            count: 1,
            next: None,
            previous: None,
            results: vec![json!(only_own)],
        })
    }

    async fn tags(&self) -> Result<Tags, ApiError> {
        Ok(Tags {
            assigned: vec!["LOC-north".to_owned()],
            available: BTreeMap::new(),
        })
    }

    async fn set_tags(&self, tags: &[String]) -> Result<TagRules, ApiError> {
        self.hears(format!("tags {tags:?}"));
        Ok(TagRules::default())
    }

    async fn apps(&self) -> Result<Vec<App>, ApiError> {
        Ok(Vec::new())
    }

    async fn categories(&self) -> Result<Vec<Category>, ApiError> {
        Ok(vec![Category {
            id: 1,
            name: "Graphics".to_owned(),
        }])
    }

    async fn request_app(
        &self,
        app: AppId,
        person: &str,
        justification: &str,
    ) -> Result<AppRequest, ApiError> {
        self.hears(format!("{person} asks for {}: {justification}", app.0));
        Ok(AppRequest {
            id: 5,
            ..AppRequest::default()
        })
    }

    async fn app_requests(&self) -> Result<Vec<AppRequest>, ApiError> {
        Ok(Vec::new())
    }

    async fn withdraw_request(&self, request: i64) -> Result<(), ApiError> {
        self.hears(format!("{request} is withdrawn"));
        Ok(())
    }
}

#[derive(Debug)]
struct PlayedIdentity;

#[async_trait]
impl Identity for PlayedIdentity {
    fn uuid(&self) -> &str {
        "UUID"
    }

    fn name(&self) -> &str {
        "pc"
    }

    fn address(&self) -> Option<IpAddr> {
        Some(Ipv4Addr::new(192, 0, 2, 7).into())
    }

    fn network(&self) -> Option<Network> {
        Some(Network {
            interface: "eth0".to_owned(),
            address: Ipv4Addr::new(192, 0, 2, 7),
            mask: Ipv4Addr::new(255, 255, 255, 0),
        })
    }

    async fn full_host_name(&self) -> String {
        "pc.example.org".to_owned()
    }

    async fn user(&self) -> User {
        User {
            name: "eva".to_owned(),
            full_name: "Eva Ruiz".to_owned(),
        }
    }
}

/// Knows the computer by nothing but a number, and remembers what it was asked to do.
#[derive(Debug)]
struct PlayedRegistration {
    server: Arc<PlayedServer>,
    number: Mutex<Option<ComputerId>>,
    asked: Mutex<Vec<String>>,
}

impl PlayedRegistration {
    fn becomes(&self, number: Option<ComputerId>, asked: String) {
        *self.number.lock().unwrap() = number;
        self.asked.lock().unwrap().push(asked);
    }
}

#[async_trait]
impl Registration for PlayedRegistration {
    fn is_registered(&self) -> bool {
        self.computer_id().is_some()
    }

    fn computer_id(&self) -> Option<ComputerId> {
        *self.number.lock().unwrap()
    }

    fn known(&self) -> Option<Arc<dyn Server>> {
        let server: Arc<dyn Server> = self.server.clone();
        self.is_registered().then_some(server)
    }

    async fn session(&self) -> Result<Arc<dyn Server>, EngineError> {
        self.becomes(Some(ComputerId(7)), "a session".to_owned());
        Ok(self.server.clone())
    }

    async fn register(
        &self,
        credentials: &Credentials,
        accept_new_keys: bool,
    ) -> Result<ComputerId, EngineError> {
        let asked = format!(
            "{} registers, new keys {accept_new_keys}",
            credentials.username
        );
        self.becomes(Some(ComputerId(7)), asked);
        Ok(ComputerId(7))
    }

    async fn look_again(&self) {
        self.becomes(Some(ComputerId(8)), "the number".to_owned());
    }

    fn forget(&self, everywhere: bool) -> Result<(), EngineError> {
        self.becomes(None, format!("to forget, everywhere {everywhere}"));
        Ok(())
    }
}

struct Stage {
    server: Arc<PlayedServer>,
    registration: Arc<PlayedRegistration>,
    packages: Arc<FakePackages>,
    engine: LocalEngine,
}

impl Stage {
    fn in_folder(folder: &Path) -> Self {
        let (settings, layout, runner) = computer(folder, "https://server.invalid", "tests");
        let server = Arc::new(PlayedServer {
            key: Signer::generate().public_key(),
            told: Mutex::default(),
        });
        let registration = Arc::new(PlayedRegistration {
            server: server.clone(),
            number: Mutex::default(),
            asked: Mutex::default(),
        });
        let packages = Arc::new(FakePackages::with(&["bash"]));
        let engine = LocalEngine::new(Parts {
            settings,
            layout,
            identity: Arc::new(PlayedIdentity),
            registration: registration.clone(),
            transport: server.clone(),
            packages: Some(packages.clone()),
            clock: Arc::new(Noon),
            runner,
            root: Root::new("/".into(), "/".into()),
        });
        Self {
            server,
            registration,
            packages,
            engine,
        }
    }
}

#[tokio::test]
async fn a_synchronisation_is_the_same_however_the_computer_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::in_folder(folder.path());
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let outcome = stage.engine.sync(FULL, &job).await.unwrap();
    assert_eq!((outcome.code, outcome.problems.len()), (ResultCode::Ok, 1));
    assert_eq!(
        stage.server.told(),
        [
            "UUID is pc (pc.example.org) at 192.0.2.7, used by eva (Eva Ruiz): \
             {\"BAD\": \"partly\\n\", \"HST\": \"pc\\n\"}",
            "faults {\"Disk\": \"full\\n\"}",
            "software [\"bash_1_all.deb\", \"tool_1_all.deb\"], new []",
            "hardware \"pc\"",
            "errors, 1 at BAD",
            "synchronized 2026-11-21T12:00:00+01:00, packages true",
            "the end",
        ]
    );
    assert_eq!(*stage.registration.asked.lock().unwrap(), ["a session"]);
    assert_eq!(
        stage
            .packages
            .repositories
            .lock()
            .unwrap()
            .as_ref()
            .unwrap()[0]
            .name,
        "base"
    );
    let trusted = stage.packages.key.lock().unwrap().clone().unwrap();
    let fingerprint = |key: &str| RepositoryKey::read(key).unwrap().fingerprint;
    assert_eq!(fingerprint(&trusted), fingerprint(&stage.server.key));
    assert_eq!(stage.engine.last_traits()[0].prefix, "CID");

    // What it remembers of the server serves the next one.
    stage
        .packages
        .installed
        .lock()
        .unwrap()
        .insert("viewer".into(), "2".into());
    stage.engine.sync(FULL, &job).await.unwrap();
    let news = "new [\"+viewer_2_all.deb\"]";
    assert!(stage.server.told().iter().any(|said| said.ends_with(news)));
}

#[tokio::test]
async fn people_are_answered_however_the_computer_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::in_folder(folder.path());
    let engine = &stage.engine;
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    engine.end_transmission().await;
    assert!(!engine.identity().registered && engine.has_network());
    assert_eq!(engine.network().network, "192.0.2.0/24");
    let eva = Credentials {
        username: "eva".into(),
        password: "secret".into(),
    };
    assert_eq!(engine.register(&eva, &job).await.unwrap().0, 7);
    assert_eq!(engine.register_anew(&eva).await.unwrap().0, 7);
    assert_eq!(engine.info().await.unwrap().name, "pc");
    assert_eq!(engine.traits().await.unwrap()[0].value, "7");
    let own = engine.attributes(true).await.unwrap();
    assert_eq!(own.results, [json!(true)]);
    assert_eq!(engine.tags().await.unwrap().assigned, ["LOC-north"]);
    let catalog = engine.catalog().await.unwrap();
    assert_eq!(catalog.categories[0].name, "Graphics");
    let tags = ["LOC-south".to_owned()];
    engine.set_tags(&tags, false, &job).await.unwrap();
    let asked = engine.request_app(AppId(3), "eva", "please").await.unwrap();
    assert_eq!(asked.unwrap().id, 5);
    assert!(engine.app_requests().await.unwrap().unwrap().is_empty());
    engine.withdraw_request(5).await.unwrap();
    engine.end_transmission().await;
    assert_eq!(
        stage.server.told(),
        [
            "tags [\"LOC-south\"]",
            "the end",
            "eva asks for 3: please",
            "5 is withdrawn",
            "the end"
        ]
    );

    engine.label().await.unwrap_err();
    assert_eq!(engine.identity().computer_id, Some(ComputerId(8)));
    engine.unregister(false).unwrap();
    assert_eq!(engine.identity().computer_id, None);
    engine.unregister(true).unwrap();
    assert_eq!(
        *stage.registration.asked.lock().unwrap(),
        [
            "eva registers, new keys false",
            "eva registers, new keys true",
            "the number",
            "to forget, everywhere false",
            "to forget, everywhere true",
        ]
    );
}
