//! How slowly bytes may come and go: who sends or reads a few bytes now and then holds no connection for long.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Extensions;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// The slowest that is borne.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Bytes a second, on average over a window; 0 bears everything.
    pub bytes_per_second: u32,
    /// The window.
    pub window: Duration,
    /// The window of somebody who is not signed in.
    pub anonymous: Duration,
}

impl Pace {
    /// How long so many bytes take at the slowest; nothing where nothing is too slow.
    #[must_use]
    pub fn seconds(self, bytes: u64) -> u64 {
        match self.bytes_per_second {
            0 => 0,
            slowest => bytes.div_ceil(u64::from(slowest)),
        }
    }

    /// Fewer bytes than these within a window are too few.
    fn fewest(self, window: Duration) -> u64 {
        u64::from(self.bytes_per_second) * window.as_secs().max(1)
    }
}

/// Whether it is known who sends a body, who then may take longer.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<AtomicBool>);

impl Known {
    /// Notes that it is known.
    pub fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Notes that it is known who sent a request.
pub fn know(extensions: &Extensions) {
    if let Some(known) = extensions.get::<Known>() {
        known.note();
    }
}

/// A body that came too slowly.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("it came slower than {0} bytes a second")]
pub struct TooSlow(u32);

/// A body that has to come at a pace.
#[derive(Debug)]
pub struct Paced {
    body: Body,
    pace: Pace,
    known: Known,
    bytes: u64,
    window: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    /// A body at a pace.
    #[must_use]
    pub fn new(body: Body, pace: Pace, known: Known) -> Self {
        Self {
            body,
            pace,
            known,
            bytes: 0,
            window: None,
        }
    }

    fn length(&self) -> Duration {
        if self.known.0.load(Ordering::Relaxed) {
            self.pace.window
        } else {
            self.pace.anonymous
        }
    }

    /// Waits for the end of the window in which too little came.
    fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let length = self.length();
        let (begun, sleep) = self
            .window
            .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(length))));
        loop {
            ready!(sleep.as_mut().poll(context));
            if begun.elapsed() >= length {
                if self.bytes < self.pace.fewest(length) {
                    return Poll::Ready(());
                }
                self.bytes = 0;
                *begun = Instant::now();
            }
            sleep.as_mut().reset(*begun + length);
        }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(next) => {
                if let Some(Ok(frame)) = &next {
                    self.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
                }
                Poll::Ready(next)
            }
            Poll::Pending if self.pace.bytes_per_second == 0 => Poll::Pending,
            Poll::Pending => {
                ready!(self.poll_too_slow(context));
                let error = TooSlow(self.pace.bytes_per_second);
                Poll::Ready(Some(Err(axum::Error::new(error))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What goes out over a connection.
#[derive(Debug, Default)]
pub struct Traffic {
    taken: AtomicU64,
    /// Answers whose next piece waits for the reader to take the last one.
    offered: AtomicUsize,
}

impl Traffic {
    /// Resolves when the reader has been too slow for a whole window.
    pub async fn too_slow(&self, pace: Pace) {
        if pace.bytes_per_second == 0 {
            return std::future::pending().await;
        }
        loop {
            let before = self.taken.load(Ordering::Relaxed);
            let waited = self.offered.load(Ordering::Relaxed) > 0;
            tokio::time::sleep(pace.window).await;
            let taken = self.taken.load(Ordering::Relaxed) - before;
            let waits = self.offered.load(Ordering::Relaxed) > 0;
            if waited && waits && taken < pace.fewest(pace.window) {
                return;
            }
        }
    }
}

/// One answer's part in the traffic of its connection.
#[derive(Debug)]
pub struct Outgoing {
    traffic: Arc<Traffic>,
    offered: bool,
}

impl Outgoing {
    /// An answer on a connection.
    #[must_use]
    pub fn new(traffic: Arc<Traffic>) -> Self {
        Self {
            traffic,
            offered: false,
        }
    }

    /// The reader took what was offered and asks for more.
    pub fn asked(&mut self) {
        if std::mem::take(&mut self.offered) {
            self.traffic.offered.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// So many bytes are offered to the reader.
    pub fn offer(&mut self, bytes: usize) {
        self.traffic
            .taken
            .fetch_add(bytes as u64, Ordering::Relaxed);
        self.offered = true;
        self.traffic.offered.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.asked();
    }
}
