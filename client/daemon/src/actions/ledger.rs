//! The orders that came, and how far they are: each is carried out once, also when the daemon is started again in between.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use migasfree_client_system::files;
use migasfree_grant::CLOCKS_APART;
use migasfree_grant::order::{Order, Verb};
use migasfree_native::actions::ActionResult;
use migasfree_types::actions::ExecutionState;
use serde::{Deserialize, Serialize};

/// Orders that are known at a time.
pub(super) const MOST: usize = 256;
/// Those that are over are shown to people at least until so many came after them.
const SHOWN: usize = 50;
/// A clock that is set back must not bring an order to life again, seconds.
const MARGIN: i64 = 24 * 3600 + CLOCKS_APART;

/// An order, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub order: Order,
    pub state: ExecutionState,
    pub begun: i64,
    #[serde(default)]
    pub ended: Option<i64>,
    /// What was said of its end.
    #[serde(default)]
    pub said: String,
    /// The number of the next result.
    pub sequence: u32,
    /// The start of the computer in which it was begun.
    pub boot: String,
    /// It was tried what must not be tried again.
    #[serde(default)]
    pub tried: bool,
    /// When the computer goes down for it, Unix seconds.
    #[serde(default)]
    pub due: Option<i64>,
    /// The jobs that do it.
    #[serde(default)]
    pub jobs: Vec<u64>,
    /// How many bytes of the output of the last of them were told.
    #[serde(default)]
    pub passed: u64,
    /// A result that may not be kept yet where results wait for the server.
    #[serde(default)]
    pub unkept: Option<ActionResult>,
}

impl Entry {
    fn new(order: Order, now: i64, boot: &str) -> Self {
        Self {
            order,
            state: ExecutionState::Running,
            begun: now,
            ended: None,
            said: String::new(),
            sequence: 0,
            boot: boot.to_owned(),
            tried: false,
            due: None,
            jobs: Vec::new(),
            passed: 0,
            unkept: None,
        }
    }

    /// The next result.
    pub(super) fn say(
        &mut self,
        state: ExecutionState,
        exit: Option<i32>,
        output: Option<String>,
        now: i64,
    ) -> ActionResult {
        if state.is_final() {
            self.ended = Some(now);
            self.said = output.clone().unwrap_or_default();
        }
        let result = ActionResult {
            execution: self.order.execution.clone(),
            state,
            exit,
            output,
            sequence: self.sequence,
        };
        self.sequence = self.sequence.saturating_add(1);
        self.state = state;
        self.unkept = Some(result.clone());
        result
    }
}

/// What becomes of an order that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// It is to be carried out.
    New,
    /// It came before.
    Known,
    /// There are too many.
    Full,
}

/// All that are known, on disk.
#[derive(Debug)]
pub(super) struct Ledger {
    file: PathBuf,
    known: Mutex<BTreeMap<String, Entry>>,
}

impl Ledger {
    /// Reads those of before. A damaged list is an error: an empty one would let orders be carried out again.
    pub(super) fn open(file: PathBuf) -> io::Result<Self> {
        let known = match files::read_optional(&file)? {
            Some(text) => serde_json::from_str(&text)?,
            None => BTreeMap::new(),
        };
        Ok(Self {
            file,
            known: Mutex::new(known),
        })
    }

    /// Notes an order. A new one is on disk before this answers.
    pub(super) fn note(&self, order: &Order, now: i64, boot: &str) -> io::Result<Noted> {
        let mut known = self.lock();
        if known.contains_key(&order.execution) {
            return Ok(Noted::Known);
        }
        let mut noted = without_old(&known, now);
        if noted.len() >= MOST && !make_room(&mut noted) {
            return Ok(Noted::Full);
        }
        let entry = Entry::new(order.clone(), now, boot);
        noted.insert(order.execution.clone(), entry);
        self.write(&noted)?;
        *known = noted;
        Ok(Noted::New)
    }

    /// Changes an entry, if it is there. Where that cannot be written down it holds as long as the daemon lives.
    pub(super) fn change<T>(
        &self,
        execution: &str,
        change: impl FnOnce(&mut Entry) -> T,
    ) -> Option<T> {
        let mut known = self.lock();
        let changed = change(known.get_mut(execution)?);
        if let Err(error) = self.write(&known) {
            tracing::error!(execution, %error, "how far an order is cannot be written down");
        }
        Some(changed)
    }

    pub(super) fn get(&self, execution: &str) -> Option<Entry> {
        self.lock().get(execution).cloned()
    }

    /// All, the newest first.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.lock().values().cloned().collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.begun));
        entries
    }

    fn write(&self, known: &BTreeMap<String, Entry>) -> io::Result<()> {
        files::write(&self.file, &serde_json::to_vec(known)?, 0o600)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those that nobody can give again and nobody looks at any more are forgotten.
fn without_old(known: &BTreeMap<String, Entry>, now: i64) -> BTreeMap<String, Entry> {
    let mut ended: Vec<i64> = known.values().filter_map(|entry| entry.ended).collect();
    ended.sort_unstable_by_key(|at| std::cmp::Reverse(*at));
    let shown_since = ended.get(SHOWN - 1).copied().unwrap_or(i64::MIN);
    let is_needed = |entry: &Entry| {
        let can_come_again = entry.order.expires.saturating_add(MARGIN) > now;
        can_come_again || entry.ended.is_none_or(|ended| ended >= shown_since)
    };
    let needed = known.iter().filter(|(_, entry)| is_needed(entry));
    needed
        .map(|(execution, entry)| (execution.clone(), entry.clone()))
        .collect()
}

/// Forgets the packet that was sent first to wake another computer; `false` where there is none. One computer wakes all of its
/// network, and a packet that is sent twice wakes nobody twice.
fn make_room(noted: &mut BTreeMap<String, Entry>) -> bool {
    let sent = noted.iter().filter_map(|(execution, entry)| {
        let is_packet = matches!(entry.order.verb, Verb::Wake { .. });
        let ended = entry.ended.filter(|_| is_packet)?;
        Some((ended, execution.clone()))
    });
    let first = sent.min();
    first.is_some_and(|(_, execution)| noted.remove(&execution).is_some())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migasfree_grant::{OperatorIdentity, Strength};

    use super::*;

    fn order(number: usize, expires: i64) -> Order {
        Order {
            execution: format!("4c9f3a5e-0000-4000-8000-{number:012}"),
            verb: Verb::Lock {},
            computer: 42,
            key: "key".into(),
            issued: expires - 60,
            expires,
            operator: OperatorIdentity {
                id: 1,
                name: "Eva".into(),
                strength: Strength::Passkey,
            },
            reason: String::new(),
        }
    }

    #[test]
    fn an_order_is_new_once_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("actions.json");
        let ledger = Ledger::open(file.clone()).unwrap();
        let one = order(1, 1060);
        assert_eq!(ledger.note(&one, 1000, "boot").unwrap(), Noted::New);
        assert_eq!(ledger.note(&one, 1000, "boot").unwrap(), Noted::Known);
        let again = Ledger::open(file.clone()).unwrap();
        assert_eq!(again.note(&one, 1001, "boot").unwrap(), Noted::Known);
        std::fs::write(&file, "{").unwrap();
        assert!(Ledger::open(file).is_err());
    }

    #[test]
    fn results_are_numbered_and_the_last_word_survives() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("actions.json");
        let ledger = Ledger::open(file.clone()).unwrap();
        let one = order(1, 1060);
        ledger.note(&one, 1000, "boot").unwrap();
        let say = |state, at| {
            let said = ledger.change(&one.execution, |entry| entry.say(state, None, None, at));
            said.unwrap().sequence
        };
        assert_eq!(say(ExecutionState::Running, 1001), 0);
        assert_eq!(say(ExecutionState::Succeeded, 1002), 1);
        let entry = Ledger::open(file).unwrap().get(&one.execution).unwrap();
        assert_eq!(entry.ended, Some(1002));
        assert_eq!(entry.unkept.unwrap().state, ExecutionState::Succeeded);
        assert!(ledger.change("another", |_| ()).is_none());
    }

    #[test]
    fn what_can_come_again_is_never_forgotten_and_what_goes_on_neither() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path().join("actions.json")).unwrap();
        for number in 0..MOST {
            let good = order(number, 2000);
            assert_eq!(ledger.note(&good, 1000, "boot").unwrap(), Noted::New);
        }
        assert_eq!(
            ledger.note(&order(MOST, 2000), 1000, "boot").unwrap(),
            Noted::Full
        );
        let later = 2000 + MARGIN + 1;
        assert_eq!(
            ledger.note(&order(MOST, 2000), later, "boot").unwrap(),
            Noted::Full
        );
        // All but the first are over.
        for number in 1..MOST {
            let at = 1000 + i64::try_from(number).unwrap();
            let execution = order(number, 2000).execution;
            ledger.change(&execution, |entry| {
                entry.say(ExecutionState::Succeeded, None, None, at)
            });
        }
        let another = order(MOST, later + 60);
        assert_eq!(ledger.note(&another, later, "boot").unwrap(), Noted::New);
        assert_eq!(ledger.entries().len(), SHOWN + 2);
        assert!(ledger.get(&order(0, 2000).execution).is_some());
    }

    #[test]
    fn who_wakes_a_whole_network_still_takes_orders() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path().join("actions.json")).unwrap();
        let wake = |number| Order {
            verb: Verb::Wake {
                mac: "00:1a:2b:3c:4d:5e".into(),
                broadcast: "192.168.7.255".into(),
            },
            ..order(number, 2000)
        };
        for number in 0..MOST {
            let noted = ledger.note(&wake(number), 1000, "boot").unwrap();
            assert_eq!(noted, Noted::New);
        }
        // None of them is over yet.
        let lock = order(MOST, 2000);
        assert_eq!(ledger.note(&lock, 1000, "boot").unwrap(), Noted::Full);
        for (number, at) in [(7, 1002), (3, 1001)] {
            ledger.change(&wake(number).execution, |entry| {
                entry.say(ExecutionState::Succeeded, None, None, at)
            });
        }
        assert_eq!(ledger.note(&lock, 1003, "boot").unwrap(), Noted::New);
        assert!(ledger.get(&wake(3).execution).is_none());
        assert!(ledger.get(&wake(7).execution).is_some());
    }
}
