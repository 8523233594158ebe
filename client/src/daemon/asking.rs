//! What the exchange of requests for applications keeps in mind.

use std::sync::atomic::AtomicI64;

/// What the exchange of requests with the server needs.
#[derive(Debug, Default)]
pub struct Asking {
    /// One exchange at a time.
    pub alone: tokio::sync::Mutex<()>,
    /// When somebody's look at the list last had decisions looked for.
    pub looked_at: AtomicI64,
}
