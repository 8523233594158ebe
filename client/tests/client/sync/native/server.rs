//! A server of the native protocol that is played, and somebody between it and the computer.

use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderValue};
use flate2::read::GzDecoder;
use migasfree_client::clock::Clock;
use migasfree_client::config::Settings;
use migasfree_client::identity::SystemIdentity;
use migasfree_client::job::{Job, JobId};
use migasfree_client::process::root::Root;
use migasfree_client::random::Random;
use migasfree_client::sync::{
    Engine, EngineError, LocalEngine, Means, NativeRegistration, Outcome, Parts, SyncRequest,
};
use migasfree_client::transport::messages::{
    ComputerId, MandatoryPackages, Property, Repository, Trait,
};
use migasfree_client::transport::{Body, Request, Response, Transport, TransportError, Unreached};
use migasfree_client::trust::RepositoryKey;
use migasfree_native::actions::{ActionResult, ActionResults, ActionsTaken};
use migasfree_native::certificates::{CertificateGiven, CertificateWanted};
use migasfree_native::enrolment::{Enrolled, EnrolmentAnswer, EnrolmentRequest};
use migasfree_native::features::{Feature, Features, Offer};
use migasfree_native::inventory::{ContentHash, Inventory, apply};
use migasfree_native::key::{KeyPair, PublicKey};
use migasfree_native::requests::{ACTION_RESULT, CERTIFICATE, ENROL, LABEL, PLAN, RESULT};
use migasfree_native::signature::{answer, request};
use migasfree_native::synchronization::{
    Definition, Definitions, Edition, Known, PlanAnswer, PlanRequest, Report, ResultAnswer,
    ResultRequest, SoftwareReport, SoftwareWanted, Wanted,
};
use migasfree_native::token::{EnrolmentToken, TokenSecret};
use serde::Serialize;
use serde_json::json;

use crate::support::bench::{Noon, computer};
use crate::support::observer::Recorder;
use crate::support::pms::FakePackages;
use crate::support::repository::Signer;

static REPOSITORY_KEY: LazyLock<String> = LazyLock::new(|| Signer::generate().public_key());

/// What somebody between does to answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Straight,
    /// Changes a letter of the body.
    Changes,
    /// Gives the first answer again, whatever was asked.
    Replays,
    /// Lets requests through, and no answer.
    Drops,
    /// Answers by himself, without a signature.
    Answers(u16),
    /// Asks to sign in.
    SignIn,
    /// Signs with a key of his own.
    Forges,
}

#[derive(Debug)]
pub struct Mind {
    pub way: Way,
    /// How far the server's clock is ahead of the computer's.
    pub ahead: i64,
    /// Whether it announces the native protocol.
    pub offers: bool,
    pub waits_for_approval: bool,
    /// A key that was rejected.
    pub ended: Option<PublicKey>,
    pub property: String,
    pub mandatory: Vec<String>,
    /// What the computer told last.
    pub attributes: Option<ContentHash>,
    pub software: Inventory,
    pub repository_key: String,
    /// Everything that was asked, by path.
    pub asked: Vec<String>,
    pub plans: Vec<PlanRequest>,
    pub results: Vec<ResultRequest>,
    pub enrolments: Vec<EnrolmentRequest>,
    /// What it can do, by its word to whom it lets in.
    pub features: Features,
    /// Seconds for which its certificates are good; it gives none without.
    pub certificates_last: Option<i64>,
    pub certified: Vec<CertificateWanted>,
    pub authorities: String,
    /// It has no key of any computer, until one enrols.
    pub knows_nobody: bool,
    /// The code by which it refuses every call but the enrolment.
    pub refuses: Option<&'static str>,
    /// It says of the next request that it came before.
    pub is_repeated: bool,
    /// What it says of every turn.
    pub is_behind: bool,
    /// Orders that come with every plan.
    pub orders: Vec<String>,
    /// What it was told of orders.
    pub told: Vec<ActionResult>,
    /// An execution of which it wants to hear nothing.
    pub unknown: Option<String>,
    first: Option<Response>,
}

#[derive(Debug)]
pub struct PlayedServer {
    pub key: KeyPair,
    mind: Mutex<Mind>,
}

impl PlayedServer {
    pub fn new() -> Self {
        Self {
            key: key(1),
            mind: Mutex::new(Mind {
                way: Way::Straight,
                ahead: 0,
                offers: true,
                waits_for_approval: false,
                ended: None,
                property: "echo pc".to_owned(),
                mandatory: Vec::new(),
                attributes: None,
                software: Inventory::default(),
                repository_key: REPOSITORY_KEY.clone(),
                asked: Vec::new(),
                plans: Vec::new(),
                results: Vec::new(),
                enrolments: Vec::new(),
                features: Features::from_iter([
                    Feature::InventoryDifferences,
                    Feature::CachedDefinitions,
                ]),
                certificates_last: None,
                certified: Vec::new(),
                authorities: String::new(),
                knows_nobody: false,
                refuses: None,
                is_repeated: false,
                is_behind: false,
                orders: Vec::new(),
                told: Vec::new(),
                unknown: None,
                first: None,
            }),
        }
    }

    pub fn mind(&self) -> MutexGuard<'_, Mind> {
        self.mind.lock().unwrap()
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.mind().asked)
    }

    pub fn token(&self) -> EnrolmentToken {
        EnrolmentToken {
            secret: TokenSecret::generate(|bytes| bytes.fill(9)),
            server: self.key.public().thumbprint(),
        }
    }

    fn signed(&self, path: &str, headers: &HeaderMap, content: &[u8]) -> Response {
        let target = request::Target {
            method: "POST",
            path,
            query: None,
        };
        let claim = request::read(&target, headers, self.key.public().thumbprint()).unwrap();
        let mut plain = content.to_vec();
        if headers.contains_key("content-encoding") {
            plain.clear();
            GzDecoder::new(content).read_to_end(&mut plain).unwrap();
        }
        let mut mind = self.mind();
        let now = Noon.now().unix_timestamp() + mind.ahead;
        let (status, body) = if mind.ahead.abs() > 60 {
            let problem = json!({ "title": "", "status": 401, "detail": "stale", "code": "stale" });
            (401, problem.to_string().into_bytes())
        } else if std::mem::take(&mut mind.is_repeated) {
            let problem =
                json!({ "title": "", "status": 409, "detail": "no", "code": "request_repeated" });
            (409, problem.to_string().into_bytes())
        } else if mind.knows_nobody && path != ENROL.path {
            let problem =
                json!({ "title": "", "status": 401, "detail": "no", "code": "key_unknown" });
            (401, problem.to_string().into_bytes())
        } else if let Some(code) = mind.refuses.filter(|_| path != ENROL.path) {
            let problem = json!({ "title": "", "status": 403, "detail": "no", "code": code });
            (403, problem.to_string().into_bytes())
        } else if path == CERTIFICATE.path {
            mind.certify(&plain)
        } else if path == ENROL.path && mind.has_ended(&plain) {
            let problem =
                json!({ "title": "", "status": 403, "detail": "no", "code": "key_ended" });
            (403, problem.to_string().into_bytes())
        } else {
            (200, mind.answer(path, &plain, &self.key))
        };
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let forger = key(66);
        let signer = if mind.way == Way::Forges {
            &forger
        } else {
            &self.key
        };
        answer::sign(status, &mut headers, &body, signer, now, &claim.signature).unwrap();
        let response = response(status, headers, body);
        mind.first.get_or_insert_with(|| response.clone());
        response
    }
}

fn response(status: u16, headers: HeaderMap, body: Vec<u8>) -> Response {
    let media_type = headers.get("content-type");
    Response {
        status,
        media_type: media_type.map_or_else(String::new, |kind| kind.to_str().unwrap().to_owned()),
        retry_after: None,
        headers,
        body,
    }
}

pub fn key(byte: u8) -> KeyPair {
    KeyPair::generate(|seed| seed.fill(byte))
}

fn json_of(answer: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(answer).unwrap()
}

impl Mind {
    fn answer(&mut self, path: &str, content: &[u8], key: &KeyPair) -> Vec<u8> {
        if path == ENROL.path {
            self.enrolments
                .push(serde_json::from_slice(content).unwrap());
            json_of(&self.enrolled(key))
        } else if path == PLAN.path {
            let request: PlanRequest = serde_json::from_slice(content).unwrap();
            let mut answer = self.plan(&request);
            answer.actions.clone_from(&self.orders);
            self.plans.push(request);
            json_of(&answer)
        } else if path == RESULT.path {
            let request: ResultRequest = serde_json::from_slice(content).unwrap();
            let wanted = self.learn(&request.report);
            self.results.push(request);
            json_of(&ResultAnswer {
                wanted,
                refused: Vec::new(),
            })
        } else if path == ACTION_RESULT.path {
            let told: ActionResults = serde_json::from_slice(content).unwrap();
            self.told.extend(told.results);
            json_of(&ActionsTaken {
                unknown: self.unknown.iter().cloned().collect(),
            })
        } else if path == LABEL.path {
            json_of(&json!({ "uuid": "", "name": "pc", "search": "CID-7", "helpdesk": "" }))
        } else {
            panic!("{path} is not asked for here")
        }
    }

    fn certify(&mut self, content: &[u8]) -> (u16, Vec<u8>) {
        self.certified
            .push(serde_json::from_slice(content).unwrap());
        let Some(seconds) = self.certificates_last else {
            let problem = json!({ "title": "", "status": 409, "detail": "none", "code": "none" });
            return (409, problem.to_string().into_bytes());
        };
        let given = CertificateGiven {
            certificate: format!("certificate {}", self.certified.len()),
            chain: "authority".to_owned(),
            not_after: Noon.now().unix_timestamp() + seconds,
        };
        (200, json_of(&given))
    }

    fn has_ended(&self, content: &[u8]) -> bool {
        let request: EnrolmentRequest = serde_json::from_slice(content).unwrap();
        self.ended == Some(request.public_key)
    }

    fn enrolled(&mut self, key: &KeyPair) -> EnrolmentAnswer {
        if self.waits_for_approval {
            return EnrolmentAnswer::Pending { retry_after: 60 };
        }
        self.knows_nobody = false;
        EnrolmentAnswer::Enrolled(Enrolled {
            computer: ComputerId(7),
            name: "pc".to_owned(),
            project: "tests".to_owned(),
            server_key: *key.public(),
            features: self.features.clone(),
        })
    }

    fn plan(&mut self, request: &PlanRequest) -> PlanAnswer {
        self.learn(&request.report);
        let differs = request.software != Some(self.software.hash());
        let base = (!self.software.is_empty()).then(|| self.software.hash());
        PlanAnswer {
            definitions: self.definitions(&request.known),
            wanted: Wanted {
                attributes: self.attributes != Some(request.attributes),
                software: differs.then_some(SoftwareWanted { base }),
                hardware: false,
            },
            refused: Vec::new(),
            is_behind: self.is_behind,
            actions: Vec::new(),
        }
    }

    fn learn(&mut self, report: &Report) -> Wanted {
        if let Some(attributes) = &report.attributes {
            self.attributes = Some(attributes.hash());
        }
        let told = match &report.software {
            Some(SoftwareReport::Full(inventory)) => Ok(inventory.clone()),
            Some(SoftwareReport::Difference(difference)) => apply(&self.software, difference),
            None => return Wanted::default(),
        };
        match told {
            Ok(inventory) => {
                self.software = inventory;
                Wanted::default()
            }
            Err(_) => Wanted {
                software: Some(SoftwareWanted::default()),
                ..Wanted::default()
            },
        }
    }

    fn definitions(&self, known: &Known) -> Definitions {
        fn of<T: Serialize>(known: Option<&Edition>, value: T) -> Option<Definition<T>> {
            Definition::for_computer(known, Edition::of(&value), value)
        }
        let property = Property {
            prefix: "HST".to_owned(),
            language: "bash".to_owned(),
            code: self.property.clone(),
        };
        let repository = Repository {
            name: "base".to_owned(),
            source_template: "deb {protocol}://{server}/x base PKGS\n".to_owned(),
        };
        let own = Trait {
            id: 7,
            description: "pc".to_owned(),
            value: "7".to_owned(),
            name: "Computer ID".to_owned(),
            prefix: "CID".to_owned(),
            sort: "basic".to_owned(),
        };
        let fingerprint = RepositoryKey::read(&self.repository_key)
            .unwrap()
            .fingerprint;
        let mandatory = MandatoryPackages {
            install: self.mandatory.clone(),
            remove: Vec::new(),
        };
        Definitions {
            properties: of(known.properties.as_ref(), vec![property]),
            fault_definitions: of(known.fault_definitions.as_ref(), Vec::new()),
            repositories: of(known.repositories.as_ref(), vec![repository]),
            repository_keys: of(
                known.repository_keys.as_ref(),
                vec![fingerprint.to_string()],
            ),
            mandatory_packages: of(known.mandatory_packages.as_ref(), mandatory),
            traits: of(known.traits.as_ref(), vec![own]),
            authorities: of(known.authorities.as_ref(), self.authorities.clone()),
            features: of(known.features.as_ref(), self.features.clone()),
            ..Definitions::default()
        }
    }
}

#[async_trait]
impl Transport for PlayedServer {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.mind().asked.push(request.path.clone());
        let in_the_clear = |body: serde_json::Value| {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            response(200, headers, body.to_string().into_bytes())
        };
        let Body::Signed { headers, content } = &request.body else {
            let mind = self.mind();
            return Ok(match request.path.as_str() {
                "/api/v1/public/server/info/" if mind.offers => {
                    let offer = Offer {
                        versions: vec![1],
                        server_key: *self.key.public(),
                        features: Features::all(),
                    };
                    in_the_clear(json!({ "version": "5.1", "native": offer }))
                }
                "/api/v1/public/server/info/" => in_the_clear(json!({ "version": "5.1" })),
                "/api/v1/public/keys/repositories/" => {
                    in_the_clear(json!({ "public_key": mind.repository_key }))
                }
                _ => response(404, HeaderMap::new(), Vec::new()),
            });
        };
        let way = self.mind().way;
        let mut answer = match way {
            Way::Answers(status) => return Ok(response(status, HeaderMap::new(), b"{}".to_vec())),
            Way::SignIn => {
                let mut headers = HeaderMap::new();
                headers.insert("content-type", HeaderValue::from_static("text/html"));
                return Ok(response(200, headers, b"<html>".to_vec()));
            }
            _ => self.signed(&request.path, headers, content),
        };
        match way {
            Way::Drops => {
                let lost = Unreached::Network("lost".to_owned());
                return Err(TransportError::Unreachable(lost));
            }
            Way::Replays => answer = self.mind().first.clone().unwrap(),
            Way::Changes => {
                let middle = answer.body.len() / 2;
                answer.body[middle] ^= 1;
            }
            _ => {}
        }
        Ok(answer)
    }
}

/// Another number each time.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        for (byte, digit) in bytes.iter_mut().zip(number.iter().cycle()) {
            *byte = *digit;
        }
    }
}

/// A computer with a played server.
pub struct Native {
    pub server: Arc<PlayedServer>,
    pub packages: Arc<FakePackages>,
    _folder: tempfile::TempDir,
    pub engine: LocalEngine,
}

impl Native {
    pub fn new() -> Self {
        Self::with(|_, _| {})
    }

    /// One whose configuration is changed by what it is told of the server.
    pub fn with(change: impl FnOnce(&PlayedServer, &mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Arc::new(PlayedServer::new());
        let packages = Arc::new(FakePackages::with(&["bash"]));
        let played: Arc<dyn Transport> = server.clone();
        let address = "https://server.invalid";
        let engine = changed_engine(
            folder.path(),
            address,
            |settings| {
                change(&server, settings);
                played
            },
            &packages,
        );
        Self {
            server,
            packages,
            _folder: folder,
            engine,
        }
    }

    /// One of a server that gives certificates for so many seconds.
    pub async fn certified(seconds: Option<i64>) -> Self {
        let native = Self::new();
        {
            let mut mind = native.server.mind();
            mind.features = Features::all();
            mind.certificates_last = seconds;
        }
        native.engine.enrol(&native.server.token()).await.unwrap();
        native.sync().await.unwrap();
        native.server.asked();
        native
    }

    pub async fn enrolled() -> Self {
        let native = Self::new();
        native.engine.enrol(&native.server.token()).await.unwrap();
        native.server.asked();
        native
    }

    /// One that has synchronised.
    pub async fn settled() -> Self {
        let native = Self::enrolled().await;
        native.sync().await.unwrap();
        native.server.asked();
        native
    }

    pub async fn sync(&self) -> Result<Outcome, EngineError> {
        let recorder = Recorder::default();
        let job = Job::new(JobId::unique(), &recorder);
        self.engine.sync(FULL_IN_BACKGROUND, &job).await
    }

    pub fn install(&self, name: &str) {
        let mut installed = self.packages.installed.lock().unwrap();
        installed.insert(name.to_owned(), "1".to_owned());
    }

    /// A file of the folder of this server.
    pub fn file(&self, name: &str) -> std::path::PathBuf {
        let state = self.engine.layout().state();
        state
            .join(self.engine.settings().server.folder_name())
            .join(name)
    }
}

const FULL_IN_BACKGROUND: SyncRequest = SyncRequest {
    background: true,
    ..crate::support::bench::FULL
};

/// A computer of which the server at `address` may know its own key.
pub fn engine(
    folder: &Path,
    address: &str,
    transport: impl FnOnce(&Settings) -> Arc<dyn Transport>,
    packages: &Arc<FakePackages>,
) -> LocalEngine {
    changed_engine(folder, address, |settings| transport(settings), packages)
}

/// The same, whose configuration is changed before.
fn changed_engine(
    folder: &Path,
    address: &str,
    transport: impl FnOnce(&mut Settings) -> Arc<dyn Transport>,
    packages: &Arc<FakePackages>,
) -> LocalEngine {
    let (mut settings, layout, runner) = computer(folder, address, "tests");
    settings.client_certificate = true;
    let transport = transport(&mut settings);
    let identity = Arc::new(SystemIdentity::new(
        "4C4C4544-0051-3610-8052-B4C04F4A3132".into(),
        settings.computer_name.clone(),
        Arc::clone(&runner),
    ));
    let means = Means {
        transport: Arc::clone(&transport),
        identity: identity.clone(),
        packages: Some(packages.clone()),
        clock: Arc::new(Noon),
        random: Arc::new(Counter::default()),
    };
    let registration = NativeRegistration::new(&settings, &layout, means);
    LocalEngine::new(Parts {
        settings,
        layout,
        identity,
        registration: Arc::new(registration),
        transport,
        packages: Some(packages.clone()),
        clock: Arc::new(Noon),
        runner,
        root: Root::new("/".into(), "/".into()),
    })
}
