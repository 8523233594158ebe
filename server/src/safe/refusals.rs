//! Calls that are refused leave a line in the log and a figure; where it repeats, administrators hear of it.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use migasfree_server_auth::Connection;
use migasfree_server_db::{self as db, Ts};
use migasfree_server_domain::computers::notifications::notify;
use migasfree_types::shown::shown_line;
use serde_json::Value;

use super::validate::{MAX_HOST_NAME, cut};
use crate::app::AppState;

/// A refusal that came that often within [`WINDOW`] is told, once.
const TOLD_AT: u32 = 3;
const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
/// Anybody can be refused: more than these are not told in an hour.
const TOLD_AN_HOUR: u32 = 20;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Refusals remembered.
const CAPACITY: usize = 4096;
const MAX_REASON: usize = 300;

/// On the answer to a refused call: why it is refused.
#[derive(Debug, Clone)]
pub(super) struct Reason(String);

impl Reason {
    /// Of what is told to whoever called.
    pub(super) fn of(data: &Value) -> Self {
        let text = data
            .as_str()
            .map_or_else(|| data.to_string(), str::to_owned);
        Self(shown_line(&cut(&text, MAX_REASON)).into_owned())
    }
}

/// What is known of who calls, as far as the call came.
#[derive(Debug, Default)]
pub(super) struct Caller {
    /// Name of the project.
    pub(super) project: OnceLock<String>,
    /// Number or name of the computer, or the packager.
    pub(super) who: OnceLock<String>,
}

impl Caller {
    /// Notes whom the claims name.
    pub(super) fn claims(&self, claims: &Value) {
        let number = ["id", "cid"].iter().find_map(|claim| claims.get(*claim));
        let number = number.filter(|number| number.is_i64());
        let name = claims.get("name").and_then(Value::as_str);
        let text = match (number, name) {
            (Some(number), _) => format!("CID-{number}"),
            (None, Some(name)) => cut(name, MAX_HOST_NAME),
            (None, None) => return,
        };
        let _ = self.who.set(shown_line(&text).into_owned());
    }
}

/// A call that was refused.
pub(super) struct Refused<'a> {
    /// `computers/attributes/`
    pub(super) call: &'a str,
    pub(super) caller: &'a Caller,
    pub(super) connection: Connection,
    pub(super) status: StatusCode,
    pub(super) reason: Reason,
}

impl Refused<'_> {
    /// Leaves a line in the log and a figure, and a notification where it repeats.
    pub(super) async fn note(&self, state: &AppState, repeats: &Repeats) {
        let unknown = || "?".to_owned();
        let project = self.caller.project.get().cloned().unwrap_or_else(unknown);
        let who = self.caller.who.get().cloned().unwrap_or_else(unknown);
        let address = self.connection.client;
        let (call, reason, status) = (self.call, &self.reason.0, self.status.as_u16());
        tracing::warn!(call, status, reason, project, computer = who, %address, "a sealed call is refused");
        let labels = [("call", call.to_owned()), ("status", status.to_string())];
        metrics::counter!("migasfree_refused_calls_total", &labels).increment(1);
        let key = format!("{call}\n{project}\n{who}\n{reason}");
        let text = format!(
            "{who} in {project} is refused again and again ({call}, last from {address}): {reason}"
        );
        repeats.note(state, key, &text).await;
    }
}

async fn tell(state: &AppState, text: &str, now: Ts) -> Result<(), db::Error> {
    let mut tx = state.db.begin().await?;
    notify(&mut tx, text, now).await?;
    tx.commit().await
}

/// How often each refusal came.
#[derive(Debug, Default)]
pub(crate) struct Repeats(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    each: HashMap<String, (Ts, u32)>,
    hour: Ts,
    told: u32,
}

impl Repeats {
    /// Counts a refusal and tells administrators of it when it is time to.
    pub(crate) async fn note(&self, state: &AppState, key: String, text: &str) {
        let now = state.clock.now();
        if self.count(key, now)
            && let Err(error) = tell(state, text, now).await
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
