//! Finding what a package manager runs for somebody else: scripts of packages, and hooks of the site.
//!
//! The package manager says in the environment of a script whose it is. The script shares its process group with the package
//! manager, so a signal goes to its processes one by one.

use std::collections::BTreeMap;

use rustix::process::Signal;

use super::supervise::ScriptMarks;
use super::table::{Fact, Process, Table, command_line, variable};

/// A script that runs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// Its first process.
    pub root: Process,
    /// Its package; empty for a hook.
    pub package: String,
    /// `postinst` and the like; empty for a hook.
    pub kind: String,
    /// Every process of it.
    pub members: Vec<Process>,
    /// Processor time they took, clock ticks.
    pub ticks: u64,
}

impl Script {
    /// The one that `program`, a package manager, waits for. What a script left behind is a child of `supervisor`.
    pub(super) fn running(program: i32, supervisor: i32, known_by: &ScriptMarks) -> Option<Self> {
        let table = Table::read();
        let mark = |fact: &Fact| {
            let id = fact.process.id;
            variable(id, &known_by.package).zip(variable(id, &known_by.script))
        };
        let of_program = table.below(program);
        let marks: BTreeMap<i32, (String, String)> = table
            .below(supervisor)
            .iter()
            .filter_map(|fact| Some((fact.process.id, mark(fact)?)))
            .collect();
        let root = of_program
            .iter()
            .find(|fact| marks.contains_key(&fact.process.id) && fact.process.id != program);
        let (root, (package, kind)) = match root {
            Some(root) => (*root, marks[&root.process.id].clone()),
            None => (
                *of_program.iter().find(|fact| is_hook(fact, known_by))?,
                Default::default(),
            ),
        };
        let mut members: BTreeMap<Process, u64> = BTreeMap::new();
        let same = |(_, of): &(&i32, &(String, String))| of.0 == package && of.1 == kind;
        let heads = marks.iter().filter(same).map(|(id, _)| *id);
        for head in heads.chain([root.process.id]) {
            let all = table.get(head).into_iter().chain(table.below(head));
            members.extend(all.map(|fact| (fact.process, fact.ticks)));
        }
        Some(Self {
            root: root.process,
            package,
            kind,
            ticks: members.values().sum(),
            members: members.into_keys().collect(),
        })
    }

    pub(super) fn signal(&self, signal: Signal) {
        for process in &self.members {
            process.signal(signal);
        }
    }
}

/// What the package manager starts and is none of its own programs, nor ours around them, is a hook.
fn is_hook(fact: &Fact, known_by: &ScriptMarks) -> bool {
    const OURS: [&str; 2] = ["unshare", "migasfree"];
    let program = |id: i32| command_line(id).into_iter().next().unwrap_or_default();
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let parent = name(&program(fact.parent));
    if parent.is_empty() || parent != known_by.runs_hooks {
        return false;
    }
    let path = program(fact.process.id);
    let name = name(&path);
    let is_own = known_by.programs.contains(&name)
        || known_by.beginnings.iter().any(|one| name.starts_with(one))
        || known_by.paths.iter().any(|one| path.starts_with(one))
        || OURS.contains(&name.as_str());
    !path.is_empty() && !is_own
}
