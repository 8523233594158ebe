//! Somebody between computers and their server, who does with its answers what computers have to bear.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};
use axum::body::{Body, Bytes, to_bytes};
use futures_util::{StreamExt as _, stream};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};

use crate::fleet::random::Random;
use crate::server::Server;

/// Where the calls of the native protocol are.
pub const NATIVE: &str = "/api/native/";
/// Where the server says what it offers.
const INFO: &str = "/api/v1/public/server/info/";
/// Longest body that passes.
const LONGEST: usize = 64 * 1024 * 1024;

/// What becomes of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They pass as they are.
    Honest,
    /// One byte of the body is another one.
    Changes,
    /// An earlier answer of the native protocol comes in their place.
    Replays,
    /// The connection ends without any.
    Drops,
    /// The connection ends in the middle of them.
    Truncates,
    /// They never come.
    Keeps,
    /// Two requests get each the other's.
    Swaps,
}

/// What a request is held by; letting it go, or dropping this, sends it on.
pub type Held = oneshot::Sender<()>;

/// A proxy before a server, on an address of its own.
#[derive(Debug)]
pub struct Hostile {
    address: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    server: String,
    http: reqwest::Client,
    mind: Mutex<Mind>,
}

#[derive(Debug)]
struct Mind {
    way: Way,
    /// How paths begin that it is after.
    aim: &'static str,
    hides_native: bool,
    random: Random,
    seen: Vec<String>,
    /// Answers of the native protocol that passed.
    earlier: Vec<Answer>,
    /// One of two that are to be swapped.
    first: Option<(Answer, oneshot::Sender<Answer>)>,
    /// Which path is to be held, and who is told.
    hold: Option<(&'static str, oneshot::Sender<Held>)>,
}

#[derive(Clone, Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

enum Fate {
    Given(Answer),
    Halved(Answer),
    Dropped,
    Kept,
    Swapped(oneshot::Receiver<Answer>),
}

impl Hostile {
    /// Stands before a server, and is honest at first. The seed says which bytes are changed.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn before(server: &Server, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let http = reqwest::Client::builder()
            .no_gzip()
            .no_proxy()
            .redirect(Policy::none())
            .build()?;
        let mind = Mind {
            way: Way::Honest,
            aim: NATIVE,
            hides_native: false,
            random: Random::new(seed, 0),
            seen: Vec::new(),
            earlier: Vec::new(),
            first: None,
            hold: None,
        };
        let shared = Arc::new(Shared {
            server: server.url().to_owned(),
            http,
            mind: Mutex::new(mind),
        });
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            listening,
        })
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// From now on answers below `aim` go this way, and all others pass.
    pub fn turns(&self, way: Way, aim: &'static str) {
        let mut mind = self.shared.mind();
        (mind.way, mind.aim, mind.first) = (way, aim, None);
    }

    /// Says, or no longer says, that the server has no native protocol.
    pub fn hides_native(&self, hides: bool) {
        self.shared.mind().hides_native = hides;
    }

    /// Holds the next request for this path.
    pub fn holds(&self, path: &'static str) -> oneshot::Receiver<Held> {
        let (tells, told) = oneshot::channel();
        self.shared.mind().hold = Some((path, tells));
        told
    }

    /// The paths that were asked for since this was asked last.
    pub fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.mind().seen)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&shared)));
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| pass(Arc::clone(&shared), request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _broken_off_on_purpose = served.await;
}

async fn pass(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>> {
    let path = request.uri().path().to_owned();
    if let Some(tells) = shared.held(&path) {
        let (lets_go, let_go) = oneshot::channel();
        if tells.send(lets_go).is_ok() {
            let _either_way = let_go.await;
        }
    }
    let answer = shared.ask(request).await?;
    match shared.fate(&path, answer) {
        Fate::Given(answer) => Ok(answer.whole()),
        Fate::Halved(answer) => Ok(answer.half()),
        Fate::Dropped => bail!("dropped"),
        Fate::Kept => pending().await,
        Fate::Swapped(other) => Ok(other.await?.whole()),
    }
}

impl Shared {
    fn mind(&self) -> MutexGuard<'_, Mind> {
        self.mind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self, path: &str) -> Option<oneshot::Sender<Held>> {
        let mut mind = self.mind();
        let hold = mind.hold.take_if(|(held, _)| *held == path);
        hold.map(|(_, tells)| tells)
    }

    async fn ask(&self, request: Request<Incoming>) -> Result<Answer> {
        let (head, body) = request.into_parts();
        let target = head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let response = self
            .http
            .request(head.method.clone(), format!("{}{target}", self.server))
            .headers(without_hops(&head.headers))
            .body(to_bytes(Body::new(body), LONGEST).await?)
            .send()
            .await?;
        Ok(Answer {
            status: response.status(),
            headers: without_hops(response.headers()),
            body: response.bytes().await?,
        })
    }

    fn fate(&self, path: &str, mut answer: Answer) -> Fate {
        let mut mind = self.mind();
        mind.seen.push(path.to_owned());
        if mind.hides_native && path == INFO {
            answer.hide("native");
        }
        if !path.starts_with(mind.aim) {
            return Fate::Given(answer);
        }
        match mind.way {
            Way::Honest => {
                if path.starts_with(NATIVE) {
                    mind.earlier.push(answer.clone());
                }
                Fate::Given(answer)
            }
            Way::Changes => Fate::Given(answer.changed(&mut mind.random)),
            Way::Replays => mind.replayed(),
            Way::Drops => Fate::Dropped,
            Way::Truncates => Fate::Halved(answer),
            Way::Keeps => Fate::Kept,
            Way::Swaps => mind.swapped(answer),
        }
    }
}

impl Mind {
    fn replayed(&mut self) -> Fate {
        if self.earlier.is_empty() {
            return Fate::Dropped;
        }
        Fate::Given(self.random.pick(&self.earlier).clone())
    }

    fn swapped(&mut self, answer: Answer) -> Fate {
        if let Some((other, waits)) = self.first.take() {
            let _may_have_gone = waits.send(answer);
            return Fate::Given(other);
        }
        let (gives, given) = oneshot::channel();
        self.first = Some((answer, gives));
        Fate::Swapped(given)
    }
}

impl Answer {
    fn whole(self) -> Response<Body> {
        let body = Body::from(self.body.clone());
        self.with(body)
    }

    /// Says how long it is, and breaks off in the middle.
    fn half(mut self) -> Response<Body> {
        let length = self.body.len();
        self.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
        let first = stream::iter([Ok(self.body.slice(..length / 2))]);
        let end = stream::once(async {
            // What came before is on its way by then.
            yield_now().await;
            Err(io::Error::other("cut off"))
        });
        self.with(Body::from_stream(first.chain(end)))
    }

    fn with(self, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// What has no body has nothing to change.
    fn changed(mut self, random: &mut Random) -> Self {
        let mut body = self.body.to_vec();
        let place = random.below(body.len());
        if let Some(byte) = body.get_mut(place) {
            let by = random.below(255) + 1;
            *byte ^= u8::try_from(by).unwrap_or(1);
        }
        self.body = body.into();
        self
    }

    fn hide(&mut self, member: &str) {
        if let Ok(Value::Object(mut members)) = serde_json::from_slice(&self.body) {
            members.remove(member);
            self.body = Value::Object(members).to_string().into();
        }
    }
}

/// Without what is said to the next one on the way alone.
fn without_hops(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers
}
