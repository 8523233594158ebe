//! Noticing that sources change.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::Event;
use super::part::{Part, Parts};
use crate::paths;

/// An editor that keeps a file, or a branch that is checked out, makes several changes at once.
const TOGETHER: Duration = Duration::from_millis(60);

/// Tells `events` which parts are to be built anew, as long as the watcher lives.
pub fn start(events: Sender<Event>) -> Result<RecommendedWatcher> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event
            && !matches!(event.kind, EventKind::Access(_))
        {
            // Nobody listens any more: it ends already.
            let _ = sender.send(event.paths);
        }
    })
    .context("changes of files cannot be noticed")?;
    let folders: BTreeSet<&str> = (Part::ALL.into_iter())
        .flat_map(|part| part.sources())
        .copied()
        .collect();
    for folder in folders {
        watcher
            .watch(&paths::root().join(folder), RecursiveMode::Recursive)
            .with_context(|| format!("{folder} cannot be watched"))?;
    }
    thread::spawn(move || collect(&changes, &events));
    Ok(watcher)
}

fn collect(changes: &Receiver<Vec<PathBuf>>, events: &Sender<Event>) {
    while let Ok(mut changed) = changes.recv() {
        while let Ok(more) = changes.recv_timeout(TOGETHER) {
            changed.extend(more);
        }
        let mut parts = Parts::default();
        for path in &changed {
            if let Ok(path) = path.strip_prefix(paths::root()) {
                parts.extend(Parts::of(path));
            }
        }
        if !parts.is_empty() && events.send(Event::Changed(parts)).is_err() {
            return;
        }
    }
}
