//! A server: signing in, a list of computers, and a relay with one computer behind it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Form, Path, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::{Bytes, BytesMut};
use migasfree_grant::{Mode, Service, Switches};
use migasfree_tunnel::frame::{Frame, Kind, StreamId};
use migasfree_tunnel::message::{
    self, Control, Hello, OperatorHello, Position, SUBPROTOCOL, SessionState, Welcome, Who,
};
use migasfree_tunnel::screen::FromOperator;
use serde_json::{Value, json};
use std::collections::HashMap;

use crate::computer::Computer;

/// The session that is always the one.
pub const SESSION: &str = "0197d1a4-0000-7000-8000-000000000001";
const GRANT: &str = "a-grant";
const SECRET: &str = "to-resume-with";
const HOST_KEY: &str = "ssh-host-key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKfake";

/// What the server was asked, and what it answers.
#[derive(Debug, Default)]
pub struct Behaviour {
    /// The program waits for a person who says no.
    pub refuses_login: bool,
    /// What a session is refused with: a code of a problem, and its English text.
    pub refuses_session: Option<(&'static str, &'static str)>,
    /// What was asked for last.
    pub asked: Option<Value>,
    /// What is told of an order, one after the other: its state, its status, and what came out meanwhile.
    pub told: Vec<(&'static str, Option<i32>, &'static str)>,
    /// The connection breaks when somebody types `break`.
    pub breaks: bool,
}

#[derive(Debug)]
struct Inner {
    behaviour: Mutex<Behaviour>,
    polls: AtomicUsize,
    computer: tokio::sync::Mutex<Computer>,
}

/// A server that runs as long as the test.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its address.
    pub address: String,
    inner: Arc<Inner>,
}

impl Server {
    /// Starts one.
    pub async fn start(behaviour: Behaviour) -> Self {
        let inner = Arc::new(Inner {
            behaviour: Mutex::new(behaviour),
            polls: AtomicUsize::new(0),
            computer: tokio::sync::Mutex::new(Computer::new()),
        });
        let routes = Router::new()
            .route("/api/v1/token/device-code/", post(begin))
            .route("/api/v1/token/device-code/token/", post(token))
            .route("/api/v1/token/remote-access/", get(list))
            .route("/api/v1/token/computers/{id}/remote-access/", get(access))
            .route("/api/v1/token/remote-sessions/", post(ask).get(sessions))
            .route("/api/v1/token/computers/{id}/actions/", post(order))
            .route("/api/v1/token/actions/{id}/executions/", get(executions))
            .route("/api/v1/token/executions/", get(executions))
            .route("/api/v1/token/executions/{id}/output/", get(told))
            .route("/api/native/1/relay/session/", get(relay))
            .with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            address: format!("http://{address}"),
            inner,
        }
    }

    /// What a session was asked with.
    pub fn asked(&self) -> Value {
        let behaviour = self.inner.behaviour.lock().unwrap();
        behaviour.asked.clone().unwrap_or_default()
    }

    /// The file that is on the computer now.
    pub async fn file(&self, path: &str) -> Option<Vec<u8>> {
        self.inner.computer.lock().await.files.get(path).cloned()
    }

    /// What the computer's screen heard.
    pub async fn heard(&self) -> Vec<FromOperator> {
        self.inner.computer.lock().await.heard.clone()
    }

    /// Puts a file on the computer.
    pub async fn put(&self, path: &str, content: Vec<u8>) {
        let mut computer = self.inner.computer.lock().await;
        computer.files.insert(path.to_owned(), content);
    }
}

type Shared = State<Arc<Inner>>;

async fn begin(Form(fields): Form<HashMap<String, String>>) -> Json<Value> {
    assert!(fields["client_id"].starts_with("Migasfree Connect"));
    Json(json!({
        "device_code": "kept",
        "user_code": "AB12-CD34",
        "verification_uri": "http://console/device",
        "verification_uri_complete": "http://console/device?user_code=AB12-CD34",
        "expires_in": 60,
        "interval": 0,
    }))
}

async fn token(
    State(inner): Shared,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error})));
    let is_refresh = fields["grant_type"] == "refresh_token";
    if is_refresh && !fields["refresh_token"].starts_with("refresh-") {
        return Err(refused("invalid_grant"));
    }
    let polls = inner.polls.fetch_add(1, Ordering::SeqCst);
    if !is_refresh && polls == 0 {
        return Err(refused("authorization_pending"));
    }
    if inner.behaviour.lock().unwrap().refuses_login {
        return Err(refused("access_denied"));
    }
    Ok(Json(json!({
        "access_token": "access",
        "token_type": "Bearer",
        "expires_in": 300,
        "refresh_token": format!("refresh-{polls}"),
    })))
}

fn is_signed_in(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|shown| shown == "Bearer access")
}

async fn list(headers: HeaderMap, Query(query): Query<HashMap<String, String>>) -> Response {
    if !is_signed_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let search = query.get("search").map_or("", String::as_str);
    let rows: Vec<Value> = [(4, "room4", true), (14, "room14", false)]
        .into_iter()
        .filter(|(id, name, _)| name.contains(search) || id.to_string() == search)
        .filter(|(_, _, online)| *online || !query.contains_key("online"))
        .map(|(id, name, online)| {
            json!({
                "computer": id, "name": name, "user": "ana", "address": null, "online": online,
                "last_seen": "2026-11-30T12:00:00Z", "services": ["terminal"],
            })
        })
        .collect();
    let page = json!({"count": rows.len(), "next": null, "previous": null, "results": rows});
    Json(page).into_response()
}

async fn access() -> Json<Value> {
    let certificate = format!("rdp_certificate {}", "ab".repeat(32));
    Json(json!({"name": "room4", "status": "online", "services": ["ssh", HOST_KEY, certificate]}))
}

async fn sessions() -> Json<Value> {
    let row = json!({
        "id": 17, "computer": {"id": 4, "__str__": "room4"}, "operator_name": "ana",
        "service": "terminal", "state": "active", "created_at": "2026-11-30T12:00:00Z",
    });
    Json(json!({"count": 1, "next": null, "previous": null, "results": [row]}))
}

async fn ask(State(inner): Shared, Json(asked): Json<Value>) -> Response {
    let mut behaviour = inner.behaviour.lock().unwrap();
    behaviour.asked = Some(asked);
    if let Some((code, text)) = behaviour.refuses_session {
        let problem = json!({"title": "Forbidden", "status": 403, "detail": text, "code": code});
        return (StatusCode::FORBIDDEN, Json(problem)).into_response();
    }
    Json(json!({
        "session": SESSION, "grant": GRANT, "relay": "/api/native/1/relay/session/",
        "expires": 60,
    }))
    .into_response()
}

async fn order(
    State(inner): Shared,
    Path(computer): Path<i64>,
    Json(mut asked): Json<Value>,
) -> Response {
    asked["computer"] = computer.into();
    let mut behaviour = inner.behaviour.lock().unwrap();
    behaviour.asked = Some(asked);
    if let Some((code, text)) = behaviour.refuses_session {
        let problem = json!({"title": "Forbidden", "status": 403, "detail": text, "code": code});
        return (StatusCode::FORBIDDEN, Json(problem)).into_response();
    }
    (StatusCode::CREATED, Json(json!({"id": 7, "verb": "sync"}))).into_response()
}

async fn executions(State(inner): Shared, RawQuery(query): RawQuery) -> Json<Value> {
    let mut behaviour = inner.behaviour.lock().unwrap();
    if let Some(query) = query {
        behaviour.asked = Some(query.into());
    }
    let row = json!({
        "id": 70, "verb": "reboot", "computer": {"id": 4, "__str__": "room4"},
        "action": {"id": 7, "operator_name": "ana"}, "state": "running",
        "created_at": "2026-11-30T12:00:00Z",
    });
    Json(json!({"count": 1, "next": null, "previous": null, "results": [row]}))
}

/// What is told next, from the place that the answer before named.
async fn told(
    State(inner): Shared,
    Path(execution): Path<i64>,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Value> {
    assert_eq!(execution, 70);
    let from: usize = query["from"].parse().unwrap();
    let behaviour = inner.behaviour.lock().unwrap();
    let last = behaviour.told.len() - 1;
    let (state, exit, output) = behaviour.told[from.min(last)];
    let output = if from > last { "" } else { output };
    Json(json!({
        "state": state, "exit_code": exit, "output": output, "next": (from + 1).min(last + 1),
        "truncated": false,
    }))
}

async fn relay(State(inner): Shared, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .protocols([SUBPROTOCOL])
        .on_upgrade(move |socket| async move {
            let _ = serve(&inner, socket).await;
        })
}

/// One connection of an operator; `None` once it is gone.
async fn serve(inner: &Inner, mut socket: WebSocket) -> Option<()> {
    greet(&mut socket, None).await?;
    let hello = loop {
        let frames = receive(&mut socket).await?;
        if let Some(frame) = frames.into_iter().find(|frame| frame.kind == Kind::Hello) {
            break message::read::<Hello>(&frame.payload).ok()?;
        }
    };
    let Who::Operator(OperatorHello { grant, resume }) = hello.who else {
        return None;
    };
    let mut computer = inner.computer.lock().await;
    if let Some(resume) = &resume {
        assert_eq!(
            (resume.session.as_str(), resume.secret.as_str()),
            (SESSION, SECRET)
        );
    } else {
        assert_eq!(grant.as_deref(), Some(GRANT));
        let asking = Control::Asking {
            session: SESSION.to_owned(),
        };
        let frame = Frame::new(Kind::Control, StreamId::CONNECTION, message::write(&asking));
        send(&mut socket, &frame).await?;
        computer.begin();
    }
    let state = state(inner, computer.positions());
    greet(&mut socket, Some(state)).await?;
    if let Some(resume) = resume {
        computer.resume(SESSION, resume.streams);
    }
    let breaks = inner.behaviour.lock().unwrap().breaks;
    loop {
        for frame in computer.frames() {
            send(&mut socket, &frame).await?;
        }
        for frame in receive(&mut socket).await? {
            computer.take(SESSION, frame);
        }
        if breaks && computer.is_to_break() {
            computer.detach();
            return None;
        }
    }
}

fn state(inner: &Inner, streams: Vec<Position>) -> SessionState {
    let behaviour = inner.behaviour.lock().unwrap();
    let mode = behaviour
        .asked
        .as_ref()
        .and_then(|asked| asked["mode"].as_str());
    SessionState {
        session: SESSION.to_owned(),
        computer: 4,
        service: Service::Terminal,
        mode: match mode {
            Some("control") => Mode::Control,
            Some("view") => Mode::View,
            _ => Mode::User,
        },
        switches: Switches::default(),
        secret: SECRET.to_owned(),
        resume_window: 10,
        recorded: true,
        ends: i64::MAX,
        streams,
    }
}

async fn greet(socket: &mut WebSocket, session: Option<SessionState>) -> Option<()> {
    let welcome = Welcome {
        nonce: session.is_none().then(|| "a-challenge".to_owned()),
        keep_alive: 15,
        session,
    };
    let hello = Hello::new(Who::Relay(welcome), "1", "test");
    let frame = Frame::new(Kind::Hello, StreamId::CONNECTION, message::write(&hello));
    send(socket, &frame).await
}

async fn send(socket: &mut WebSocket, frame: &Frame) -> Option<()> {
    let mut bytes = BytesMut::new();
    frame.encode(&mut bytes);
    let message = Message::Binary(bytes.freeze());
    socket.send(message).await.ok()
}

async fn receive(socket: &mut WebSocket) -> Option<Vec<Frame>> {
    loop {
        let Message::Binary(bytes) = socket.recv().await?.ok()? else {
            continue;
        };
        let mut bytes: Bytes = bytes;
        let mut frames = Vec::new();
        while let Some(frame) = Frame::decode(&mut bytes).unwrap() {
            frames.push(frame);
        }
        return Some(frames);
    }
}
