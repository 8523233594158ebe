//! Someone to ask polkit about in place of a caller whose connection is gone: another process of the same person.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Child;

use super::caller::Caller;

/// How many processes are asked about: one of each login.
const MOST: usize = 8;

/// Processes that stand for a person, and the one that was started for want of any.
#[derive(Debug, Default)]
pub struct StandIns {
    pub callers: Vec<Caller>,
    _started: Option<Child>,
}

impl StandIns {
    /// Those of a person: one for each login and service they have, else one without any.
    #[must_use]
    pub fn of(uid: u32) -> Self {
        let callers: Vec<Caller> = processes_of(uid)
            .into_values()
            .take(MOST)
            .map(|pid| caller(uid, pid))
            .collect();
        if !callers.is_empty() {
            return Self {
                callers,
                _started: None,
            };
        }
        let started = crate::process::program_on_runtime("/bin/sleep")
            .arg("60")
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .uid(uid)
            .gid(uid)
            .kill_on_drop(true)
            .spawn();
        match started {
            Ok(child) => Self {
                callers: child.id().map(|pid| caller(uid, pid)).into_iter().collect(),
                _started: Some(child),
            },
            Err(error) => {
                tracing::warn!(uid, %error, "nobody can stand for somebody who left");
                Self::default()
            }
        }
    }
}

fn caller(uid: u32, pid: u32) -> Caller {
    Caller {
        name: None,
        uid,
        pid,
    }
}

/// The first process of each control group, which is what tells logins apart.
fn processes_of(uid: u32) -> BTreeMap<String, u32> {
    let mut processes = BTreeMap::new();
    let Ok(entries) = fs::read_dir("/proc") else {
        return processes;
    };
    for entry in entries.flatten() {
        let pid = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(pid) = pid else { continue };
        if entry.metadata().is_ok_and(|metadata| metadata.uid() == uid)
            && let Ok(group) = fs::read_to_string(entry.path().join("cgroup"))
        {
            processes.entry(group).or_insert(pid);
        }
    }
    processes
}

/// When a process began, in clock ticks since the computer did; 0 for one that is gone.
#[must_use]
pub fn start_of(pid: u32) -> u64 {
    let path = Path::new("/proc").join(pid.to_string()).join("stat");
    let text = fs::read_to_string(path).unwrap_or_default();
    // The name in parentheses may hold anything; the 20th word after it is the one.
    let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let word = rest.split_whitespace().nth(19);
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_at_work_here_is_found() {
        let uid = rustix::process::geteuid().as_raw();
        assert!(!processes_of(uid).is_empty());
        assert!(start_of(std::process::id()) > 0);
        assert_eq!(start_of(u32::MAX), 0);
    }
}
