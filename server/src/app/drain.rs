//! Bodies of requests: one that stalls fails, and what is left of one that was answered early is read.
//!
//! Closing the connection on a sender who is still writing takes the answer away from them.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{Stream, StreamExt as _};
use migasfree_server_body::pace::{Known, Pace, Paced};
use tower_http::timeout::TimeoutBody;

/// Bytes read for the sake of the answer at most.
const MOST: usize = 64 * 1024 * 1024;
/// Time spent on it at most.
const LONGEST: Duration = Duration::from_secs(10);

/// Answers a request when it has been read. Its body may be silent for so long, and has to come at a pace.
pub(super) async fn read_rest(
    silence: Duration,
    pace: Pace,
    mut request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let waits = request.headers().contains_key(header::EXPECT);
    let known = Known::default();
    request.extensions_mut().insert(known.clone());
    let (parts, body) = request.into_parts();
    let body = Paced::new(body, pace, known);
    let body = Body::new(TimeoutBody::new(silence, body));
    let body = Shared {
        stream: Arc::new(Mutex::new(body.into_data_stream())),
        begun: Arc::default(),
    };
    let shared = Body::from_stream(body.clone());
    let response = next.run(Request::from_parts(parts, shared)).await;
    // Who waits to be told to go on has nothing on its way.
    if !waits || body.begun.load(Ordering::Relaxed) {
        let _ = tokio::time::timeout(LONGEST, drain(body)).await;
    }
    response
}

async fn drain(mut body: Shared) {
    let mut left = MOST;
    while let Some(Ok(chunk)) = body.next().await {
        let Some(less) = left.checked_sub(chunk.len()) else {
            return;
        };
        left = less;
    }
}

/// A body for the handler, and for whoever comes after it.
#[derive(Clone)]
struct Shared {
    stream: Arc<Mutex<BodyDataStream>>,
    begun: Arc<AtomicBool>,
}

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.begun.store(true, Ordering::Relaxed);
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *stream).poll_next(context)
    }
}
