//! The records of jobs on disk: a folder for each job, `job.json` in it.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::events::Done;
use super::task::{Task, Work};

/// How many records of finished jobs are kept.
const KEPT: usize = 200;

/// Where a job is, as far as it must survive a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoredState {
    /// It waits.
    Queued,
    /// A worker was started for it.
    Running,
    /// It is over.
    Finished,
}

/// How somebody was allowed to have a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// The connection they asked over.
    pub address: String,
    /// The right, by its full name.
    pub action: String,
    /// They authenticated for it.
    pub authenticated: bool,
}

/// A job as `job.json` keeps it. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredJob {
    /// Its number.
    pub id: u64,
    /// What it does.
    pub task: Task,
    /// Who started it: `user`, `timer`, `login`, `agent`, `daemon`.
    pub origin: String,
    /// The user it belongs to.
    pub owner_uid: u32,
    /// It waits behind the jobs of people.
    pub background: bool,
    /// How it was allowed; `None` for what the daemon does by itself.
    #[serde(default)]
    pub admitted: Option<Admitted>,
    /// Where it is.
    pub state: StoredState,
    /// When it was asked for.
    pub created: i64,
    /// When it began to run.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// How it ended.
    pub done: Option<Done>,
}

/// The folder of all jobs.
#[derive(Debug, Clone)]
pub struct JobStore {
    folder: PathBuf,
}

impl JobStore {
    /// Opens the folder, making it when it is not there.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        Ok(Self {
            folder: folder.to_path_buf(),
        })
    }

    /// The folder of a job.
    #[must_use]
    pub fn folder(&self, id: u64) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Every record that can be read, oldest first. What cannot be read is logged and left alone.
    pub fn load(&self) -> io::Result<Vec<StoredJob>> {
        let mut jobs: Vec<StoredJob> = Vec::new();
        for id in self.ids()? {
            match read_json(&self.folder(id).join("job.json")) {
                Ok(job) => jobs.push(job),
                Err(error) => {
                    tracing::warn!(job = id, %error, "the record of a job cannot be read");
                }
            }
        }
        Ok(jobs)
    }

    /// The first number that no job ever had.
    pub fn next_id(&self) -> io::Result<u64> {
        Ok(self.ids()?.last().map_or(1, |id| id + 1))
    }

    /// Writes a record, making its folder when it is new. After this returned, it survives a power cut.
    pub fn save(&self, job: &StoredJob) -> io::Result<()> {
        let folder = self.folder(job.id);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        write_json(&folder.join("job.json"), job)
    }

    /// Tells the worker of a job what to do.
    pub fn save_work(&self, id: u64, work: &Work) -> io::Result<()> {
        write_json(&self.folder(id).join("work.json"), work)
    }

    /// Deletes the oldest records beyond the number kept. Returns which.
    pub fn prune(&self, jobs: &[StoredJob]) -> Vec<u64> {
        let mut finished: Vec<u64> = jobs
            .iter()
            .filter(|job| job.state == StoredState::Finished)
            .map(|job| job.id)
            .collect();
        finished.sort_unstable();
        let surplus = finished.len().saturating_sub(KEPT);
        finished.truncate(surplus);
        finished
            .into_iter()
            .filter(|id| match fs::remove_dir_all(self.folder(*id)) {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(job = id, %error, "the folder of an old job cannot be deleted");
                    false
                }
            })
            .collect()
    }

    fn ids(&self) -> io::Result<Vec<u64>> {
        let mut ids: Vec<u64> = fs::read_dir(&self.folder)?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        ids.sort_unstable();
        Ok(ids)
    }
}

/// What the daemon asked the worker of this folder to do.
pub fn read_work(folder: &Path) -> io::Result<Work> {
    read_json(&folder.join("work.json"))
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> io::Result<T> {
    serde_json::from_slice(&fs::read(path)?).map_err(io::Error::from)
}

/// Replaces a file in one step, readable by its owner alone.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn job(id: u64, state: StoredState) -> StoredJob {
        StoredJob {
            id,
            task: Task::Refresh { force: false },
            origin: "user".into(),
            owner_uid: 1000,
            background: false,
            admitted: None,
            state,
            created: 1,
            started: None,
            ended: None,
            done: None,
        }
    }

    #[test]
    fn records_come_back_and_numbers_are_never_used_twice() {
        let folder = tempfile::tempdir().unwrap();
        let store = JobStore::open(folder.path()).unwrap();
        assert_eq!(store.next_id().unwrap(), 1);
        for id in [1, 2, 10] {
            store.save(&job(id, StoredState::Queued)).unwrap();
        }
        fs::write(store.folder(2).join("job.json"), b"{ half a rec").unwrap();
        let ids: Vec<u64> = store.load().unwrap().iter().map(|job| job.id).collect();
        assert_eq!(ids, [1, 10]);
        assert_eq!(store.next_id().unwrap(), 11);
    }

    #[test]
    fn only_finished_jobs_are_pruned_and_the_newest_stay() {
        let folder = tempfile::tempdir().unwrap();
        let store = JobStore::open(folder.path()).unwrap();
        let mut jobs = vec![job(1, StoredState::Queued)];
        jobs.extend(
            (2..=u64::try_from(KEPT).unwrap() + 3).map(|id| job(id, StoredState::Finished)),
        );
        for job in &jobs {
            store.save(job).unwrap();
        }
        assert_eq!(store.prune(&jobs), [2, 3]);
        assert!(store.folder(1).exists());
        assert!(!store.folder(2).exists());
    }
}
