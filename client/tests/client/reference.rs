//! The answers a reference server gave, word for word: this client understands them all, and asks for them as the
//! reference client did.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use migasfree_client::job::{Job, JobId, ResultCode};
use migasfree_client::keys::KeyStore;
use migasfree_client::sync::{Engine, EngineError};
use migasfree_client::upload::{Target, UploadError, Uploader};
use migasfree_envelope::{PrivateKey, open};
use serde_json::{Value, json};

use crate::support::bench::{FULL, engine};
use crate::support::observer::Recorder;
use crate::support::pms::FakePackages;

const PROJECT: &str = "Debian-12";

fn vectors(name: &str) -> Value {
    let folder =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../tests/reference/vectors");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// The recorded server. Every message must open with the recorded keys and say what the recorded one said.
struct Reference {
    exchanges: Vec<Value>,
    /// Steps in which it said no.
    refusals: Vec<String>,
    server: PrivateKey,
    project: PrivateKey,
    packager: PrivateKey,
    calls: Mutex<Vec<String>>,
}

impl Reference {
    async fn start() -> (Arc<Self>, String) {
        Self::refusing(&[]).await
    }

    /// As it was recorded when it refused these.
    async fn refusing(refusals: &[&str]) -> (Arc<Self>, String) {
        let keys = vectors("keys.json");
        let key =
            |name: &str| PrivateKey::from_pem(keys[name]["private_pem"].as_str().unwrap()).unwrap();
        let reference = Arc::new(Self {
            exchanges: vectors("http_transcript.json")["exchanges"]
                .as_array()
                .unwrap()
                .clone(),
            refusals: refusals.iter().map(|step| (*step).to_owned()).collect(),
            server: key("server"),
            project: key("project"),
            packager: key("packager"),
            calls: Mutex::default(),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&reference));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (reference, base)
    }

    /// What was recorded for this call: a refusal that is wanted, else the first success, else anything.
    fn exchange(&self, method: &Method, path: &str) -> Option<&Value> {
        let recorded = || {
            self.exchanges.iter().filter(|exchange| {
                let request = &exchange["request"];
                request["method"] == method.as_str() && request["path"] == path
            })
        };
        let refused =
            |exchange: &&Value| self.refusals.iter().any(|step| exchange["step"] == *step);
        let good = |exchange: &&Value| exchange["response"]["status"].as_u64() < Some(300);
        recorded()
            .find(refused)
            .or_else(|| recorded().find(good))
            .or_else(|| recorded().next())
    }

    fn data(&self, step: &str) -> &Value {
        let found = self
            .exchanges
            .iter()
            .find(|exchange| exchange["step"] == step);
        &found.unwrap()["response"]["data"]
    }

    fn check(&self, path: &str, body: &[u8], recorded: &Value) {
        let Some(call) = path.strip_prefix("/api/v1/safe/") else {
            return;
        };
        let text = String::from_utf8_lossy(body);
        let (project, message) = match serde_json::from_slice::<Value>(body) {
            Ok(body) => (
                body["project"].clone(),
                body["msg"].as_str().unwrap().to_owned(),
            ),
            Err(_) => {
                let message = text.lines().find(|line| line.starts_with("{\"")).unwrap();
                (json!(PROJECT), message.to_owned())
            }
        };
        assert_eq!(project, PROJECT, "{call}");
        let peer = if call.starts_with("packages/") {
            &self.packager
        } else {
            &self.project
        };
        let claims = open(&message, &self.server, peer.public()).unwrap();
        let names = |claims: &Value| -> BTreeSet<String> {
            claims.as_object().unwrap().keys().cloned().collect()
        };
        if call != "catalog/categories/" {
            let mut sent = names(&claims);
            // A question of ours, to which others have no answer.
            sent.remove("ask_new_store");
            assert_eq!(sent, names(recorded), "{call}");
        }
        self.calls.lock().unwrap().push(call.to_owned());
    }
}

async fn answer(
    State(reference): State<Arc<Reference>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    let Some(exchange) = reference.exchange(&method, uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    reference.check(uri.path(), &body, &exchange["request"]["claims"]);
    let response = &exchange["response"];
    let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
    let media_type = response["headers"]["Content-Type"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = response["body"].as_str().unwrap().to_owned();
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, media_type)], body).into_response()
}

#[tokio::test]
async fn a_computer_synchronises_with_a_reference_server() {
    let (reference, base) = Reference::start().await;
    let folder = tempfile::tempdir().unwrap();
    let packages = Arc::new(FakePackages::with(&["nano", "bash"]));
    let engine = engine(folder.path(), &base, PROJECT, Arc::clone(&packages));
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let outcome = engine.sync(FULL, &job).await.unwrap();
    assert_eq!(outcome.code, ResultCode::Ok, "{:?}", outcome.problems);
    assert_eq!(engine.identity().computer_id.unwrap().0, 1);
    let calls = std::mem::take(&mut *reference.calls.lock().unwrap());
    assert_eq!(
        calls,
        [
            "computers/id/",
            "computers/properties/",
            "computers/attributes/",
            "computers/faults/definitions/",
            "computers/faults/",
            "computers/repositories/",
            "computers/packages/mandatory/",
            "computers/software/",
            "computers/hardware/required/",
            "computers/hardware/",
            "computers/traits/",
            "computers/errors/",
            "synchronizations/",
            "eot/",
        ]
    );
    let installed: Vec<String> = packages.installed.lock().unwrap().keys().cloned().collect();
    assert_eq!(installed, ["bash", "geany", "htop", "vim"]);
    let repositories = packages.repositories.lock().unwrap().clone().unwrap();
    assert_eq!(json!(repositories), *reference.data("repositories"));

    assert_eq!(json!(engine.info().await.unwrap()), *reference.data("info"));
    assert_eq!(
        json!(engine.label().await.unwrap()),
        *reference.data("label")
    );
    let tags = engine.tags().await.unwrap();
    assert_eq!(json!(tags.available), *reference.data("tags-available"));
    let own = engine.attributes(true).await.unwrap();
    assert_eq!(json!(own), *reference.data("attributes-cid"));
    let catalog = engine.catalog().await.unwrap();
    assert_eq!(catalog.apps[0].packages_in(PROJECT).unwrap(), ["geany"]);
    assert_eq!(
        json!(catalog.categories),
        *reference.data("catalog-categories")
    );
    let tags = ["AUL-lab".to_owned()];
    engine.set_tags(&tags, true, &job).await.unwrap();
    assert!(packages.installed.lock().unwrap().contains_key("gcompris"));
}

#[tokio::test]
async fn a_packager_uploads_to_a_reference_server() {
    let (reference, base) = Reference::start().await;
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path(), &base, PROJECT, Arc::default());
    let keys = KeyStore::new(folder.path().join("packager"));
    let target = Target {
        project: PROJECT.into(),
        store: "org".into(),
    };
    let server = engine.open_server();
    let uploader = Uploader::sign_in(server, &keys, target.clone(), "ana", "secret")
        .await
        .unwrap();
    let set: PathBuf = folder.path().join("myset");
    std::fs::create_dir_all(set.join("sub")).unwrap();
    std::fs::write(set.join("sub/a.deb"), "!<arch>\ndebian-binary").unwrap();
    uploader.file(&set.join("sub/a.deb")).await.unwrap();
    assert_eq!(uploader.folder(&set, |_| {}).await.unwrap(), 1);
    let calls = reference.calls.lock().unwrap().clone();
    assert_eq!(
        calls,
        [
            "packages/",
            "packages/repos/",
            "packages/set/",
            "packages/repos/"
        ]
    );
}

#[tokio::test]
async fn what_a_reference_server_refuses_is_told_in_its_words() {
    let refusals = [
        "tags-set-invalid",
        "packager-keys-denied",
        "unknown-computer-id",
    ];
    let (_, base) = Reference::refusing(&refusals).await;
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path(), &base, PROJECT, Arc::default());
    let recorder = Recorder::default();
    let job = Job::new(JobId::unique(), &recorder);
    let tags = ["AUL-nope".to_owned()];
    let error = engine.set_tags(&tags, true, &job).await.unwrap_err();
    let EngineError::UnknownTags(unknown) = error else {
        panic!("{error}");
    };
    assert_eq!(unknown, "AUL-nope");
    let error = engine.sync(FULL, &job).await.unwrap_err();
    assert!(error.to_string().contains("No Computer matches"), "{error}");
    let keys = KeyStore::new(folder.path().join("packager"));
    let target = Target {
        project: PROJECT.into(),
        store: "org".into(),
    };
    let refused = Uploader::sign_in(engine.open_server(), &keys, target, "ana", "wrong").await;
    assert!(matches!(refused, Err(UploadError::Credentials(_))));
}
