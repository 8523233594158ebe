//! Connections: each is served until it ends, is silent for too long, or the server stops. Handshakes are part of it, so
//! nobody's keeps the next one waiting.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, Request, header};
use axum::serve::Listener as Accept;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use migasfree_server_body::pace::{Outgoing, Pace, Traffic};
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::crowd::{Crowd, Place};
use super::layers::Stack;
use crate::acceptor::{Accepted, Acceptor};

/// A connection that is to end, and on which no request is in work, ends after this long at the latest.
const PARTING: Duration = Duration::from_millis(500);
/// Bytes that may wait in the kernel to be sent; it doubles them for its own use.
const UNSENT: usize = 128 * 1024;
/// While requests are in work on HTTP/2, a peer that is gone is noticed this late.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Takes connections until `stop`, then waits for the requests in work. Dropped, it ends all of them.
pub(super) async fn serve(
    mut listener: TcpListener,
    acceptor: Arc<dyn Acceptor>,
    router: Stack,
    limits: Limits,
    crowd: Crowd,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // Waits out what is wrong with the listener, such as too many open files.
            (stream, address) = Accept::accept(&mut listener) => {
                let Some(place) = crowd.enter(address.ip()) else { continue };
                let acceptor = Arc::clone(&acceptor);
                let connection = Connection { router: router.clone(), limits, stop: stop.clone(), _place: place };
                connections.spawn(connection.serve(acceptor, stream, address));
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
    /// How long a handshake may take, and the head of a request from its first byte on: nobody is known yet.
    fn head(&self) -> Duration {
        if self.pace.bytes_per_second == 0 {
            return self.silence;
        }
        self.silence.min(self.pace.anonymous)
    }

    /// Whatever begins now ends a connection no sooner than after this.
    fn shortest(&self, parting: bool) -> Duration {
        if parting { PARTING } else { self.head() }
    }
}

struct Connection {
    router: Stack,
    limits: Limits,
    stop: CancellationToken,
    _place: Place,
}

impl Connection {
    async fn serve(self, acceptor: Arc<dyn Acceptor>, stream: TcpStream, address: SocketAddr) {
        // Small answers must not wait for the next packet.
        let _ = stream.set_nodelay(true);
        // What waits in the kernel says nothing of the reader's pace.
        let _ = set_socket_send_buffer_size(&stream, UNSENT);
        let limit = self.limits.head();
        let accepted = tokio::select! {
            accepted = tokio::time::timeout(limit, acceptor.accept(stream, address)) => accepted,
            () = self.stop.cancelled() => return,
        };
        match accepted {
            Ok(Ok(accepted)) => self.answer(accepted).await,
            Ok(Err(error)) => tracing::debug!(%address, %error, "a connection is not let in"),
            Err(_) => tracing::debug!(%address, "a connection ends: its handshake takes too long"),
        }
    }

    async fn answer(self, Accepted { stream, peer }: Accepted) {
        let traffic = Arc::new(Traffic::default());
        let outgoing = Arc::clone(&traffic);
        let work = Arc::new(Work::default());
        let (heard, entered) = (Arc::clone(&work), Arc::clone(&work));
        let stream = Watched {
            stream,
            work: heard,
        };
        let Self {
            router,
            limits,
            stop,
            _place,
        } = self;
        let address = peer.address;
        let service = service_fn(move |request: Request<Incoming>| {
            let guard = InWork::enter(&entered);
            let outgoing = Outgoing::new(Arc::clone(&outgoing));
            let mut request = request.map(Body::new);
            name_host(&mut request);
            request.extensions_mut().insert(peer.clone());
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
        let mut too_slow = pin!(traffic.too_slow(limits.pace));
        let mut alarm = pin!(tokio::time::sleep(limits.head()));
        let mut parting = None;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%address, %error, "a connection failed");
                    }
                    return;
                }
                () = too_slow.as_mut() => {
                    tracing::debug!(%address, "a connection ends: its answer is read too slowly");
                    return;
                }
                () = stop.cancelled(), if parting.is_none() => {}
                () = alarm.as_mut() => {
                    let look = Instant::now() + limits.shortest(parting.is_some());
                    match work.ends(&limits, parting) {
                        Some(end) if end <= Instant::now() && parting.is_some() => return,
                        Some(end) if end <= Instant::now() => {}
                        end => {
                            alarm.as_mut().reset(end.map_or(look, |end| end.min(look)));
                            continue;
                        }
                    }
                }
            }
            parting = Some(Instant::now());
            connection.as_mut().graceful_shutdown();
            alarm.as_mut().reset(Instant::now() + PARTING);
        }
    }
}

/// HTTP/2 names the host in the address alone; whoever asks for it looks at the header.
fn name_host<B>(request: &mut Request<B>) {
    if request.headers().contains_key(header::HOST) {
        return;
    }
    let authority = request.uri().authority();
    let host = authority.and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = host {
        request.headers_mut().insert(header::HOST, host);
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

/// What goes on on a connection. Nobody is woken when it changes: the connection looks at it before the earliest moment at
/// which it could have to end.
#[derive(Debug)]
struct Work(Mutex<State>);

#[derive(Debug)]
struct State {
    requests: usize,
    /// When the head of the next request began to come.
    head: Option<Instant>,
    /// Since when nothing comes and nothing is in work.
    silent: Instant,
    /// When the last bytes were written, while others wait for the reader. The end of an answer is given over long before it
    /// is read.
    stuck: Option<Instant>,
}

impl Default for Work {
    fn default() -> Self {
        Self(Mutex::new(State {
            requests: 0,
            head: None,
            silent: Instant::now(),
            stuck: None,
        }))
    }
}

impl Work {
    /// Something came, which between requests is the beginning of a head.
    fn hear(&self) {
        let mut state = self.locked();
        if state.requests == 0 && state.head.is_none() {
            state.head = Some(Instant::now());
        }
    }

    /// When the connection has to end if nothing changes; never while something is in work.
    fn ends(&self, limits: &Limits, parting: Option<Instant>) -> Option<Instant> {
        let state = self.locked();
        if state.requests > 0 {
            return None;
        }
        Some(match (state.stuck, parting, state.head) {
            (Some(written), ..) => written + limits.silence,
            (None, Some(parting), _) => parting.max(state.silent) + PARTING,
            (None, None, Some(begun)) => begun + limits.head(),
            (None, None, None) => state.silent + limits.silence,
        })
    }

    /// Something was written, or has to wait until the reader has taken what was written before.
    fn write<T>(&self, written: &Poll<T>) {
        let mut state = self.locked();
        match written {
            Poll::Pending => {
                state.stuck.get_or_insert_with(Instant::now);
            }
            Poll::Ready(_) if state.stuck.take().is_some() => state.silent = Instant::now(),
            Poll::Ready(_) => {}
        }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream whose connection learns what goes on on it.
struct Watched<S> {
    stream: S,
    work: Arc<Work>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.work.hear();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.work.write(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.work.write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = Pin::new(&mut self.stream).poll_flush(context);
        self.work.write(&written);
        written
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Counts a request from the end of its head to the last byte of its answer.
struct InWork(Arc<Work>);

impl InWork {
    fn enter(work: &Arc<Work>) -> Self {
        let mut state = work.locked();
        state.requests += 1;
        state.head = None;
        drop(state);
        Self(Arc::clone(work))
    }
}

impl Drop for InWork {
    fn drop(&mut self) {
        let mut state = self.0.locked();
        state.requests -= 1;
        state.silent = Instant::now();
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
