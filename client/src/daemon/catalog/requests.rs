//! Requests for applications, kept until the organisation decided.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use migasfree_dbus::{Error, RequestRecord, RequestState};
use serde::{Deserialize, Serialize};

/// Requests of one user that are kept.
const KEPT: usize = 50;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    uid: u32,
    record: RequestRecord,
}

/// The requests of all users of this computer.
#[derive(Debug)]
pub struct Requests {
    path: PathBuf,
    kept: Mutex<Vec<Kept>>,
}

impl Requests {
    /// Reads what is on disk.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        Self {
            kept: Mutex::new(super::read(path)),
            path: path.to_path_buf(),
        }
    }

    /// Keeps a request. The same user asks for an application once at a time.
    pub fn add(&self, uid: u32, record: RequestRecord) -> Result<(), Error> {
        self.change(|kept| {
            let open = |kept: &Kept| {
                matches!(
                    kept.record.state,
                    RequestState::Unsent | RequestState::Pending
                )
            };
            let mut own = kept.iter().filter(|kept| kept.uid == uid);
            if own
                .clone()
                .any(|kept| open(kept) && kept.record.app_id == record.app_id)
            {
                return Err(Error::Busy("you asked for this application already".into()));
            }
            if own.by_ref().count() >= KEPT {
                return Err(Error::LimitExceeded(
                    "you have too many requests; withdraw some".into(),
                ));
            }
            kept.push(Kept { uid, record });
            Ok(())
        })
    }

    /// The requests of a user, newest first.
    #[must_use]
    pub fn of(&self, uid: u32) -> Vec<RequestRecord> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .rev()
            .filter(|kept| kept.uid == uid)
            .map(|kept| kept.record.clone())
            .collect()
    }

    /// Withdraws a request of a user.
    pub fn withdraw(&self, uid: u32, id: &str) -> Result<(), Error> {
        self.change(|kept| {
            let before = kept.len();
            kept.retain(|kept| kept.uid != uid || kept.record.id != id);
            if kept.len() == before {
                return Err(Error::NotFound("you have no such request".into()));
            }
            Ok(())
        })
    }

    /// The requests that the server has not got yet, with their users.
    #[must_use]
    pub fn unsent(&self) -> Vec<(u32, RequestRecord)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .filter(|kept| kept.record.state == RequestState::Unsent)
            .map(|kept| (kept.uid, kept.record.clone()))
            .collect()
    }

    /// The server has got a request, under a number of its own.
    pub fn sent(&self, uid: u32, id: &str, at_server: &str) -> Result<(), Error> {
        self.change(|kept| {
            for kept in kept {
                if kept.uid == uid && kept.record.id == id {
                    kept.record.id = at_server.to_owned();
                    kept.record.state = RequestState::Pending;
                }
            }
            Ok(())
        })
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Vec<Kept>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut new = kept.clone();
        change(&mut new)?;
        super::write(&self.path, &new).map_err(|error: io::Error| {
            Error::NotAvailable(format!("could not be kept: {error}"))
        })?;
        *kept = new;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn request(id: &str, app_id: u32) -> RequestRecord {
        RequestRecord {
            id: id.into(),
            app_id,
            state: RequestState::Unsent,
            ..RequestRecord::default()
        }
    }

    #[test]
    fn requests_survive_and_belong_to_their_user() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("requests.json");
        let requests = Requests::open(&path);
        requests.add(1000, request("a", 7)).unwrap();
        assert_eq!(
            requests.add(1000, request("b", 7)).unwrap_err().code(),
            Some("Busy")
        );
        requests.add(1001, request("c", 7)).unwrap();
        requests.sent(1000, "a", "12").unwrap();

        let requests = Requests::open(&path);
        assert_eq!(requests.of(1000)[0].state, RequestState::Pending);
        assert_eq!(requests.of(1000)[0].id, "12");
        assert!(requests.withdraw(1000, "c").is_err());
        requests.withdraw(1001, "c").unwrap();
        assert!(requests.unsent().is_empty());
    }
}
