//! Refusals that repeat: administrators hear of them, and not without end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use migasfree_server_db::{self as db, Ts};
use migasfree_types::message::Message;

use super::notifications::notify;
use crate::services::Services;

/// A refusal that came that often within [`WINDOW`] is told, once.
const TOLD_AT: u32 = 3;
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
/// Anybody can be refused: more than these are not told in an hour.
const TOLD_AN_HOUR: u32 = 20;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Refusals remembered.
const CAPACITY: usize = 4096;

async fn tell(state: &Services, message: &Message, now: Ts) -> Result<(), db::Error> {
    let mut tx = state.db.begin().await?;
    notify(&mut tx, message, now).await?;
    tx.commit().await
}

/// How often each refusal came.
#[derive(Debug, Default)]
pub struct Repeats(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    each: HashMap<String, (Ts, u32)>,
    hour: Ts,
    told: u32,
}

impl Repeats {
    /// Counts a refusal and tells administrators of it when it is time to.
    pub async fn note(&self, state: &Services, key: String, message: &Message) {
        let now = state.clock.now();
        if self.count(key, now)
            && let Err(error) = tell(state, message, now).await
        {
            tracing::error!(%error, "a notification cannot be written");
        }
    }

    /// Counts a refusal; true when it is time to tell.
    fn count(&self, key: String, now: Ts) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.each.len() >= CAPACITY {
            counts
                .each
                .retain(|_, (since, _)| now.since(*since) < WINDOW);
        }
        if counts.each.len() >= CAPACITY {
            counts.each.clear();
        }
        let (since, times) = counts.each.entry(key).or_insert((now, 0));
        if now.since(*since) >= WINDOW {
            (*since, *times) = (now, 0);
        }
        *times += 1;
        if *times != TOLD_AT {
            return false;
        }
        if now.since(counts.hour) >= HOUR {
            (counts.hour, counts.told) = (now, 0);
        }
        counts.told += 1;
        counts.told <= TOLD_AN_HOUR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_is_told_once_a_day_and_not_without_end() {
        let repeats = Repeats::default();
        let start = Ts::from_seconds(1_000_000);
        let times = |key: &str, now| -> Vec<bool> {
            (0..5).map(|_| repeats.count(key.to_owned(), now)).collect()
        };
        assert_eq!(times("a", start), [false, false, true, false, false]);
        assert_eq!(
            times("a", start + WINDOW),
            [false, false, true, false, false]
        );
        let told =
            (0..50).filter(|number| times(&number.to_string(), start + WINDOW).contains(&true));
        assert_eq!(told.count(), 19);
    }
}
