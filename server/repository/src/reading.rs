//! Work on packages and indexes, off the runtime and a few pieces at a time: each may need a
//! core and some hundred megabytes.

use std::io;

use tokio::sync::Semaphore;

static PLACES: Semaphore = Semaphore::const_new(4);

/// Does `work` on a thread of its own, when there is a place.
///
/// # Errors
/// When the work panicked.
pub async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let place = PLACES.acquire().await.map_err(io::Error::other)?;
    let work = move || {
        // Kept to the end, also when nobody waits for the result any more.
        let _place = place;
        work()
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
}
