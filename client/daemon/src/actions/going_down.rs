//! Restarts and shutdowns: people are told, logind is asked, and no job is cut off.

use std::time::Duration;

use migasfree_dbus::MessageRecord;
use migasfree_grant::order::{Order, Verb};
use tokio::time::sleep;

use super::ledger::Entry;
use super::logind::Down;
use super::verbs::{about, ended};
use super::{Actions, End, ExecutionState, logind};
use crate::texts::Text;

/// The longest time people are given, minutes.
const LONGEST: u32 = 24 * 60;
/// How often is looked whether another program holds it back.
const HELD_BACK: Duration = Duration::from_secs(5);
/// Before the moment, no job begins any more, seconds.
const BEFORE: i64 = 60;
/// After it, nothing begins for so long. The watchdog does not wait longer for the task that does the jobs.
const AFTER: Duration = Duration::from_secs(90);
/// A computer that is up so long after the moment does not go down, seconds.
const STAYS: i64 = 5 * 60;

impl Actions {
    /// Has the computer go down. A restart ends well when it is up again, a shutdown when it was taken in hand.
    pub(super) async fn go_down(
        &self,
        order: &Order,
        how: Down,
        minutes: u32,
        text: &str,
    ) -> Option<End> {
        let execution = &order.execution;
        let minutes = minutes.min(LONGEST);
        self.tell_running(execution, None).await;
        if !self.is_free(order).await {
            return Some(End::late(Text::ActionLate));
        }
        // A job that runs is not cut off, and people are not given less time for it.
        let alone = self.runner.writing.lock().await;
        if order.expires < self.computer.now() {
            return Some(End::late(Text::ActionLate));
        }
        if let Some(refused) = self.refusal(&order.verb) {
            return Some(refused);
        }
        let record = MessageRecord {
            kind: order.verb.name().into(),
            minutes,
            ..about(order, text)
        };
        let actions = self.clone();
        // Nobody has to see it for the computer to go down.
        self.tasks
            .start("notice", async move { actions.show(record).await });
        let due = self.computer.now() + i64::from(minutes) * 60;
        self.state.ledger.change(execution, |entry| {
            (entry.tried, entry.due) = (true, Some(due));
        });
        let bus = self.signals.connection();
        let asked = if minutes == 0 {
            logind::go_down(bus, how).await
        } else {
            logind::go_down_at(bus, how, due, &wall(order, text)).await
        };
        if let Err(said) = asked {
            return Some(ended(Err(said)));
        }
        let said = match minutes {
            0 => Text::ActionDownNow.told(&[]),
            minutes => Text::ActionDownIn.with([i64::from(minutes).into()]),
        };
        match how {
            Down::Reboot => self.tell_running(execution, Some(&said)).await,
            Down::Off => {
                let end = End::saying(ExecutionState::Succeeded, &said);
                self.end(execution, end).await;
            }
        }
        if minutes == 0 {
            sleep(AFTER).await;
            drop(alone);
        } else {
            drop(alone);
            self.until_down(how, due).await;
        }
        self.still_up(how, due).await
    }

    /// Waits until no other program holds it back; `false` where that is not so in time.
    async fn is_free(&self, order: &Order) -> bool {
        let mut is_told = false;
        while logind::is_held_back(self.signals.connection()).await {
            if order.expires < self.computer.now() {
                return false;
            }
            if !std::mem::replace(&mut is_told, true) {
                let said = Text::ActionHeldBack.told(&[]);
                self.tell_running(&order.execution, Some(&said)).await;
            }
            sleep(HELD_BACK).await;
        }
        true
    }

    /// What became of it, where the daemon was started again.
    pub(super) async fn came_up(&self, entry: &Entry) -> Option<End> {
        if entry.boot != self.state.boot {
            return Some(End::done());
        }
        let how = match &entry.order.verb {
            Verb::Reboot { .. } => Down::Reboot,
            _ => Down::Off,
        };
        let Some(due) = entry.due else {
            return Some(End::interrupted());
        };
        self.until_down(how, due).await;
        self.still_up(how, due).await
    }

    /// Keeps jobs from beginning shortly before the moment. Where one runs then, it is waited for: logind would not.
    async fn until_down(&self, how: Down, due: i64) {
        self.wait_until(due - BEFORE).await;
        let bus = self.signals.connection();
        if let Ok(_alone) = self.runner.writing.try_lock() {
            let rest = u64::try_from(due - self.computer.now()).unwrap_or_default();
            sleep(Duration::from_secs(rest.min(BEFORE.unsigned_abs())) + AFTER).await;
            return;
        }
        if let Err(error) = logind::stay_up(bus).await {
            tracing::warn!(error, how = ?how, "a job that runs may be cut off");
            return;
        }
        let _alone = self.runner.writing.lock().await;
        if let Err(error) = logind::go_down(bus, how).await {
            tracing::error!(error, "the computer does not go down");
        }
        sleep(AFTER).await;
    }

    /// The end of an order whose computer is up long after the moment; none where it was told already.
    async fn still_up(&self, how: Down, due: i64) -> Option<End> {
        self.wait_until(due + STAYS).await;
        (how == Down::Reboot).then(|| End::failed(&Text::ActionStaysUp.told(&[])))
    }

    async fn wait_until(&self, moment: i64) {
        // A suspended computer does not count the time: look again now and then.
        while let Ok(left @ 1..) = u64::try_from(moment - self.computer.now()) {
            sleep(Duration::from_secs(left.min(60))).await;
        }
    }
}

/// What terminals are told.
fn wall(order: &Order, text: &str) -> String {
    let who = &order.operator.name;
    let why = if text.is_empty() {
        order.reason.as_str()
    } else {
        text
    };
    migasfree_types::shown::shown_line(&format!("{who}: {why}")).into_owned()
}
