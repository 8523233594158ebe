//! Orders that are jobs of the queue: they wait for their turn as others do, and what the jobs say is told in parts.

use std::time::Duration;

use migasfree_dbus::{Error, JobFilter, JobState, SyncReason};
use migasfree_grant::order::Order;
use tokio::time::sleep;

use super::ledger::Entry;
use super::{Actions, End, ExecutionState, PART, part};
use crate::job::ResultCode;
use crate::jobs::{NewJob, Task, read_output};
use crate::sync::{Scope, told};
use crate::texts::Text;

/// What a synchronisation does.
pub(super) const WHOLE: [Scope; 1] = [Scope::Full];
/// What tells the inventory.
pub(super) const INVENTORY: [Scope; 2] = [Scope::Software, Scope::Hardware];

/// Who started these jobs.
const ORIGIN: &str = "helpdesk";
/// How often is looked what a job said.
const LOOK: Duration = Duration::from_millis(500);
/// Between two parts of output: a relay takes so many at once, and no more.
const BETWEEN: Duration = Duration::from_millis(50);
/// Bytes of output that are told of one order.
const MOST: u64 = 1 << 20;

/// Where a job is.
struct Seen {
    is_over: bool,
    waits: bool,
}

impl Actions {
    /// Has a job done for each of these, one after the other, until one does not end well.
    pub(super) async fn work(&self, order: &Order, scopes: &[Scope], again: bool) -> End {
        if !again {
            self.tell_running(&order.execution, None).await;
        }
        let mut end = End::interrupted();
        for (step, scope) in scopes.iter().enumerate() {
            end = match self.give(order, step, *scope, again).await {
                Ok(job) => self.follow(order, job).await,
                Err(error) => End::failed(&error.message()),
            };
            if end.state != ExecutionState::Succeeded {
                break;
            }
        }
        end
    }

    /// The job of a step; one that was given to it before is not given again.
    async fn give(
        &self,
        order: &Order,
        step: usize,
        scope: Scope,
        again: bool,
    ) -> Result<u64, Error> {
        let _alone = self.state.giving.lock().await;
        let ledger = &self.state.ledger;
        let given = |entry: Entry| entry.jobs.get(step).copied();
        if let Some(job) = ledger.get(&order.execution).and_then(given) {
            return Ok(job);
        }
        let new = NewJob {
            task: Task::Sync {
                scope,
                reason: SyncReason::Agent.as_str().into(),
                force_upgrade: false,
            },
            origin: ORIGIN,
            owner_uid: 0,
            background: false,
            admitted: None,
        };
        let left = again
            .then(|| self.left_behind(&order.execution, &new))
            .flatten();
        let job = match left {
            Some(job) => job,
            None => self.desk.submit(new).await?,
        };
        ledger.change(&order.execution, |entry| {
            entry.jobs.push(job);
            entry.passed = 0;
        });
        Ok(job)
    }

    /// The job that an earlier daemon made for an order, and could not write down any more.
    fn left_behind(&self, execution: &str, new: &NewJob) -> Option<u64> {
        let entries = self.state.ledger.entries();
        let begun = entries
            .iter()
            .find(|entry| entry.order.execution == execution)?
            .begun;
        let filter = JobFilter {
            since: Some(begun),
            limit: Some(u32::MAX),
            ..JobFilter::default()
        };
        let scope = new.task.subject().scope;
        let jobs = self.jobs.list(&filter, None).into_iter();
        let made = jobs.filter(|job| job.origin == ORIGIN && job.subject.scope == scope);
        let ids = made.filter_map(|job| job.id.parse::<u64>().ok());
        let is_free = |id: &u64| entries.iter().all(|entry| !entry.jobs.contains(id));
        ids.filter(is_free).min()
    }

    /// Tells what a job says until it is over. One whose turn does not come in time is called off.
    async fn follow(&self, order: &Order, id: u64) -> End {
        loop {
            let seen = self.jobs.with(id, |job| Seen {
                is_over: job.is_finished(),
                waits: job.view.state == JobState::Queued,
            });
            let Ok(Seen { is_over, waits }) = seen else {
                return End::interrupted();
            };
            self.tell_output(&order.execution, id).await;
            if is_over {
                return self.ending_of(id);
            }
            if waits && order.expires < self.computer.now() && self.call_off(id).await {
                return End::late(Text::ActionLate);
            }
            sleep(LOOK).await;
        }
    }

    async fn call_off(&self, id: u64) -> bool {
        let ending = &self.desk.ending;
        if let Err(error) = ending.cancel(id, ResultCode::Superseded).await {
            tracing::debug!(job = id, %error, "a job that is late goes on");
        }
        self.jobs.with(id, |job| job.is_finished()).unwrap_or(true)
    }

    /// Tells what a job said since the last time.
    async fn tell_output(&self, execution: &str, id: u64) {
        while let Some(entry) = self.state.ledger.get(execution)
            && entry.passed < MOST
        {
            let folder = self.jobs.folder(id);
            let limit = u64::try_from(PART).unwrap_or_default();
            let Ok((from, bytes)) = read_output(&folder, entry.passed, limit) else {
                return;
            };
            let length = whole(&bytes);
            if length == 0 {
                return;
            }
            let output = part(&String::from_utf8_lossy(&bytes[..length]));
            let passed = from.saturating_add(u64::try_from(length).unwrap_or_default());
            let state = ExecutionState::Running;
            self.tell(execution, state, None, Some(output), |entry| {
                entry.passed = passed;
            })
            .await;
            sleep(BETWEEN).await;
        }
    }

    fn ending_of(&self, id: u64) -> End {
        let ended = self.jobs.with(id, |job| {
            let done = job.stored.done.as_ref()?;
            Some((done.code, job.message()))
        });
        let Ok(Some((code, said))) = ended else {
            return End::interrupted();
        };
        // A job that found no server did well; what was ordered was not done.
        let is_done = matches!(code, ResultCode::Ok | ResultCode::NothingToDo);
        let said = said.or_else(|| (!is_done).then(|| told::of_result(code).told(&[]).text));
        End {
            state: if is_done {
                ExecutionState::Succeeded
            } else {
                ExecutionState::Failed
            },
            exit: Some(i32::from(!is_done)),
            output: said,
        }
    }
}

/// How many bytes there are without a character whose rest has yet to come.
fn whole(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_not_cut_in_two_and_what_is_none_does_not_wait() {
        let text = "año".as_bytes();
        assert_eq!(whole(text), 4);
        assert_eq!(whole(&text[..2]), 1);
        assert_eq!(whole(b"\xf1"), 0);
        assert_eq!(whole(b"a\xff\xfe"), 3);
    }
}
