//! The screen of the person at this computer: a program of theirs shows it, and the agent gets the other end of its socket.
//! What that program may do is said here, by grant and consent.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migasfree_dbus::Error;
use migasfree_grant::{Mode, Service};
use migasfree_tunnel::message::Code;
use migasfree_tunnel::screen::{ScreenOrder, ScreenRequest};
use tokio::sync::oneshot;

use super::consent::{Wanted as Needed, switches, wanted};
use super::sessions::Part;
use super::words::word;
use super::{Remote, Tiding, cut, failed, not_granted};
use crate::access::Caller;
use crate::texts::Text;

/// How long the person's program has to take a screen that is wanted.
const TO_TAKE: Duration = Duration::from_secs(10);

/// Screens that are wanted and not yet taken.
#[derive(Debug, Default)]
pub(super) struct Screens(Mutex<Wanted>);

#[derive(Debug, Default)]
struct Wanted {
    open: HashMap<u32, Place>,
    last: u32,
}

/// What is given to whoever takes a screen.
#[derive(Debug)]
struct Place {
    uid: u32,
    socket: OwnedFd,
    order: String,
    taken: oneshot::Sender<()>,
}

impl Screens {
    /// The number of a screen that is wanted, and where it is told that it was taken.
    fn want(&self, uid: u32, socket: OwnedFd, order: String) -> (u32, oneshot::Receiver<()>) {
        let (taken, told) = oneshot::channel();
        let mut wanted = self.lock();
        wanted.last = wanted.last.wrapping_add(1);
        let id = wanted.last;
        let place = Place {
            uid,
            socket,
            order,
            taken,
        };
        wanted.open.insert(id, place);
        (id, told)
    }

    /// Gives it to its user, once.
    fn take(&self, id: u32, uid: u32) -> Option<(OwnedFd, String)> {
        let mut wanted = self.lock();
        if wanted.open.get(&id)?.uid != uid {
            return None;
        }
        let place = wanted.open.remove(&id)?;
        // Whoever wanted it may have given up.
        place.taken.send(()).ok()?;
        Some((place.socket, place.order))
    }

    fn close(&self, id: u32) {
        self.lock().open.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remote {
    /// Has the screen of whoever is at the computer shown: the socket to what shows it.
    pub async fn open_screen(&self, session: &str, request: &str) -> Result<OwnedFd, Error> {
        let (grant, mode) = self.grant_of(session, Service::Screen)?;
        if !matches!(mode, Mode::View | Mode::Control) {
            return Err(not_granted());
        }
        let request: ScreenRequest = serde_json::from_str(request)
            .map_err(|_| Error::InvalidArgument(Text::RemoteRequest.told(&[])))?;
        let nobody = || Error::Refused(Text::RemoteNobody.told(&[]));
        let screen = self.state.people.screen(self.bus()).await;
        let screen = screen.ok_or_else(nobody)?;
        // Another person did not agree to it, nor was told before it began. Where nobody had to, it is the first one's.
        let needs_nobody = wanted(self.local(), grant.consent) == Needed::Nothing;
        let whose = self.state.sessions.with(session, |one| {
            let first = needs_nobody.then_some(screen.uid);
            one.screen_of = one.screen_of.or(first);
            one.screen_of
        })?;
        if whose != Some(screen.uid) {
            return Err(nobody());
        }
        let order = ScreenOrder {
            mode,
            switches: switches(&grant, mode),
            request,
        };
        let order = serde_json::to_string(&order).map_err(|error| failed(&error.into()))?;
        let (ours, theirs) = UnixStream::pair().map_err(|error| failed(&error))?;
        let own = ours.try_clone().map_err(|error| failed(&error))?;
        let part = Part::Screen(own.into(), screen.uid);
        let number = self.attach(session, part).await?;
        let (id, taken) = self.state.screens.want(screen.uid, theirs.into(), order);
        let wanted = Tiding::ScreenWanted(session.to_owned(), id);
        self.tell(&screen.helpers, &wanted).await;
        let taken = tokio::time::timeout(TO_TAKE, taken).await;
        self.state.screens.close(id);
        if let Ok(Ok(())) = taken {
            tracing::info!(session, mode = word(mode), "the screen is shown");
            return Ok(ours.into());
        }
        if let Some(part) = self.state.sessions.detach(session, number) {
            cut(part);
        }
        Err(Error::Refused(Text::RemoteNoScreen.told(&[])))
    }

    /// A program of the person says whether it can show their screen.
    pub async fn offer_screen(&self, caller: &Caller, shows: bool) -> Result<(), Error> {
        if !self.state.people.shows(caller.address(), shows) {
            return Err(Error::NotAuthorized(Text::RemoteOnlyPerson.told(&[])));
        }
        self.offer().await;
        Ok(())
    }

    /// A program of the person takes the screen that is wanted: the socket to whoever looks on, and what they may do.
    pub fn take_screen(&self, caller: &Caller, id: u32) -> Result<(OwnedFd, String), Error> {
        let taken = self.state.screens.take(id, caller.uid);
        taken.ok_or_else(|| Error::NotFound(Text::RemoteNoSession.told(&[])))
    }

    /// Ends sessions that show the screen of somebody who is not at the computer any more: nobody would see that they go on.
    pub(super) async fn end_unseen(&self) {
        for (session, uid) in self.state.sessions.screens() {
            if self.state.people.has_left(self.bus(), uid).await {
                self.over(&session, &word(Code::NobodyThere)).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn socket() -> OwnedFd {
        UnixStream::pair().unwrap().0.into()
    }

    #[test]
    fn a_screen_is_taken_once_and_by_its_own_user() {
        let screens = Screens::default();
        let (id, mut taken) = screens.want(1000, socket(), "order".to_owned());
        assert!(screens.take(id, 1001).is_none());
        assert!(screens.take(id + 1, 1000).is_none());
        assert!(taken.try_recv().is_err());
        assert_eq!(screens.take(id, 1000).unwrap().1, "order");
        assert_eq!(taken.try_recv(), Ok(()));
        assert!(screens.take(id, 1000).is_none());
    }

    #[test]
    fn what_nobody_waits_for_any_more_is_given_to_nobody() {
        let screens = Screens::default();
        let (id, taken) = screens.want(1000, socket(), String::new());
        drop(taken);
        assert!(screens.take(id, 1000).is_none());
        let (id, _taken) = screens.want(1000, socket(), String::new());
        screens.close(id);
        assert!(screens.take(id, 1000).is_none());
    }
}
