//! Actions: what the server orders this computer to do, by name and with typed parameters.
//!
//! Orders come over the agent, or with a plan. Each is verified with the key that was pinned, noted on disk, and carried out
//! once. What becomes of it waits on disk until the server said that it has it; meanwhile the agent passes it on, so that
//! somebody can look on.
//!
//! | Module | What |
//! |---|---|
//! | `ledger` | the orders that came, and how far they are |
//! | `verbs` | what each of them does |
//! | `work` | those that are jobs of the queue |
//! | `going_down`, `logind` | restarts and shutdowns; what only logind may do |
//! | `wake` | the packet that wakes another computer |
//! | `notices` | what people are told, and whether they saw it |

mod going_down;
mod ledger;
mod logind;
mod notices;
mod verbs;
mod wake;
mod work;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use migasfree_client_engine::orders::Orders;
use migasfree_dbus::{ActionRecord, Error};
use migasfree_grant::GrantError;
use migasfree_grant::order::{self, Order, Verb};
use migasfree_native::actions::ActionResult;
use migasfree_types::actions::ExecutionState;
use migasfree_types::message::Message;
use migasfree_types::shown::shown;
use tokio::sync::Notify;
use tokio::time::timeout;

use self::ledger::{Entry, Ledger, MOST, Noted};
use self::notices::Notices;
use super::computer::Computer;
use super::desk::Desk;
use super::jobs::{Jobs, Task};
use super::remote::{Remote, Tiding, is_id, word};
use super::runner::Runner;
use super::signals::Signals;
use super::tasks::Tasks;
use crate::sync::Scope;
use crate::texts::Text;

/// How often is looked for orders that came with a plan, and for results that wait.
const LOOK: Duration = Duration::from_secs(600);
/// The server is told within this time, or at the next look.
const TELLING: Duration = Duration::from_secs(60);
/// Results that are passed on at once.
const AT_ONCE: usize = 64;
/// Bytes of output in one result. Written as JSON it is at most twice as long, and a message of the relay has 16 KiB.
const PART: usize = 6 * 1024;

/// Carries out orders.
#[derive(Debug, Clone)]
pub struct Actions {
    pub(super) computer: Arc<Computer>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) runner: Arc<Runner>,
    pub(super) signals: Arc<Signals>,
    pub(super) desk: Desk,
    pub(super) remote: Remote,
    pub(super) tasks: Tasks,
    pub(super) state: Arc<State>,
}

/// What they keep in mind.
#[derive(Debug)]
pub struct State {
    ledger: Ledger,
    notices: Notices,
    /// The connection of the agent that passes on what is told.
    agent: Mutex<Option<String>>,
    /// One order at a time is given its job.
    giving: tokio::sync::Mutex<()>,
    wake: Notify,
    /// Somebody may have come to the computer.
    came: Notify,
    /// Which start of the computer this is.
    boot: String,
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct End {
    state: ExecutionState,
    exit: Option<i32>,
    output: Option<String>,
}

impl End {
    fn done() -> Self {
        Self {
            state: ExecutionState::Succeeded,
            exit: None,
            output: None,
        }
    }

    fn saying(state: ExecutionState, said: &Message) -> Self {
        Self {
            state,
            exit: None,
            output: Some(said.text.clone()),
        }
    }

    fn failed(said: &Message) -> Self {
        Self::saying(ExecutionState::Failed, said)
    }

    /// It could not be begun before it expired.
    fn late(said: Text) -> Self {
        Self::saying(ExecutionState::TimedOut, &said.told(&[]))
    }

    /// The daemon was stopped while it was done, and nobody knows how far it came.
    fn interrupted() -> Self {
        Self::failed(&Text::ActionInterrupted.told(&[]))
    }
}

impl State {
    /// Reads what has to survive.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Ok(Self {
            ledger: Ledger::open(folder.join("actions.json"))?,
            notices: Notices::default(),
            agent: Mutex::default(),
            giving: tokio::sync::Mutex::default(),
            wake: Notify::new(),
            came: Notify::new(),
            boot: boot.trim().to_owned(),
        })
    }

    fn agent(&self) -> Option<String> {
        let agent = self.agent.lock();
        agent.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hear_agent(&self, agent: Option<&str>) {
        let mut known = self.agent.lock().unwrap_or_else(PoisonError::into_inner);
        *known = agent.map(str::to_owned);
    }
}

impl Actions {
    /// Carries out an order that the agent brings. One that came before is not carried out again; what waits of it is told.
    pub async fn act(&self, agent: &str, text: &str) -> Result<(), Error> {
        self.state.hear_agent(Some(agent));
        let order = self.verified(text)?;
        self.take(order, None).await
    }

    /// The agent can pass on what waits, and from now on what is told.
    pub async fn tell_all(&self, agent: &str) {
        self.state.hear_agent(Some(agent));
        let Some(orders) = self.orders() else {
            return;
        };
        let executions = orders.executions().unwrap_or_else(|error| nothing(&error));
        self.tell_again(&orders, executions).await;
    }

    /// A connection is gone.
    pub fn forget(&self, address: &str) {
        if self.state.agent().as_deref() == Some(address) {
            self.state.hear_agent(None);
        }
    }

    /// Somebody came to the computer to whom something can be shown.
    pub fn somebody_came(&self) {
        self.state.came.notify_waiters();
    }

    /// A notice is shown to the person.
    pub fn shown(&self, id: u32) -> Result<(), Error> {
        if self.state.notices.shown(id) {
            return Ok(());
        }
        Err(Error::NotFound(Text::ActionNoNotice.told(&[])))
    }

    /// What was ordered lately, the newest first.
    #[must_use]
    pub fn list(&self) -> Vec<ActionRecord> {
        let entries = self.state.ledger.entries().into_iter();
        entries.map(record).collect()
    }

    /// Goes on with what an earlier daemon began, then takes in what comes with plans and tells the server, for ever.
    pub async fn keep(self) {
        for entry in self.state.ledger.entries() {
            if !entry.state.is_final() {
                if let Some(result) = &entry.unkept {
                    self.keep_result(result);
                }
                let actions = self.clone();
                self.tasks
                    .start("action", async move { actions.go_on(entry).await });
            }
        }
        loop {
            let woken = self.state.wake.notified();
            self.look(None).await;
            self.keep_ends();
            self.deliver().await;
            let _ = timeout(LOOK, woken).await;
        }
    }

    /// A job is over: what came with the plan of a synchronisation is carried out. A synchronisation that is ordered there
    /// was this one.
    pub async fn after(&self, id: u64, task: &Task) {
        if let Task::Sync { scope, .. } = task {
            let whole = (*scope == Scope::Full).then_some(id);
            self.look(whole).await;
        }
    }

    /// Takes in orders that came with a plan.
    async fn look(&self, synchronised: Option<u64>) {
        let Some(orders) = self.orders() else {
            return;
        };
        let waiting = orders.waiting().unwrap_or_else(|error| nothing(&error));
        let mut verified = Vec::new();
        for letter in waiting {
            match self.verified(&letter.text) {
                Ok(order) => verified.push((order, letter)),
                Err(error) => {
                    tracing::warn!(%error, "an order that came with a plan is not taken");
                    forgotten(orders.taken(&letter));
                }
            }
        }
        verified.sort_by_key(|(order, _)| order.issued);
        for (order, letter) in verified {
            match self.take(order, synchronised).await {
                Ok(()) => forgotten(orders.taken(&letter)),
                Err(error) => tracing::warn!(%error, "an order waits on"),
            }
        }
    }

    async fn deliver(&self) {
        let engine = self.computer.engine();
        match timeout(TELLING, engine.tell_actions()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "what became of orders waits for the server"),
            Err(_) => tracing::info!("the server takes its time; what became of orders waits on"),
        }
    }

    /// Reads an order, if it is the server's and for this computer.
    fn verified(&self, text: &str) -> Result<Order, Error> {
        let trust = self.computer.engine().order_trust();
        let trust = trust.ok_or_else(|| Error::Refused(Text::RemoteNotOffered.told(&[])))?;
        let order = order::verify(text, &trust.server, self.computer.now());
        let order = order.map_err(|error| no_order(&error))?;
        let ours = trust.key.public().thumbprint().to_string();
        if order.computer == trust.computer.0 && order.key == ours && is_id(&order.execution) {
            return Ok(order);
        }
        Err(Error::Refused(Text::ActionOtherComputer.told(&[])))
    }

    /// Notes an order, and has it carried out where it is new. A synchronisation that was ordered is the one that is over.
    async fn take(&self, order: Order, synchronised: Option<u64>) -> Result<(), Error> {
        let ledger = &self.state.ledger;
        let noted = ledger.note(&order, self.computer.now(), &self.state.boot);
        match noted {
            Ok(Noted::New) => {}
            Ok(Noted::Known) => {
                if let Some(orders) = self.orders() {
                    self.tell_again(&orders, [order.execution]).await;
                }
                return Ok(());
            }
            Ok(Noted::Full) => {
                return Err(Error::LimitExceeded(Text::ActionLimit.with([MOST.into()])));
            }
            Err(error) => {
                return Err(Error::Refused(
                    Text::RemoteFailed.told(&[&error.to_string()]),
                ));
            }
        }
        let Order {
            execution,
            operator,
            verb,
            ..
        } = &order;
        tracing::info!(
            execution,
            verb = verb.name(),
            operator = operator.name,
            "an order is carried out"
        );
        if let (Verb::Sync {}, Some(job)) = (verb, synchronised) {
            ledger.change(execution, |entry| entry.jobs.push(job));
        }
        let actions = self.clone();
        self.tasks
            .start("action", async move { actions.carry_out(order).await });
        Ok(())
    }

    async fn carry_out(&self, order: Order) {
        let end = match self.refusal(&order.verb) {
            Some(end) => Some(end),
            None => self.perform(&order, false).await,
        };
        if let Some(end) = end {
            self.end(&order.execution, end).await;
        }
    }

    async fn go_on(&self, entry: Entry) {
        if let Some(end) = self.resumed(&entry).await {
            self.end(&entry.order.execution, end).await;
        }
    }

    async fn end(&self, execution: &str, end: End) {
        let End {
            state,
            exit,
            output,
        } = end;
        tracing::info!(execution, state = word(state), "an order is over");
        let output = output.map(|said| part(&said));
        if self.tell(execution, state, exit, output, |_| ()).await {
            self.has_kept(execution);
        }
        self.state.wake.notify_one();
    }

    /// The end of an order is where it waits for the server.
    fn has_kept(&self, execution: &str) {
        self.state
            .ledger
            .change(execution, |entry| entry.unkept = None);
    }

    /// Keeps the ends for the server that could not be kept before: the disk may have been full.
    fn keep_ends(&self) {
        for entry in self.state.ledger.entries() {
            if let Some(result) = entry.unkept.filter(|result| result.state.is_final())
                && self.keep_result(&result)
            {
                self.has_kept(&result.execution);
            }
        }
    }

    async fn tell_running(&self, execution: &str, said: Option<&Message>) {
        let said = said.map(|said| part(&format!("{}\n", said.text)));
        self.tell(execution, ExecutionState::Running, None, said, |_| ())
            .await;
    }

    /// Says how far an order is, together with another change of it; `false` where that is not kept for the server.
    async fn tell(
        &self,
        execution: &str,
        state: ExecutionState,
        exit: Option<i32>,
        output: Option<String>,
        change: impl FnOnce(&mut Entry),
    ) -> bool {
        let now = self.computer.now();
        let result = self.state.ledger.change(execution, |entry| {
            change(entry);
            entry.say(state, exit, output, now)
        });
        let Some(result) = result else {
            return false;
        };
        let is_kept = self.keep_result(&result);
        self.pass_on(result).await;
        is_kept
    }

    /// Keeps a result until the server has it; `false` where that failed.
    fn keep_result(&self, result: &ActionResult) -> bool {
        let Some(orders) = self.orders() else {
            return false;
        };
        match orders.keep(result) {
            Ok(true) => return true,
            Ok(false) => {
                tracing::warn!("too much waits for the server; output of an order is lost")
            }
            Err(error) => tracing::error!(%error, "what became of an order cannot be kept"),
        }
        false
    }

    /// Tells what waits of these. Much at once would be too much for a relay: the server is told of it otherwise.
    async fn tell_again(&self, orders: &Orders, executions: impl IntoIterator<Item = String>) {
        let mut results = Vec::new();
        for execution in executions {
            let waiting = orders.results_of(&execution);
            results.extend(waiting.unwrap_or_else(|error| nothing(&error)));
        }
        if results.len() > AT_ONCE {
            self.state.wake.notify_one();
            return;
        }
        for result in results {
            self.pass_on(result).await;
        }
    }

    /// Has the agent pass it on, if there is one.
    async fn pass_on(&self, result: ActionResult) {
        if let Some(agent) = self.state.agent() {
            self.remote.tell(&[agent], &Tiding::Acting(result)).await;
        }
    }

    fn orders(&self) -> Option<Orders> {
        self.computer.engine().orders()
    }
}

/// As people see it.
fn record(entry: Entry) -> ActionRecord {
    let Order {
        execution,
        verb,
        operator,
        reason,
        ..
    } = entry.order;
    ActionRecord {
        execution,
        verb: verb.name().to_owned(),
        operator: operator.name,
        reason,
        state: word(entry.state),
        begun: entry.begun,
        ended: entry.ended,
        said: entry.said,
    }
}

/// As much of a text as fits into a result. What scripts and packages say is seen, and nobody's terminal obeys it.
fn part(text: &str) -> String {
    let mut text = shown(text).into_owned();
    text.truncate(text.floor_char_boundary(PART));
    text
}

fn no_order(error: &GrantError) -> Error {
    Error::Refused(Text::ActionOrder.told(&[&error.to_string()]))
}

fn nothing<T: Default>(error: &io::Error) -> T {
    tracing::error!(%error, "orders and results cannot be read");
    T::default()
}

fn forgotten(taken: io::Result<()>) {
    if let Err(error) = taken {
        tracing::warn!(%error, "an order that was taken stays where it waited");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_short_and_nothing_in_it_acts() {
        let long = "\u{1b}é".repeat(PART);
        let part = part(&long);
        assert!(
            part.len() <= PART && !part.contains('\u{1b}'),
            "{}",
            part.len()
        );
        let written = serde_json::to_string(&part);
        assert!(written.is_ok_and(|text| text.len() <= 2 * PART + 2));
    }
}
