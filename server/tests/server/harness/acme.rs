//! An authority that speaks ACME, as far as a client sees it: it looks for the answers to its challenges where they have to
//! be, and signs what is asked for.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use migasfree_server::acceptor::{Acceptor as _, ClientCertificates};
use migasfree_server_db::clock::{Clock as _, ManualClock};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;

use super::tls::{Authority, acceptor, curious, shown};

/// Where it looks for answers: http, and TLS.
type Places = (Option<SocketAddr>, SocketAddr);

/// A running authority.
pub struct Acme {
    pub directory: String,
    /// By which its own address is known (PEM).
    pub known_by: String,
    desk: Arc<Desk>,
}

struct Desk {
    base: String,
    issuer: Authority,
    clock: Arc<ManualClock>,
    places: watch::Sender<Option<Places>>,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    nonces: HashSet<String>,
    given: u32,
    /// Of the key of the one account.
    thumbprint: String,
    orders: Vec<Order>,
    issued: Vec<String>,
    refusals: u32,
    refused: u32,
    looked: Vec<&'static str>,
}

struct Order {
    names: Vec<String>,
    /// Whether each name has been seen to be theirs; nothing while it has not been looked.
    seen: Vec<Option<bool>>,
    certificate: Option<String>,
}

impl Acme {
    pub async fn start(clock: Arc<ManualClock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("https://{}", listener.local_addr().unwrap());
        let own = Authority::new("who vouches for the ACME authority");
        let desk = Arc::new(Desk {
            base: base.clone(),
            issuer: Authority::new("the ACME authority"),
            clock: clock.clone(),
            places: watch::Sender::new(None),
            book: Mutex::default(),
        });
        let router = router(Arc::clone(&desk));
        let tls = Arc::new(acceptor(&own, ClientCertificates::Unasked, clock));
        tokio::spawn(async move {
            while let Ok((stream, address)) = listener.accept().await {
                let (tls, router) = (Arc::clone(&tls), router.clone());
                tokio::spawn(async move {
                    let Ok(accepted) = tls.accept(stream, address).await else {
                        return;
                    };
                    let service = service_fn(move |request: Request<Incoming>| {
                        router.clone().oneshot(request.map(Body::new))
                    });
                    let io = TokioIo::new(accepted.stream);
                    let builder = Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(io, service).await;
                });
            }
        });
        Self {
            directory: format!("{base}/directory"),
            known_by: own.pem(),
            desk,
        }
    }

    /// From now on it finds the server; until then whoever asks has to wait.
    pub fn finds(&self, places: Places) {
        self.desk.places.send_replace(Some(places));
    }

    /// The next so many orders are refused.
    pub fn refuse(&self, times: u32) {
        self.desk.book().refusals = times;
    }

    /// How many orders were refused.
    pub fn refused(&self) -> u32 {
        self.desk.book().refused
    }

    /// What was issued, as PEM.
    pub fn issued(&self) -> Vec<String> {
        self.desk.book().issued.clone()
    }

    /// Which challenges were looked at.
    pub fn looked(&self) -> Vec<&'static str> {
        self.desk.book().looked.clone()
    }
}

impl Desk {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    fn nonce(&self) -> String {
        let mut book = self.book();
        book.given += 1;
        let nonce = URL_SAFE_NO_PAD.encode(format!("nonce {}", book.given));
        book.nonces.insert(nonce.clone());
        nonce
    }

    /// What a signed request says: its head and its body.
    fn open(&self, body: &[u8]) -> Result<(Value, Value), Refused> {
        let part = |text: &Value| URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
        let signed: Value = serde_json::from_slice(body).unwrap();
        let head: Value = serde_json::from_slice(&part(&signed["protected"])).unwrap();
        let nonce = head["nonce"].as_str().unwrap();
        if !self.book().nonces.remove(nonce) {
            return Err(Refused(StatusCode::BAD_REQUEST, "badNonce"));
        }
        let body = part(&signed["payload"]);
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok((head, body))
    }

    fn order(&self, number: usize) -> Value {
        let (base, book) = (&self.base, self.book());
        let order = &book.orders[number];
        let status = match &order.certificate {
            Some(_) => "valid",
            None if order.seen.contains(&Some(false)) => "invalid",
            None if order.seen.iter().all(Option::is_some) => "ready",
            None => "pending",
        };
        let authorizations =
            (0..order.names.len()).map(|name| format!("{base}/authorization/{number}/{name}"));
        json!({
            "status": status,
            "identifiers": order.names.iter().map(|name| json!({"type": "dns", "value": name})).collect::<Vec<_>>(),
            "authorizations": authorizations.collect::<Vec<_>>(),
            "finalize": format!("{base}/finalize/{number}"),
            "certificate": order.certificate.as_ref().map(|_| format!("{base}/certificate/{number}")),
        })
    }

    fn token(number: usize, name: usize) -> String {
        format!("token-{number}-{name}")
    }

    /// Looks for the answer to a challenge.
    async fn look(&self, kind: &str, number: usize, name: usize) -> bool {
        let mut places = self.places.subscribe();
        let found = tokio::time::timeout(Duration::from_secs(20), places.wait_for(Option::is_some));
        let Some((http, tls)) = *found.await.unwrap().unwrap() else {
            return false;
        };
        let (wanted, of) = {
            let book = self.book();
            let token = Self::token(number, name);
            let wanted = format!("{token}.{}", book.thumbprint);
            (wanted, book.orders[number].names[name].clone())
        };
        match (kind, http) {
            ("http-01", Some(http)) => {
                self.book().looked.push("http-01");
                let token = Self::token(number, name);
                let url = format!("http://{http}/.well-known/acme-challenge/{token}");
                let asked = reqwest::Client::new().get(url).header("Host", of).send();
                asked.await.unwrap().text().await.unwrap() == wanted
            }
            ("tls-alpn-01", _) => {
                self.book().looked.push("tls-alpn-01");
                let mut config = curious();
                config.alpn_protocols = vec![b"acme-tls/1".to_vec()];
                let shown = shown(config, tls, &of).await;
                shown.is_some_and(|shown| proves(&shown, &of, &wanted))
            }
            _ => false,
        }
    }
}

/// Whether a certificate is for a name alone and holds the digest of the answer (RFC 8737).
fn proves(certificate: &[u8], name: &str, answer: &str) -> bool {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).unwrap();
    let mut wanted = vec![0x04, 0x20];
    wanted.extend_from_slice(&Sha256::digest(answer.as_bytes()));
    let mut extensions = certificate.extensions().iter();
    let proof = extensions.any(|extension| {
        extension.critical
            && extension.oid.to_id_string() == "1.3.6.1.5.5.7.1.31"
            && extension.value == wanted
    });
    let names = certificate.subject_alternative_name().unwrap().unwrap();
    let [x509_parser::extensions::GeneralName::DNSName(only)] = names.value.general_names[..]
    else {
        return false;
    };
    proof && only == name
}

/// Why a request is refused.
struct Refused(StatusCode, &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, kind) = self;
        let body = json!({"type": format!("urn:ietf:params:acme:error:{kind}"), "detail": kind});
        (status, Json(body)).into_response()
    }
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/directory", get(directory))
        .route("/nonce", get(|| async {}))
        .route("/account", post(account))
        .route("/order", post(order))
        .route("/order/{number}", post(state))
        .route("/authorization/{number}/{name}", post(authorization))
        .route("/challenge/{number}/{name}/{kind}", post(challenge))
        .route("/finalize/{number}", post(finalize))
        .route("/certificate/{number}", post(certificate))
        .layer(from_fn_with_state(Arc::clone(&desk), with_nonce))
        .with_state(desk)
}

async fn with_nonce(State(desk): State<Arc<Desk>>, request: Request<Body>, next: Next) -> Response {
    let mut response = next.run(request).await;
    let nonce = HeaderValue::from_str(&desk.nonce()).unwrap();
    response.headers_mut().insert("replay-nonce", nonce);
    response
}

async fn directory(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let base = &desk.base;
    Json(json!({
        "newNonce": format!("{base}/nonce"),
        "newAccount": format!("{base}/account"),
        "newOrder": format!("{base}/order"),
    }))
}

async fn account(State(desk): State<Arc<Desk>>, body: Bytes) -> Result<Response, Refused> {
    let (head, body) = desk.open(&body)?;
    assert_eq!(body["termsOfServiceAgreed"], json!(true));
    let key = &head["jwk"];
    // RFC 7638: these members, in this order.
    let members = format!(
        r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#,
        key["crv"], key["kty"], key["x"], key["y"]
    );
    desk.book().thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(members.as_bytes()));
    let location = [("location", format!("{}/account/1", desk.base))];
    let body = Json(json!({"status": "valid"}));
    Ok((StatusCode::CREATED, location, body).into_response())
}

async fn order(State(desk): State<Arc<Desk>>, body: Bytes) -> Result<Response, Refused> {
    let (head, body) = desk.open(&body)?;
    assert_eq!(head["kid"], json!(format!("{}/account/1", desk.base)));
    let number = {
        let mut book = desk.book();
        if book.refusals > 0 {
            book.refusals -= 1;
            book.refused += 1;
            return Err(Refused(StatusCode::TOO_MANY_REQUESTS, "rateLimited"));
        }
        let identifiers = body["identifiers"].as_array().unwrap();
        let names = identifiers
            .iter()
            .map(|one| one["value"].as_str().unwrap().to_owned());
        let names: Vec<String> = names.collect();
        book.orders.push(Order {
            seen: vec![None; names.len()],
            names,
            certificate: None,
        });
        book.orders.len() - 1
    };
    let location = [("location", format!("{}/order/{number}", desk.base))];
    let body = Json(desk.order(number));
    Ok((StatusCode::CREATED, location, body).into_response())
}

async fn state(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<usize>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    desk.open(&body)?;
    Ok(Json(desk.order(number)))
}

async fn authorization(
    State(desk): State<Arc<Desk>>,
    Path((number, name)): Path<(usize, usize)>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    desk.open(&body)?;
    let challenges = ["http-01", "tls-alpn-01"].map(|kind| offered(&desk, kind, number, name));
    let of = desk.book().orders[number].names[name].clone();
    Ok(Json(json!({
        "status": "pending",
        "identifier": {"type": "dns", "value": of},
        "challenges": challenges,
    })))
}

fn offered(desk: &Desk, kind: &str, number: usize, name: usize) -> Value {
    json!({
        "type": kind,
        "url": format!("{}/challenge/{number}/{name}/{kind}", desk.base),
        "token": Desk::token(number, name),
        "status": "pending",
    })
}

async fn challenge(
    State(desk): State<Arc<Desk>>,
    Path((number, name, kind)): Path<(usize, usize, String)>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    desk.open(&body)?;
    let found = desk.look(&kind, number, name).await;
    desk.book().orders[number].seen[name] = Some(found);
    Ok(Json(offered(&desk, &kind, number, name)))
}

async fn finalize(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<usize>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let (_, body) = desk.open(&body)?;
    assert_eq!(desk.order(number)["status"], json!("ready"));
    let request = URL_SAFE_NO_PAD
        .decode(body["csr"].as_str().unwrap())
        .unwrap();
    let granted = desk.issuer.grant(&request, desk.clock.now());
    let mut book = desk.book();
    book.issued.push(granted.clone());
    book.orders[number].certificate = Some(granted);
    drop(book);
    Ok(Json(desk.order(number)))
}

async fn certificate(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<usize>,
    body: Bytes,
) -> Result<String, Refused> {
    desk.open(&body)?;
    let granted = desk.book().orders[number].certificate.clone();
    Ok(granted.unwrap())
}
