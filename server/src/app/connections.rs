//! Connections: each is served until it ends, is silent for too long, or the server stops.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::serve::Listener as Accept;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use migasfree_server_body::pace::{Outgoing, Pace, Traffic};
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::io::InspectReader;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// A connection that is to end, and on which no request is in work, ends after this long at the latest.
const PARTING: Duration = Duration::from_millis(500);
/// Bytes that may wait in the kernel to be sent; it doubles them for its own use.
const UNSENT: usize = 128 * 1024;
/// While requests are in work on HTTP/2, a peer that is gone is noticed this late.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Takes connections until `stop`, then waits for the requests in work. Dropped, it ends all of them.
pub(super) async fn serve(
    mut listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // Waits out what is wrong with the listener, such as too many open files.
            (stream, peer) = Accept::accept(&mut listener) => {
                let connection = Connection { router: router.clone(), peer, limits, stop: stop.clone() };
                connections.spawn(connection.serve(stream));
            }
            Some(_) = connections.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// What a connection may take its time for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How long it may wait for the head of the next request.
    pub(super) silence: Duration,
    /// How slowly answers may be read.
    pub(super) pace: Pace,
}

impl Limits {
    /// How long the head of a request may take from its first byte on: nobody is known yet.
    fn head(&self) -> Duration {
        if self.pace.bytes_per_second == 0 {
            return self.silence;
        }
        self.silence.min(self.pace.anonymous)
    }
}

struct Connection {
    router: Router,
    peer: SocketAddr,
    limits: Limits,
    stop: CancellationToken,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        // Small answers must not wait for the next packet.
        let _ = stream.set_nodelay(true);
        // What waits in the kernel says nothing of the reader's pace.
        let _ = set_socket_send_buffer_size(&stream, UNSENT);
        let traffic = Arc::new(Traffic::default());
        let outgoing = Arc::clone(&traffic);
        let (work, mut watched) = watch::channel(Work::default());
        let heard = work.clone();
        let stream = InspectReader::new(stream, move |_: &[u8]| {
            heard.send_if_modified(Work::hear);
        });
        let (router, peer) = (self.router, self.peer);
        let service = service_fn(move |request: axum::http::Request<Incoming>| {
            let guard = InWork::enter(&work);
            let outgoing = Outgoing::new(Arc::clone(&outgoing));
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = router.clone().oneshot(request);
            async move {
                let answer = answer.await?;
                Ok::<_, Infallible>(answer.map(|body| Answer {
                    body,
                    outgoing,
                    _guard: guard,
                }))
            }
        });
        let builder = builder();
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let pace = self.limits.pace;
        let mut too_slow = pin!(traffic.too_slow(pace));
        let mut parting = false;
        loop {
            let Work { requests, head } = *watched.borrow_and_update();
            let waits = requests == 0;
            let until = match head {
                _ if parting => Instant::now() + PARTING,
                Some(begun) => begun + self.limits.head(),
                None => Instant::now() + self.limits.silence,
            };
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%peer, %error, "a connection failed");
                    }
                    return;
                }
                () = too_slow.as_mut() => {
                    tracing::debug!(%peer, "a connection ends: its answer is read too slowly");
                    return;
                }
                // The service holds the sender for as long as the connection lives.
                _ = watched.changed() => {}
                () = self.stop.cancelled(), if !parting => {
                    parting = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = tokio::time::sleep_until(until), if waits => {
                    if parting {
                        return;
                    }
                    parting = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY);
    builder
}

/// What goes on on a connection.
#[derive(Debug, Default)]
struct Work {
    requests: usize,
    /// When the head of the next request began to come.
    head: Option<Instant>,
}

impl Work {
    /// Something came; answers whether that was the beginning of a head.
    fn hear(&mut self) -> bool {
        let begins = self.requests == 0 && self.head.is_none();
        if begins {
            self.head = Some(Instant::now());
        }
        begins
    }
}

/// Counts a request from the end of its head to the last byte of its answer.
struct InWork(watch::Sender<Work>);

impl InWork {
    fn enter(work: &watch::Sender<Work>) -> Self {
        work.send_modify(|work| {
            work.requests += 1;
            work.head = None;
        });
        Self(work.clone())
    }
}

impl Drop for InWork {
    fn drop(&mut self) {
        self.0.send_modify(|work| work.requests -= 1);
    }
}

/// The body of an answer.
struct Answer {
    body: Body,
    outgoing: Outgoing,
    _guard: InWork,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.outgoing.asked();
        let next = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &next {
            self.outgoing.offer(frame.data_ref().map_or(0, Bytes::len));
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
