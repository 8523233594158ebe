//! How large a body may be: as a whole, in parts, and in the head of each part. What reads bodies puts them behind a
//! [`guard`] first. [`pace`] says how slowly it may come.

pub mod messages;
pub mod pace;
mod parts;

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::header;
use futures_util::Stream;
use migasfree_types::message::Message;

use parts::Parts;

/// The most a body may hold.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Bytes, all in all.
    pub whole: u64,
    /// Parts of a multipart form.
    pub parts: u32,
    /// Bytes of the head of one part, which holds its name; and of what stands before the first part.
    pub head: u32,
}

/// What was too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// All of it.
    Whole(u64),
    /// Their number.
    Parts(u32),
    /// The name of one, with what else stands before its content.
    Head(u32),
}

impl Exceeded {
    /// What is said of it.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::Whole(limit) => messages::too_large(limit),
            Self::Parts(limit) => messages::too_many_parts(limit),
            Self::Head(limit) => messages::part_head_too_large(limit),
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for Exceeded {}

/// Tells, once reading failed, whether it was for a limit.
#[derive(Debug, Clone)]
pub struct Verdict(Arc<Limit>);

#[derive(Debug)]
struct Limit {
    whole: AtomicU64,
    exceeded: OnceLock<Exceeded>,
}

impl Verdict {
    /// The limit that was exceeded.
    #[must_use]
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.0.exceeded.get().copied()
    }

    /// Lets so many bytes pass from now on, all in all: who sends them is known.
    pub fn raise(&self, whole: u64) {
        self.0.whole.store(whole, Ordering::Relaxed);
    }
}

/// Lets no more of the body through than the caps allow.
pub fn guard(request: Request, caps: Caps) -> (Request, Verdict) {
    let verdict = Verdict(Arc::new(Limit {
        whole: AtomicU64::new(caps.whole),
        exceeded: OnceLock::new(),
    }));
    let parts = boundary(&request).map(|boundary| Parts::new(&boundary, caps.parts, caps.head));
    let request = request.map(|body| {
        Body::from_stream(Guarded {
            stream: body.into_data_stream(),
            read: 0,
            parts,
            verdict: verdict.clone(),
        })
    });
    (request, verdict)
}

fn boundary(request: &Request) -> Option<String> {
    let kind = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

struct Guarded {
    stream: BodyDataStream,
    read: u64,
    parts: Option<Parts>,
    verdict: Verdict,
}

impl Guarded {
    fn check(&mut self, chunk: &[u8]) -> Result<(), Exceeded> {
        self.read += chunk.len() as u64;
        let whole = self.verdict.0.whole.load(Ordering::Relaxed);
        if self.read > whole {
            return Err(Exceeded::Whole(whole));
        }
        match &mut self.parts {
            Some(parts) => parts.read(chunk),
            None => Ok(()),
        }
    }
}

impl Stream for Guarded {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = std::task::ready!(Pin::new(&mut self.stream).poll_next(context));
        let Some(Ok(chunk)) = next else {
            return Poll::Ready(next);
        };
        Poll::Ready(Some(match self.check(&chunk) {
            Ok(()) => Ok(chunk),
            Err(exceeded) => {
                let _ = self.verdict.0.exceeded.set(exceeded);
                Err(axum::Error::new(exceeded))
            }
        }))
    }
}
