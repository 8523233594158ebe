//! What each order does.

use std::time::Duration;

use migasfree_dbus::MessageRecord;
use migasfree_grant::order::{Order, Verb};
use tokio::time::{Instant, timeout};

use super::ledger::Entry;
use super::logind::Down;
use super::work::{INVENTORY, WHOLE};
use super::{Actions, End, ExecutionState, Tiding, logind, wake};
use crate::config::RemoteSupport;
use crate::texts::Text;

/// How often is looked whether somebody came to whom a message can be shown.
const SOMEBODY: Duration = Duration::from_secs(30);
/// How often the server hears that one waits: it takes what is silent for lost.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30 * 60);
/// How long the desktop has to show one.
const SHOWING: Duration = Duration::from_secs(20);

impl Actions {
    /// What whoever runs this computer does not let anybody do from afar.
    pub(super) fn refusal(&self, verb: &Verb) -> Option<End> {
        let is_own_work = matches!(verb, Verb::Sync {} | Verb::Inventory {});
        let is_off = self.computer.settings().remote_support == RemoteSupport::Off;
        let refused = || End::saying(ExecutionState::Refused, &Text::RemoteOff.told(&[]));
        (is_off && !is_own_work).then(refused)
    }

    /// Does it; none where its end was told meanwhile. `again` says that an earlier daemon may have begun with it.
    pub(super) async fn perform(&self, order: &Order, again: bool) -> Option<End> {
        Some(match &order.verb {
            Verb::Sync {} => self.work(order, &WHOLE, again).await,
            Verb::Inventory {} => self.work(order, &INVENTORY, again).await,
            Verb::Message { title, text } => self.message(order, title, text).await,
            Verb::Lock {} => ended(logind::lock(self.signals.connection()).await),
            Verb::Reboot {
                delay_minutes,
                text,
            } => {
                return self
                    .go_down(order, Down::Reboot, *delay_minutes, text)
                    .await;
            }
            Verb::Shutdown {
                delay_minutes,
                text,
            } => return self.go_down(order, Down::Off, *delay_minutes, text).await,
            Verb::Wake { mac, broadcast } => ended(wake::wake(mac, broadcast).await),
        })
    }

    /// Goes on with what an earlier daemon began. What may have been done is not done again.
    pub(super) async fn resumed(&self, entry: &Entry) -> Option<End> {
        let order = &entry.order;
        let is_down = matches!(order.verb, Verb::Reboot { .. } | Verb::Shutdown { .. });
        match &order.verb {
            Verb::Sync {} | Verb::Inventory {} => self.perform(order, true).await,
            Verb::Message { .. } if !entry.tried => self.perform(order, true).await,
            _ if is_down => self.came_up(entry).await,
            _ => Some(End::interrupted()),
        }
    }

    /// Shows a message as soon as somebody is there.
    async fn message(&self, order: &Order, title: &str, text: &str) -> End {
        let mut told: Option<Instant> = None;
        loop {
            let came = self.state.came.notified();
            if self.remote.is_somebody_there().await {
                break;
            }
            if order.expires < self.computer.now() {
                return End::late(Text::ActionNobody);
            }
            if told.is_none_or(|at| at.elapsed() >= SIGN_OF_LIFE) {
                let said = Text::ActionWaitsForSomebody.told(&[]);
                let said = told.is_none().then_some(&said);
                self.tell_running(&order.execution, said).await;
                told = Some(Instant::now());
            }
            let _ = timeout(SOMEBODY, came).await;
        }
        // Somebody may have switched it off while it waited.
        if let Some(refused) = self.refusal(&order.verb) {
            return refused;
        }
        self.state
            .ledger
            .change(&order.execution, |entry| entry.tried = true);
        let record = MessageRecord {
            kind: "message".into(),
            title: title.into(),
            ..about(order, text)
        };
        if self.show(record).await {
            End::done()
        } else {
            End::failed(&Text::ActionNotShown.told(&[]))
        }
    }

    /// Shows a notice to whoever is there; `true` where it was seen on a desktop.
    pub(super) async fn show(&self, record: MessageRecord) -> bool {
        let (id, shown) = self.state.notices.open();
        let tiding = Tiding::Message(id, record);
        let is_shown = self.remote.tell_people(&tiding).await
            && matches!(timeout(SHOWING, shown).await, Ok(Ok(())));
        self.state.notices.close(id);
        is_shown
    }
}

/// What every notice says: who, and why.
pub(super) fn about(order: &Order, text: &str) -> MessageRecord {
    MessageRecord {
        operator: order.operator.name.clone(),
        reason: order.reason.clone(),
        text: text.to_owned(),
        ..MessageRecord::default()
    }
}

pub(super) fn ended(done: Result<(), String>) -> End {
    match done {
        Ok(()) => End::done(),
        Err(said) => End {
            state: ExecutionState::Failed,
            exit: None,
            output: Some(said),
        },
    }
}
