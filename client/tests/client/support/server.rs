//! A server of the sealed protocol, with as much memory as the tests ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use migasfree_envelope::{PrivateKey, open, seal};
use serde_json::{Value, json};

use super::repository::Signer;

struct Keys {
    server: PrivateKey,
    later: PrivateKey,
    project: PrivateKey,
    packager: PrivateKey,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    server: PrivateKey::generate().unwrap(),
    later: PrivateKey::generate().unwrap(),
    project: PrivateKey::generate().unwrap(),
    packager: PrivateKey::generate().unwrap(),
});

/// What the server knows and answers.
pub struct Mind {
    pub computer: Option<i64>,
    /// Asks for credentials before it gives keys.
    pub closed: bool,
    pub answers: BTreeMap<String, Value>,
    /// Path ending to status: the server refuses these calls, sealed.
    pub failures: BTreeMap<String, u16>,
    /// Path ending to status: somebody between answers these calls in the clear.
    pub clear: BTreeMap<String, u16>,
    /// Calls refused sealed, with words of the server's own.
    pub said: BTreeMap<String, (u16, Value)>,
    /// Sealed calls that are never answered.
    pub deaf: BTreeSet<String>,
    /// Calls refused in the clear with words of the server's own.
    pub refusals: BTreeMap<String, (u16, Value)>,
    /// The fingerprints it vouches for; `None` for a server that has no such call.
    pub word: Option<Vec<String>>,
    /// Gives an older answer about keys whatever the question.
    pub replays: bool,
    /// Somebody before the server answers every request with this status and a page.
    pub front: Option<u16>,
    /// Answers every request with a redirection to here.
    pub redirection: Option<String>,
    /// Answers the repository key as servers before June 2026 did.
    pub older: bool,
    pub repository_key: String,
    /// Below `/public/`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Sealed calls in order: path after `safe/`, claims.
    pub calls: Vec<(String, Value)>,
    pub public_calls: Vec<String>,
    /// It was set up anew and has other keys than before.
    pub other_keys: bool,
    /// Signs answers with a wrong key.
    pub forged: bool,
    pub uploads: Vec<(String, usize)>,
    pub saturated: bool,
    /// What it says of the native protocol; it has none of its calls but the sealed one.
    pub native: Option<Value>,
}

impl Mind {
    fn own_key(&self) -> &'static PrivateKey {
        if self.other_keys {
            &KEYS.later
        } else {
            &KEYS.server
        }
    }
}

pub struct FakeServer {
    pub address: SocketAddr,
    mind: Arc<Mutex<Mind>>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl FakeServer {
    pub async fn start() -> Self {
        let mind = Mind {
            computer: None,
            closed: false,
            answers: answers(),
            failures: BTreeMap::new(),
            clear: BTreeMap::new(),
            said: BTreeMap::new(),
            deaf: BTreeSet::new(),
            refusals: BTreeMap::new(),
            word: None,
            replays: false,
            front: None,
            redirection: None,
            older: false,
            repository_key: Signer::generate().public_key(),
            files: BTreeMap::new(),
            calls: Vec::new(),
            public_calls: Vec::new(),
            other_keys: false,
            forged: false,
            uploads: Vec::new(),
            saturated: false,
            native: None,
        };
        let mind = Arc::new(Mutex::new(mind));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&mind));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let server = axum::serve(listener, app);
            tokio::select! {
                _ = server => {}
                _ = stopped => {}
            }
        });
        Self {
            address,
            mind,
            stop: Some(stop),
        }
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn mind(&self) -> MutexGuard<'_, Mind> {
        self.mind.lock().unwrap()
    }

    pub fn calls(&self) -> Vec<String> {
        self.mind()
            .calls
            .iter()
            .map(|(path, _)| path.clone())
            .collect()
    }

    /// The claims of the last call to this path.
    pub fn claims(&self, path: &str) -> Value {
        let mind = self.mind();
        let found = mind.calls.iter().rev().find(|(called, _)| called == path);
        found.map(|(_, claims)| claims.clone()).unwrap_or_default()
    }

    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

fn answers() -> BTreeMap<String, Value> {
    let answers = [
        (
            "computers/properties/",
            json!([{ "prefix": "HST", "language": "bash", "code": "echo pc" }]),
        ),
        ("computers/attributes/", json!({ "id": 7 })),
        ("computers/faults/definitions/", json!([])),
        ("computers/faults/", json!([])),
        ("computers/repositories/", json!([])),
        (
            "computers/packages/mandatory/",
            json!({ "install": [], "remove": [] }),
        ),
        ("computers/software/", json!("Data received")),
        ("computers/hardware/required/", json!({ "capture": false })),
        ("computers/hardware/", json!("ok")),
        (
            "computers/traits/",
            json!([{ "id": 8, "description": null, "value": "7", "name": "Computer ID", "prefix": "CID", "sort": "basic" }]),
        ),
        ("computers/errors/", json!({ "id": 1 })),
        ("synchronizations/", json!({ "computer": 7 })),
        ("eot/", json!("EOT OK")),
        (
            "computers/label/",
            json!({ "uuid": "U", "name": "pc", "search": "pc", "helpdesk": "5555" }),
        ),
        ("computers/tags/assigned/", json!(["LOC-north"])),
        (
            "computers/tags/available/",
            json!({ "Location": ["LOC-north", "LOC-south"] }),
        ),
        (
            "computers/tags/",
            json!({ "preinstall": [], "install": [], "remove": [] }),
        ),
        (
            "catalog/categories/",
            json!([{ "id": 1, "name": "Graphics" }]),
        ),
        ("catalog/apps/available/", json!([app()])),
        ("packages/", json!("ok")),
        ("packages/set/", json!("ok")),
        ("packages/repos/", json!("ok")),
    ];
    answers
        .into_iter()
        .map(|(path, answer)| (path.to_owned(), answer))
        .collect()
}

fn app() -> Value {
    json!({
        "id": 3,
        "name": "Painter",
        "description": "Paints\n\nWith **colours** [and links](http://x)",
        "created_at": "2026-01-01T00:00:00Z",
        "score": 4,
        "icon": "/public/catalog_icons/app_3.png",
        "level": { "id": "U", "name": "User" },
        "category": { "id": 1, "name": "Graphics" },
        "packages_by_project": [{
            "id": 1,
            "application": { "id": 3 },
            "project": { "id": 1, "name": "tests" },
            "packages_to_install": ["painter"],
        }],
        "available_for_attributes": [{ "id": 1 }],
    })
}

async fn answer(
    State(mind): State<Arc<Mutex<Mind>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = uri.path().strip_prefix("/api/v1/safe/").unwrap_or_default();
    let is_deaf = mind.lock().unwrap().deaf.contains(call);
    if is_deaf {
        let heard = (call.to_owned(), Value::Null);
        mind.lock().unwrap().calls.push(heard);
        std::future::pending::<()>().await;
    }
    let mut mind = mind.lock().unwrap();
    let path = uri.path();
    if let Some(status) = mind.front {
        let page = Html("<html>sign in</html>");
        let status = StatusCode::from_u16(status).unwrap();
        return (status, [("retry-after", "42")], page).into_response();
    }
    if let Some(target) = mind.redirection.clone() {
        mind.public_calls.push(format!("{method} {path}"));
        let location = [("location", format!("{target}{path}"))];
        return (StatusCode::TEMPORARY_REDIRECT, location).into_response();
    }
    if let Some(rest) = path.strip_prefix("/api/v1/safe/") {
        return sealed(&mut mind, rest, &headers, &body);
    }
    if let Some(file) = path.strip_prefix("/public/") {
        return match mind.files.get(file) {
            Some(content) => content.clone().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    mind.public_calls.push(format!("{method} {path}"));
    match path {
        "/api/v1/public/server/info/" => {
            let mut info = json!({ "version": "5.1", "organization": "Tests" });
            if mind.word.is_some() {
                info["additions"] = json!(["safe/keys/repositories/"]);
            }
            if let Some(native) = &mind.native {
                info["native"] = native.clone();
            }
            axum::Json(info).into_response()
        }
        "/api/v1/public/keys/project/" => keys(&mind, &body, &KEYS.project, "migasfree-client.pri"),
        "/api/v1/public/keys/packager/" => {
            keys(&mind, &body, &KEYS.packager, "migasfree-packager.pri")
        }
        "/api/v1/public/keys/repositories/" => match (mind.older, method) {
            (true, Method::POST) => axum::Json(json!(mind.repository_key)).into_response(),
            (false, Method::GET) => {
                axum::Json(json!({ "public_key": mind.repository_key })).into_response()
            }
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        },
        "/manager/v1/public/synchronizations/availability/" if mind.saturated => {
            let body = axum::Json(json!({ "status": "saturated", "retry_after": 42 }));
            (StatusCode::TOO_MANY_REQUESTS, body).into_response()
        }
        _ => (StatusCode::NOT_FOUND, "<html>nothing</html>").into_response(),
    }
}

fn keys(mind: &Mind, body: &Bytes, own: &PrivateKey, name: &str) -> Response {
    let form = String::from_utf8_lossy(body).into_owned();
    let packager = name.contains("packager");
    if (mind.closed || packager) && !form.contains("username=ana&password=secret") {
        return (
            StatusCode::FORBIDDEN,
            axum::Json(json!({ "detail": "not allowed" })),
        )
            .into_response();
    }
    let keys =
        json!({ "migasfree-server.pub": mind.own_key().public().to_pem(), name: own.to_pem() });
    axum::Json(keys).into_response()
}

fn sealed(mind: &mut Mind, path: &str, headers: &HeaderMap, body: &Bytes) -> Response {
    let multipart = headers
        .get("content-type")
        .is_some_and(|v| v.to_str().unwrap().starts_with("multipart/"));
    let client = if path.starts_with("packages/") {
        &KEYS.packager
    } else {
        &KEYS.project
    };
    let message = if multipart {
        let text = String::from_utf8_lossy(body);
        mind.uploads.push((file_name(&text), body.len()));
        text.lines()
            .find(|line| line.starts_with("{\""))
            .unwrap_or_default()
            .to_owned()
    } else {
        let body: Value = serde_json::from_slice(body).unwrap();
        body["msg"].as_str().unwrap().to_owned()
    };
    let claims = open(&message, mind.own_key(), client.public()).unwrap();
    mind.calls.push((path.to_owned(), claims.clone()));
    if let Some((status, words)) = mind.refusals.get(path) {
        let status = StatusCode::from_u16(*status).unwrap();
        return (status, axum::Json(words.clone())).into_response();
    }
    if let Some(status) = mind.clear.get(path) {
        let status = StatusCode::from_u16(*status).unwrap();
        return (status, "<html>sign in</html>").into_response();
    }
    let (status, answer) = match path {
        _ if mind.said.contains_key(path) => mind.said[path].clone(),
        _ if mind.failures.contains_key(path) => {
            (mind.failures[path], json!({ "detail": "told to fail" }))
        }
        "keys/repositories/" if mind.word.is_some() && !mind.replays => (
            200,
            json!({ "nonce": claims["nonce"], "fingerprints": mind.word }),
        ),
        "computers/id/" => match mind.computer {
            Some(id) => (200, json!(id)),
            None => (404, json!("Computer not found")),
        },
        "computers/" => {
            mind.computer = Some(7);
            (201, json!({ "id": 7 }))
        }
        _ => match mind.answers.get(path) {
            Some(answer) => (200, answer.clone()),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let signer = if mind.forged {
        &KEYS.project
    } else {
        mind.own_key()
    };
    let message = seal(&answer, signer, client.public());
    (
        StatusCode::from_u16(status).unwrap(),
        axum::Json(json!({ "msg": message })),
    )
        .into_response()
}

fn file_name(text: &str) -> String {
    let rest = text
        .split_once("filename=\"")
        .map(|(_, rest)| rest)
        .unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}
