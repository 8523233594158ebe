//! Requests for applications, kept until the organisation decided.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use migasfree_dbus::{Error, RequestRecord, RequestState};
use serde::{Deserialize, Serialize};

use crate::store::{read, write};
use crate::sync::told::os;
use crate::texts::Text;
use crate::transport::messages::AppRequest;

/// Requests of one user that are kept.
const KEPT: usize = 50;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    uid: u32,
    record: RequestRecord,
    /// Its user took it back and the server does not know yet.
    #[serde(default)]
    withdrawn: bool,
}

impl Kept {
    fn is_of(&self, uid: u32) -> bool {
        self.uid == uid && !self.withdrawn
    }

    fn is_called(&self, uid: u32, id: &str) -> bool {
        self.is_of(uid) && self.record.id == id
    }

    /// Nobody decided yet.
    fn is_open(&self) -> bool {
        matches!(
            self.record.state,
            RequestState::Unsent | RequestState::Pending
        )
    }

    /// The number the server has it under.
    fn at_server(&self) -> Option<i64> {
        match self.record.state {
            RequestState::Unsent => None,
            _ => self.record.id.parse().ok(),
        }
    }

    /// Takes in what the server says of it; whether that is something new.
    fn learn(&mut self, said: &AppRequest) -> bool {
        let state = match said.state.as_str() {
            "pending" => RequestState::Pending,
            "approved" => RequestState::Approved,
            "refused" => RequestState::Refused,
            _ => return false,
        };
        let comment = Some(said.comment.clone()).filter(|comment| !comment.is_empty());
        let is_new = self.record.state != state || self.record.comment != comment;
        self.record.state = state;
        self.record.comment = comment;
        is_new
    }
}

/// The requests of all users of this computer.
#[derive(Debug)]
pub struct Requests {
    path: PathBuf,
    kept: Mutex<Vec<Kept>>,
    /// Their exchange with the server.
    pub exchange: Exchange,
}

/// What the exchange of requests with the server keeps in mind.
#[derive(Debug, Default)]
pub struct Exchange {
    /// One exchange at a time.
    pub alone: tokio::sync::Mutex<()>,
    /// When somebody's look at the list last had decisions looked for.
    pub looked_at: AtomicI64,
}

impl Requests {
    /// Reads what is on disk.
    #[must_use]
    pub fn open(path: &Path) -> Self {
        Self {
            kept: Mutex::new(read(path)),
            path: path.to_path_buf(),
            exchange: Exchange::default(),
        }
    }

    /// Keeps a request. The same user asks for an application once at a time.
    pub fn add(&self, uid: u32, record: RequestRecord) -> Result<(), Error> {
        self.change(|kept| {
            let mut own = kept.iter().filter(|kept| kept.is_of(uid));
            if own
                .clone()
                .any(|kept| kept.is_open() && kept.record.app_id == record.app_id)
            {
                return Err(Error::Busy(Text::AskedAlready.told(&[])));
            }
            if own.by_ref().count() >= KEPT {
                return Err(Error::LimitExceeded(Text::LimitRequests.told(&[])));
            }
            kept.push(Kept {
                uid,
                record,
                withdrawn: false,
            });
            Ok(())
        })
    }

    /// The requests of a user, newest first.
    #[must_use]
    pub fn of(&self, uid: u32) -> Vec<RequestRecord> {
        let kept = self.lock();
        kept.iter()
            .rev()
            .filter(|kept| kept.is_of(uid))
            .map(|kept| kept.record.clone())
            .collect()
    }

    /// Withdraws a request of a user. One that waits at the server is remembered until the server knows.
    pub fn withdraw(&self, uid: u32, id: &str) -> Result<(), Error> {
        self.change(|kept| {
            let place = kept.iter().position(|kept| kept.is_called(uid, id));
            let place = place.ok_or_else(|| Error::NotFound(Text::NoSuchRequest.told(&[])))?;
            if kept[place].is_open() && kept[place].at_server().is_some() {
                kept[place].withdrawn = true;
            } else {
                kept.remove(place);
            }
            Ok(())
        })
    }

    /// Forgets a request that leads nowhere.
    pub fn forget(&self, uid: u32, id: &str) -> Result<(), Error> {
        self.change(|kept| {
            kept.retain(|kept| !kept.is_called(uid, id));
            Ok(())
        })
    }

    /// Forgets them all: another server knows none of them.
    pub fn clear(&self) -> Result<(), Error> {
        self.change(|kept| {
            kept.clear();
            Ok(())
        })
    }

    /// Whether there is nothing to send, to take back or to hear about.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Whether somebody waits for a decision.
    #[must_use]
    pub fn awaits_decision(&self) -> bool {
        self.lock().iter().any(Kept::is_open)
    }

    /// The requests that the server has not got yet, with their users.
    #[must_use]
    pub fn unsent(&self) -> Vec<(u32, RequestRecord)> {
        let kept = self.lock();
        kept.iter()
            .filter(|kept| kept.record.state == RequestState::Unsent)
            .map(|kept| (kept.uid, kept.record.clone()))
            .collect()
    }

    /// The server's numbers of those that were taken back and that it still has.
    #[must_use]
    pub fn withdrawn(&self) -> Vec<i64> {
        let kept = self.lock();
        kept.iter()
            .filter(|kept| kept.withdrawn)
            .filter_map(Kept::at_server)
            .collect()
    }

    /// The server knows that this one was taken back.
    pub fn withdrawn_at_server(&self, number: i64) -> Result<(), Error> {
        self.change(|kept| {
            kept.retain(|kept| !kept.withdrawn || kept.at_server() != Some(number));
            Ok(())
        })
    }

    /// The server has got a request, under a number of its own.
    pub fn sent(&self, uid: u32, id: &str, said: &AppRequest) -> Result<(), Error> {
        self.change(|kept| {
            for kept in kept.iter_mut().filter(|kept| kept.is_called(uid, id)) {
                kept.record.id = said.id.to_string();
                kept.record.state = RequestState::Pending;
                kept.learn(said);
            }
            Ok(())
        })
    }

    /// The server does not take a request that was kept for it; it says why.
    pub fn refused(&self, uid: u32, id: &str, why: &str) -> Result<(), Error> {
        self.change(|kept| {
            for kept in kept.iter_mut().filter(|kept| kept.is_called(uid, id)) {
                kept.record.state = RequestState::Refused;
                kept.record.comment = Some(why.to_owned());
            }
            Ok(())
        })
    }

    /// Takes in what the server has: states and comments; what it has no more, or as withdrawn, is gone. Answers the
    /// applications whose requests are other ones now.
    pub fn learn(&self, said: &[AppRequest]) -> Result<Vec<u32>, Error> {
        let mut changed = Vec::new();
        self.change(|kept| {
            kept.retain_mut(|kept| {
                let Some(number) = kept.at_server().filter(|_| !kept.withdrawn) else {
                    return true;
                };
                let said = said.iter().find(|said| said.id == number);
                let stays = said.is_some_and(|said| said.state != "withdrawn");
                if said.is_some_and(|said| kept.learn(said)) || !stays {
                    changed.push(kept.record.app_id);
                }
                stays
            });
            Ok(())
        })?;
        Ok(changed)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Vec<Kept>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut kept = self.lock();
        let mut new = kept.clone();
        change(&mut new)?;
        if new == *kept {
            return Ok(());
        }
        write(&self.path, &new).map_err(|error: io::Error| {
            Error::NotAvailable(Text::RequestNotKept.with([os(&error).into()]))
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

    fn said(id: i64, state: &str, comment: &str) -> AppRequest {
        AppRequest {
            id,
            state: state.into(),
            comment: comment.into(),
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
        requests.sent(1000, "a", &said(12, "pending", "")).unwrap();

        let requests = Requests::open(&path);
        assert_eq!(requests.of(1000)[0].state, RequestState::Pending);
        assert_eq!(requests.of(1000)[0].id, "12");
        assert!(requests.withdraw(1000, "c").is_err());
        requests.withdraw(1001, "c").unwrap();
        assert!(requests.unsent().is_empty());
    }

    #[test]
    fn what_was_taken_back_is_gone_for_its_user_and_waits_for_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("requests.json");
        let requests = Requests::open(&path);
        requests.add(1000, request("a", 7)).unwrap();
        requests.sent(1000, "a", &said(12, "pending", "")).unwrap();
        requests.withdraw(1000, "12").unwrap();
        assert!(requests.of(1000).is_empty());
        requests.add(1000, request("b", 7)).unwrap();
        let requests = Requests::open(&path);
        assert_eq!(requests.withdrawn(), [12]);
        assert!(
            requests
                .learn(&[said(12, "approved", "")])
                .unwrap()
                .is_empty()
        );
        requests.withdrawn_at_server(12).unwrap();
        assert!(requests.withdrawn().is_empty());
        assert_eq!(requests.of(1000).len(), 1);
    }

    #[test]
    fn decisions_are_learned_once_and_what_the_server_lost_goes() {
        let folder = tempfile::tempdir().unwrap();
        let requests = Requests::open(&folder.path().join("requests.json"));
        for (id, app, number) in [("a", 7, 12), ("b", 8, 13), ("c", 9, 14)] {
            requests.add(1000, request(id, app)).unwrap();
            requests
                .sent(1000, id, &said(number, "pending", ""))
                .unwrap();
        }
        requests.add(1000, request("d", 10)).unwrap();
        let now = [said(12, "refused", "Too dear"), said(13, "withdrawn", "")];
        assert_eq!(requests.learn(&now).unwrap(), [7, 8, 9]);
        assert!(requests.learn(&now).unwrap().is_empty());
        let left = requests.of(1000);
        assert_eq!(left.len(), 2);
        assert_eq!(left[1].state, RequestState::Refused);
        assert_eq!(left[1].comment.as_deref(), Some("Too dear"));
        assert!(requests.awaits_decision(), "one is not sent yet");
        requests.withdraw(1000, "12").unwrap();
        assert!(requests.withdrawn().is_empty(), "decided stays decided");
    }
}
