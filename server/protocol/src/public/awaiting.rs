//! Waiting for repositories that are just being published: one looks, however many wait.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// How often, and how many times, to look.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 100;

/// What is waited for, and how those who wait hear of its end.
#[derive(Debug)]
pub(super) struct Awaiting<K>(Mutex<HashMap<K, watch::Receiver<()>>>);

impl<K> Default for Awaiting<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash + Send + 'static> Awaiting<K> {
    /// Returns when `goes_on` says no for the first time, or after ten seconds. Whoever waits for
    /// the same `key` meanwhile shares the looks of the first.
    pub async fn end_of<F, Fut>(self: &Arc<Self>, key: K, goes_on: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = bool> + Send + 'static,
    {
        let mut ended = self.with(|waiting| {
            let ended = waiting.entry(key.clone()).or_insert_with(|| {
                let (over, ended) = watch::channel(());
                tokio::spawn(Arc::clone(self).look(key, goes_on, over));
                ended
            });
            ended.clone()
        });
        // Nothing is ever sent: the channel closes.
        let _closed = ended.changed().await;
    }

    async fn look<F, Fut>(self: Arc<Self>, key: K, goes_on: F, over: watch::Sender<()>)
    where
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = bool> + Send + 'static,
    {
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK).await;
            if !goes_on().await {
                break;
            }
        }
        self.with(|waiting| waiting.remove(&key));
        drop(over);
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<K, watch::Receiver<()>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_who_wait_for_one_thing_look_once_at_a_time() {
        let awaiting = Arc::new(Awaiting::default());
        let looks = Arc::new(AtomicU32::new(0));
        let wait = |limit: u32| {
            let (awaiting, looks) = (Arc::clone(&awaiting), Arc::clone(&looks));
            async move {
                let looks = move || {
                    let seen = looks.fetch_add(1, Ordering::SeqCst) + 1;
                    async move { seen < limit }
                };
                awaiting.end_of("repository", looks).await;
            }
        };
        futures_util::future::join_all((0..200).map(|_| wait(3))).await;
        assert_eq!(looks.load(Ordering::SeqCst), 3);
        assert!(awaiting.with(|waiting| waiting.is_empty()));
    }
}
