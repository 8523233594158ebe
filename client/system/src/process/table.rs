//! The processes of this computer, as far as supervisors need them.

use std::collections::BTreeMap;
use std::fs;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

/// One process; the number alone may be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Process {
    pub id: i32,
    /// Clock ticks since the computer started: tells two processes with the same number apart.
    pub started: u64,
}

impl Process {
    pub(super) fn of(id: u32) -> Option<Self> {
        let id = i32::try_from(id).ok()?;
        Fact::of(id).map(|fact| fact.process)
    }

    pub(super) fn is_alive(self) -> bool {
        Fact::of(self.id).is_some_and(|fact| fact.process == self && fact.state != 'Z')
    }

    /// Sends a signal to this process and to no other that got its number meanwhile.
    pub(super) fn signal(self, signal: Signal) {
        let descriptor = Pid::from_raw(self.id).map(|id| pidfd_open(id, PidfdFlags::empty()));
        if let Some(Ok(descriptor)) = descriptor
            && self.is_alive()
        {
            let _ = pidfd_send_signal(&descriptor, signal);
        }
    }
}

/// What the kernel says about a process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    pub process: Process,
    pub parent: i32,
    state: char,
    /// Clock ticks of processor time, its own and that of children it waited for.
    pub ticks: u64,
}

impl Fact {
    fn of(id: i32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name in brackets may hold anything, also blanks and brackets.
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            process: Process {
                id,
                started: number(19)?,
            },
            parent: fields.get(1)?.parse().ok()?,
            state: fields.first()?.chars().next()?,
            ticks: (11..15).filter_map(number).sum(),
        })
    }
}

/// All processes at one moment.
#[derive(Debug, Default)]
pub(super) struct Table {
    facts: BTreeMap<i32, Fact>,
    children: BTreeMap<i32, Vec<i32>>,
}

impl Table {
    pub(super) fn read() -> Self {
        let mut table = Self::default();
        let Ok(entries) = fs::read_dir("/proc") else {
            return table;
        };
        let numbers = entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        for fact in numbers.filter_map(Fact::of) {
            let id = fact.process.id;
            table.children.entry(fact.parent).or_default().push(id);
            table.facts.insert(id, fact);
        }
        table
    }

    pub(super) fn get(&self, id: i32) -> Option<Fact> {
        self.facts.get(&id).copied()
    }

    /// Every process below this one, parents before their children.
    pub(super) fn below(&self, id: i32) -> Vec<Fact> {
        let mut found = Vec::new();
        let mut todo = vec![id];
        while let Some(parent) = todo.pop() {
            for child in self.children.get(&parent).into_iter().flatten() {
                if let Some(fact) = self.get(*child) {
                    found.push(fact);
                    todo.push(*child);
                }
            }
        }
        found
    }
}

/// The words of a process's command line.
pub(super) fn command_line(id: i32) -> Vec<String> {
    words(&format!("/proc/{id}/cmdline"))
}

/// A variable of the environment a process began with.
pub(super) fn variable(id: i32, name: &str) -> Option<String> {
    words(&format!("/proc/{id}/environ"))
        .into_iter()
        .find_map(|word| Some(word.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

fn words(path: &str) -> Vec<String> {
    let bytes = fs::read(path).unwrap_or_default();
    bytes
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}
