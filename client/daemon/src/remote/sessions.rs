//! The sessions that go on, and what runs in them.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use migasfree_dbus::{Error, SupportRecord};
use migasfree_grant::{Grant, Mode, Recording};
use rustix::net::{RecvFlags, recv};

use super::consent::lowered;
use super::words::word;
use crate::process::guest::Stopper;
use crate::texts::Text;

/// Sessions at a time.
const SESSIONS: usize = 16;
/// What may run in one of them.
const PARTS: usize = 32;

/// One that goes on.
#[derive(Debug)]
pub(super) struct Session {
    /// The grant as it came: it is verified again before everything that is done.
    pub text: String,
    pub issued: i64,
    pub ends: i64,
    /// What was allowed, which may be less than the grant says.
    pub mode: Mode,
    /// The agent's connection.
    pub agent: String,
    pub record: SupportRecord,
    /// The user whose screen may be shown: whoever was at the computer when the session began.
    pub screen_of: Option<u32>,
    parts: BTreeMap<u32, Part>,
    last: u32,
}

/// Something that ends with its session.
#[derive(Debug)]
pub(super) enum Part {
    Terminal(OwnedFd, Stopper),
    Helper(Stopper),
    /// The connection to a service, which is shut.
    Port(OwnedFd),
    /// The same to what shows the screen of this user.
    Screen(OwnedFd, u32),
}

impl Part {
    /// Whether it is a connection that both sides closed.
    fn is_over(&self) -> bool {
        match self {
            Self::Port(socket) => rustix::net::getpeername(socket).is_err(),
            Self::Screen(socket, _) => is_shut(socket),
            Self::Terminal(..) | Self::Helper(_) => false,
        }
    }

    /// The user whose screen this is.
    fn screen_of(&self) -> Option<u32> {
        match self {
            Self::Screen(socket, uid) if !is_shut(socket) => Some(*uid),
            _ => None,
        }
    }
}

/// Whether nothing comes through a socket any more. Nothing is taken out of it.
fn is_shut(socket: &OwnedFd) -> bool {
    let mut byte = [0];
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    matches!(recv(socket, &mut byte, flags), Ok((_, 0)))
}

#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<BTreeMap<String, Session>>);

impl Session {
    pub(super) fn new(text: &str, grant: &Grant, mode: Mode, agent: &str) -> Self {
        Self {
            text: text.to_owned(),
            issued: grant.issued,
            ends: grant.ends,
            mode,
            agent: agent.to_owned(),
            record: record(grant, mode),
            screen_of: None,
            parts: BTreeMap::new(),
            last: 0,
        }
    }

    pub(super) fn into_parts(self) -> impl Iterator<Item = Part> {
        self.parts.into_values()
    }
}

/// A session as the person is told of it.
pub(super) fn record(grant: &Grant, mode: Mode) -> SupportRecord {
    SupportRecord {
        session: grant.session.clone(),
        operator: grant.operator.name.clone(),
        service: word(grant.service),
        mode: word(mode),
        reason: grant.reason.clone(),
        ticket: grant.ticket.clone(),
        recorded: grant.recording != Recording::None,
        can_be_lowered: lowered(grant).is_some_and(|lowered| lowered != mode),
    }
}

impl Sessions {
    /// Whether there is room for another one.
    pub(super) fn has_room(&self) -> Result<(), Error> {
        if self.lock().len() < SESSIONS {
            return Ok(());
        }
        Err(limit(SESSIONS))
    }

    pub(super) fn add(&self, id: &str, session: Session) -> Result<(), Error> {
        let mut sessions = self.lock();
        if sessions.len() >= SESSIONS {
            return Err(limit(SESSIONS));
        }
        sessions.insert(id.to_owned(), session);
        Ok(())
    }

    pub(super) fn remove(&self, id: &str) -> Option<Session> {
        self.lock().remove(id)
    }

    /// Looks at one, or says that it is not there.
    pub(super) fn with<T>(
        &self,
        id: &str,
        look: impl FnOnce(&mut Session) -> T,
    ) -> Result<T, Error> {
        let mut sessions = self.lock();
        let session = sessions.get_mut(id).ok_or_else(unknown)?;
        Ok(look(session))
    }

    /// Makes something a part of a session, and answers with its number. Where the session ended meanwhile, it comes back.
    pub(super) fn attach(&self, id: &str, part: Part) -> Result<u32, Box<(Part, Error)>> {
        let mut sessions = self.lock();
        let Some(session) = sessions.get_mut(id) else {
            return Err(Box::new((part, unknown())));
        };
        session.parts.retain(|_, part| !part.is_over());
        if session.parts.len() >= PARTS {
            return Err(Box::new((part, limit(PARTS))));
        }
        session.last += 1;
        session.parts.insert(session.last, part);
        Ok(session.last)
    }

    /// Takes something out of a session.
    pub(super) fn detach(&self, id: &str, number: u32) -> Option<Part> {
        self.lock().get_mut(id)?.parts.remove(&number)
    }

    /// Has a terminal, if this is one, looked at.
    pub(super) fn terminal<T>(
        &self,
        id: &str,
        number: u32,
        look: impl FnOnce(&OwnedFd) -> T,
    ) -> Result<T, Error> {
        let found = self.with(id, |session| match session.parts.get(&number) {
            Some(Part::Terminal(master, _)) => Some(look(master)),
            _ => None,
        })?;
        found.ok_or_else(unknown)
    }

    /// Those in which a screen is shown, with the user whose it is.
    pub(super) fn screens(&self) -> Vec<(String, u32)> {
        let sessions = self.lock();
        let shown = sessions.iter().filter_map(|(id, session)| {
            let uid = session.parts.values().find_map(Part::screen_of)?;
            Some((id.clone(), uid))
        });
        shown.collect()
    }

    /// Ids of those that fit.
    pub(super) fn which(&self, fits: impl Fn(&Session) -> bool) -> Vec<String> {
        let sessions = self.lock();
        let fitting = sessions.iter().filter(|(_, session)| fits(session));
        fitting.map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn records(&self) -> Vec<SupportRecord> {
        let sessions = self.lock();
        sessions.values().map(|one| one.record.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limit(most: usize) -> Error {
    Error::Refused(Text::RemoteLimit.with([most.into()]))
}

pub(super) fn unknown() -> Error {
    Error::Refused(Text::RemoteNoSession.told(&[]))
}
