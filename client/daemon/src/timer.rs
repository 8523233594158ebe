//! Synchronises when it is time, by itself.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use zbus::{Connection, MatchRule, MessageStream, OwnedObjectPath, message};

use super::computer::Computer;
use super::desk::Desk;
use super::jobs::{Jobs, NewJob, Task};
use super::news::{Happened, News};
use super::schedule::{Schedule, random};
use super::signals::Signals;
use crate::sync::{Scope, Standing};
use crate::transport::api::Availability;

/// The first number of a user who is a person.
const FIRST_PERSON: u32 = 1000;

/// Has synchronisations queued.
#[derive(Debug, Clone)]
pub struct Timer {
    pub(super) computer: Arc<Computer>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) schedule: Arc<Schedule>,
    pub(super) desk: Desk,
    pub(super) signals: Arc<Signals>,
    pub(super) news: News,
}

impl Timer {
    /// Synchronises when it is time, for ever.
    pub async fn keep(self) {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        self.schedule
            .begin(boot.trim(), self.computer.now(), random());
        loop {
            self.schedule.correct_clock(self.computer.now());
            let changed = self.schedule.changed();
            let wait =
                u64::try_from(self.schedule.next() - self.computer.now()).unwrap_or_default();
            if wait == 0 {
                self.run_scheduled_sync().await;
                changed.await;
                continue;
            }
            // A suspended computer does not count the time: look again now and then.
            let nap = Duration::from_secs(wait.min(3600));
            tokio::select! {
                () = tokio::time::sleep(nap) => {}
                () = changed => {}
            }
        }
    }

    async fn run_scheduled_sync(&self) {
        let is_pending = matches!(self.computer.standing(), Standing::Pending { .. });
        if !self.computer.identity().registered && !is_pending {
            self.schedule.missed(self.computer.now());
            return;
        }
        // Asked before there is a job: a busy server leaves no trace among the records.
        if let Availability::Saturated { retry_after } = self.computer.engine().availability().await
        {
            self.schedule.postpone(retry_after, self.computer.now());
            return;
        }
        let origin = if self.schedule.is_for_login() {
            "login"
        } else {
            "timer"
        };
        let new = NewJob {
            task: Task::Sync {
                scope: Scope::Full,
                reason: origin.into(),
                force_upgrade: false,
            },
            origin,
            owner_uid: 0,
            background: true,
            admitted: None,
        };
        // The schedule may change before the one that is at work has ended.
        if !self.jobs.is_under_way(&new)
            && let Err(error) = self.desk.submit(new).await
        {
            tracing::error!(%error, "the synchronisation could not be queued");
            self.schedule.missed(self.computer.now());
        }
    }

    /// Brings a synchronisation near whenever somebody logs in, for ever. Where logins are not told, nothing comes near.
    pub async fn watch_logins(self) {
        if let Some(bus) = self.signals.system_bus().cloned()
            && let Err(error) = self.follow_logins(&bus).await
        {
            tracing::warn!(%error, "logins are not noticed");
        }
        std::future::pending::<()>().await;
    }

    async fn follow_logins(&self, bus: &Connection) -> zbus::Result<()> {
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .sender("org.freedesktop.login1")
            .interface("org.freedesktop.login1.Manager")
            .member("UserNew")
            .build()?;
        let mut logins = MessageStream::for_match_rule(rule, bus, None).await?;
        while let Some(login) = logins.next().await {
            let (uid, _): (u32, OwnedObjectPath) = login?.body().deserialize()?;
            // Users without a person log in too, for services.
            if uid >= FIRST_PERSON {
                self.schedule.logged_in(self.computer.now());
                self.news.tell(Happened::ManagerChanged).await;
            }
        }
        Ok(())
    }
}
